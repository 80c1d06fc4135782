package examples_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
)

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635) and 20
// (ZITADEL CVE-2024-47000, Gitea CVE-2026-58422, Grafana CVE-2026-33381): over
// a thousand changes made on one node, and three nodes that all know the
// session before each.
func TestAChangeOnOneNodeIsSeenByAllAtTheNextRequest(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			const people = 4
			turns := 28
			if d.name == "sqlite" {
				turns = 3
			}
			c := newCrew(t, d.open(t))
			t.Run("people", func(t *testing.T) {
				for n := range people {
					t.Run(fmt.Sprint(n), func(t *testing.T) {
						t.Parallel()
						c.person(t, fmt.Sprintf("person%d", n)).change(turns)
					})
				}
			})
			require.EqualValues(t, people*turns*len(changes), c.rounds.Load())
			for _, s := range c.nodes {
				s.stop(t)
				require.NotContains(t, s.stderr.String(), "ERROR")
			}
		})
	}
}

// crew is three nodes that serve, and one more that changes accounts.
type crew struct {
	nodes    []*server
	accounts *auth.Accounts
	db       *sql.DB
	rounds   atomic.Int64
}

func newCrew(t *testing.T, at place) *crew {
	t.Helper()
	c := &crew{}
	c.nodes, _ = nodes(t, at, 3)
	store, err := backend.Open(at.users, at.sessions)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	tokens, err := token.NewHS256([]byte(rand.Text()+rand.Text()), nil)
	require.NoError(t, err)
	svc, err := auth.New(store.Store, tokens, &auth.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	c.accounts = auth.NewAccounts(store.Users, svc)
	c.db, err = sql.Open(at.driver, at.source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.db.Close()) })
	return c
}

// person is one account, signed in.
type person struct {
	*crew
	t        *testing.T
	name     string
	password string
	id       string
	role     auth.Role
	token    string
	turn     int // which node comes first
}

func (c *crew) person(t *testing.T, name string) *person {
	p := &person{crew: c, t: t, name: name, password: johnsPassword, role: auth.RoleAdmin}
	p.create()
	p.login()
	return p
}

// changes are made one after the other, with what the nodes answer next.
var changes = []struct {
	name string
	make func(*person) error
	next func(p *person, what string)
}{
	{"logout", (*person).logout, (*person).outAndInAgain},
	{"disable", func(p *person) error { return p.accounts.SetActive(p.ctx(), p.id, false) }, (*person).out},
	{"enable", func(p *person) error { return p.accounts.SetActive(p.ctx(), p.id, true) }, (*person).outAndInAgain},
	{"demote", func(p *person) error { return p.become(auth.RoleUser) }, (*person).outAndInAgain},
	{"a role given by SQL", func(p *person) error { return p.becomeBySQL(auth.RoleAdmin) }, (*person).in},
	{"a role taken by SQL", func(p *person) error { return p.becomeBySQL(auth.RoleUser) }, (*person).in},
	{"promote", func(p *person) error { return p.become(auth.RoleAdmin) }, (*person).outAndInAgain},
	{"password", (*person).newPassword, (*person).outAndInAgain},
	{"delete", func(p *person) error { return p.accounts.Delete(p.ctx(), p.id) }, (*person).outAndBack},
}

func (p *person) change(turns int) {
	for range turns {
		for _, c := range changes {
			require.NoError(p.t, c.make(p), c.name)
			p.turn++
			c.next(p, c.name)
			p.rounds.Add(1)
		}
	}
}

func (p *person) ctx() context.Context { return p.t.Context() }

// everywhere calls every node, beginning with another one each time.
func (p *person) everywhere(f func(s *server)) {
	for i := range p.nodes {
		f(p.nodes[(p.turn+i)%len(p.nodes)])
	}
}

// in: the session lives, under the role of now.
func (p *person) in(what string) {
	credentials := map[auth.Role]int{auth.RoleUser: 403, auth.RoleAdmin: 404} // none are configured
	p.everywhere(func(s *server) {
		a := s.call(p.t, "GET", "validate", p.token, "")
		require.Equal(p.t, 200, a.status, "after %s", what)
		require.Equal(p.t, string(p.role), a.json["user"].(map[string]any)["role"], "after %s", what)
		require.Equal(p.t, credentials[p.role], s.call(p.t, "GET", "aws-credentials", p.token, "").status, "after %s", what)
	})
}

// out: the session has ended.
func (p *person) out(what string) {
	p.everywhere(func(s *server) {
		require.Equal(p.t, 401, s.validate(p.t, p.token), "%s holds on every node at the next request", what)
	})
}

func (p *person) outAndInAgain(what string) {
	p.out(what)
	p.login()
}

func (p *person) outAndBack(what string) {
	p.out(what)
	p.create()
	p.login()
}

// login leaves a session that all nodes have seen alive.
func (p *person) login() {
	p.token = p.nodes[p.turn%len(p.nodes)].login(p.t, p.name, p.password)
	p.in("a login")
}

func (p *person) logout() error {
	a, err := p.nodes[p.turn%len(p.nodes)].try("POST", "logout", p.token, "")
	if err == nil && a.status != 200 {
		err = fmt.Errorf("logout: %d", a.status)
	}
	return err
}

func (p *person) create() {
	u, err := p.accounts.Create(p.ctx(), auth.NewAccount{Username: p.name, Role: p.role, Password: auth.NewSecret(p.password)})
	require.NoError(p.t, err)
	p.id = u.ID
}

func (p *person) newPassword() error {
	p.password = rand.Text()
	return p.accounts.SetPassword(p.ctx(), p.id, auth.NewSecret(p.password))
}

func (p *person) become(r auth.Role) error {
	p.role = r
	return p.accounts.SetRole(p.ctx(), p.id, r)
}

// becomeBySQL is what a host's own program may do. Names and IDs are ours.
func (p *person) becomeBySQL(r auth.Role) error {
	p.role = r
	_, err := p.db.Exec(fmt.Sprintf("UPDATE sallyport_users SET role = '%s' WHERE id = '%s'", r, p.id))
	return err
}
