package drivertest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/sql"
)

// stored are hashes that other programs made; password_test has their sources.
var stored = []struct{ name, hash, password string }{
	{"argon2id", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"},
	{"argon2i", "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E", "password"},
	{"bcrypt2a", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"bcrypt2b", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"bcrypt2y", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"scrypt", "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw", "pleaseletmein"},
	{"django", "pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=", "letmein"},
}

// countingHasher counts what is hashed and keeps the latest result.
type countingHasher struct {
	*password.Hasher
	mu             sync.Mutex
	made, verified int
	latest         password.Result
}

func (h *countingHasher) Hash(ctx context.Context, pw string) (string, error) {
	h.mu.Lock()
	h.made++
	h.mu.Unlock()
	return h.Hasher.Hash(ctx, pw)
}

func (h *countingHasher) Verify(ctx context.Context, hash, pw string) (password.Result, error) {
	r, err := h.Hasher.Verify(ctx, hash, pw)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.verified++
	h.latest = r
	return r, err
}

// take returns the counts since it was last called.
func (h *countingHasher) take() (made, verified int, latest password.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	made, verified, latest = h.made, h.verified, h.latest
	h.made, h.verified, h.latest = 0, 0, password.Result{}
	return made, verified, latest
}

// reasons is an Auditor that keeps why logins failed.
type reasons struct {
	mu  sync.Mutex
	all []string
}

func (r *reasons) Audit(_ context.Context, e auth.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == auth.EventLoginFailed || e.Kind == auth.EventFault {
		r.all = append(r.all, e.Reason)
	}
	return nil
}

func (r *reasons) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.all, ", ")
	r.all = nil
	return all
}

// namedTokens are session IDs with the user's; nothing here is about tokens.
type namedTokens struct{}

func (namedTokens) Issue(_ context.Context, c auth.Claims) (string, error) {
	return c.SessionID + "|" + c.UserID + "|" + c.ExpiresAt.Format(time.RFC3339), nil
}

func (namedTokens) Verify(_ context.Context, token string) (auth.Claims, error) {
	part := strings.Split(token, "|")
	ends, err := time.Parse(time.RFC3339, part[len(part)-1])
	return auth.Claims{SessionID: part[0], UserID: part[1], ExpiresAt: ends}, err
}

// mixed is a Service over a host's table with a hash of every form.
type mixed struct {
	*auth.Service
	users  sqlstore.Users
	hasher *countingHasher
	why    *reasons
}

func (p place) mixed(t *testing.T, schema sqlstore.Schema) *mixed {
	t.Helper()
	db := p.db(t)
	p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(80) UNIQUE, email VARCHAR(80) UNIQUE, password_hash VARCHAR(200), role VARCHAR(20), active {BOOLEAN|boolean|BOOLEAN}, last_login {DATETIME|timestamptz|DATETIME(6)}")
	add := func(id int, name string, email, hash any, role string, active any) {
		t.Helper()
		query := "INSERT INTO ~people VALUES ({?, ?, ?, ?, ?, ?|$1, $2, $3, $4, $5, $6|?, ?, ?, ?, ?, ?}, NULL)"
		if _, err := db.Exec(p.words(query), id, name, email, hash, role, active); err != nil {
			t.Fatal(err)
		}
	}
	for i, s := range stored {
		add(i, s.name, nil, s.hash, "user", true)
	}
	right := stored[2].hash
	add(20, "inactive", nil, right, "user", false)
	add(21, "nopassword", nil, nil, "user", true)
	add(22, "corrupt", nil, "md5$x", "user", true)
	add(23, "dear", nil, strings.Replace(right, "$05$", "$12$", 1), "user", true)
	add(24, "oddrole", nil, right, "Admin", true)
	add(25, "oddstate", nil, right, "user", nil)
	add(26, "twin", nil, right, "user", true)
	add(27, "other", "twin", right, "user", true)

	m := &mixed{users: p.users(t, db, schema), hasher: new(countingHasher), why: new(reasons)}
	var err error
	m.hasher.Hasher, err = password.New(&password.Options{Legacy: []password.Format{
		password.Bcrypt(5), password.Argon2i(256, 2, 2), password.Scrypt(14, 8, 1), password.DjangoPBKDF2(10_000),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := p.sessions(t, db)
	reader, err := m.users.Identity(s)
	if err != nil {
		t.Fatal(err)
	}
	m.Service, err = auth.New(auth.Compose(m.users, s, s), namedTokens{}, &auth.Options{Hasher: m.hasher, Auditor: m.why, Identity: reader})
	if err != nil {
		t.Fatal(err)
	}
	m.hasher.take()
	return m
}

func (m *mixed) login(t *testing.T, name, pw string) (*auth.Grant, error) {
	t.Helper()
	return m.Login(t.Context(), auth.LoginRequest{Login: name, Password: pw})
}

var mixedSchema = sqlstore.Schema{From: "~people", Name: "-", Organization: "-", AWSRegion: "-", CreatedAt: "-", UpdatedAt: "-"}

// A table that may only be read logs everybody in, by the hash that is there,
// and a refusal costs one hash and waits for the same moment, whatever it is
// due to (LESSONS 7). Waiting is all it takes long for, and no engine's matter.
func TestMixedTableReadOnly(t *testing.T) {
	on(t, all[:1], func(t *testing.T, p place) {
		m := p.mixed(t, mixedSchema)
		if _, ok := m.users.(auth.PasswordUpgrader); ok {
			t.Error("a table that may only be read is an auth.PasswordUpgrader")
		}
		if _, ok := m.users.(auth.LoginRecorder); ok {
			t.Error("a table that may only be read is an auth.LoginRecorder")
		}
		for _, s := range stored {
			g, err := m.login(t, s.name, s.password)
			made, verified, latest := m.hasher.take()
			if err != nil || made != 0 || verified != 1 || !latest.Stale {
				t.Errorf("%s: %v, %d hashes made and %d compared, %+v; want a login by one comparison", s.name, err, made, verified, latest)
				continue
			}
			if id, err := m.Validate(t.Context(), g.Token, 0); err != nil || id.User.Username != s.name {
				t.Errorf("%s: Validate: %+v, %v", s.name, id, err)
			}
			m.refused(t, s.name, "wrong", "wrong password")
		}
		for _, c := range [][3]string{
			{"nobody", "U*U", "no such account"}, {"inactive", "U*U", "the account is disabled"}, {"inactive", "x", "wrong password"},
			{"nopassword", "U*U", "the account has no password"}, {"corrupt", "U*U", "the stored hash cannot be used"},
			{"dear", "U*U", "the stored hash cannot be used"}, {"oddrole", "U*U", "the store answered an unknown role"},
			{"oddstate", "U*U", "the store answered an unknown active value"}, {"twin", "U*U", "ambiguous login"},
		} {
			m.refused(t, c[0], c[1], c[2])
		}
	})
}

func (m *mixed) refused(t *testing.T, name, pw, reason string) {
	t.Helper()
	m.hasher.take()
	m.why.take()
	g, err := m.login(t, name, pw)
	answered := time.Now()
	made, verified, latest := m.hasher.take()
	if g != nil || err != auth.ErrInvalidCredentials {
		t.Errorf("%s, %s: %v, %v; want ErrInvalidCredentials", name, reason, g, err)
	}
	if made != 0 || verified != 1 {
		t.Errorf("%s, %s: %d hashes made and %d compared, want one comparison", name, reason, made, verified)
	}
	if latest.NotBefore.IsZero() || answered.Before(latest.NotBefore) {
		t.Errorf("%s, %s: answered %v before the moment that all refusals wait for", name, reason, latest.NotBefore.Sub(answered))
	}
	if why := m.why.take(); why != reason {
		t.Errorf("%s: the record says %q, want %q", name, why, reason)
	}
}

// Where the Schema allows it a login replaces the hash and notes the time, the
// sessions there are go on, and the host's own change of a password ends them.
func TestMixedTableUpgrades(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		schema := mixedSchema
		schema.UpgradePasswords, schema.RecordLogins = true, true
		m := p.mixed(t, schema)
		for _, s := range stored {
			g, err := m.login(t, s.name, s.password)
			if made, verified, _ := m.hasher.take(); err != nil || made != 1 || verified != 1 {
				t.Errorf("%s: %v, %d hashes made and %d compared; want a login by one and an upgrade by one", s.name, err, made, verified)
				continue
			}
			a, err := m.users.AccountByLogin(t.Context(), s.name)
			if err != nil || !strings.HasPrefix(a.PasswordHash.Reveal(), "$argon2id$v=19$m=19456,t=2,p=1$") {
				t.Errorf("%s: after the login the hash is still another: %v", s.name, err)
			}
			if time.Since(a.LastLogin).Abs() > time.Minute {
				t.Errorf("%s: last login %v", s.name, a.LastLogin)
			}
			if _, err := m.login(t, s.name, s.password); err != nil {
				t.Errorf("%s: login by the new hash: %v", s.name, err)
			}
			if made, verified, latest := m.hasher.take(); made != 0 || verified != 1 || latest.Stale {
				t.Errorf("%s: the second login made %d hashes and compared %d, %+v", s.name, made, verified, latest)
			}
			if _, err := m.Validate(t.Context(), g.Token, 0); err != nil {
				t.Errorf("%s: the session that upgraded the hash: %v", s.name, err)
			}
		}
		g, err := m.login(t, "argon2i", "password")
		if err != nil {
			t.Fatal(err)
		}
		p.run(t, p.db(t), "UPDATE ~people SET password_hash = 'reset' WHERE username = 'argon2i'")
		if id, err := m.Validate(t.Context(), g.Token, 0); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("a session after the host's own form changed the password: %+v, %v", id, err)
		}
	})
}
