package storetest

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

type (
	accountCase  = testCase[auth.AccountStore]
	sessionCase  = testCase[auth.SessionStore]
	throttleCase = testCase[auth.ThrottleStore]
)

// crowd is how many callers the cases about concurrency have.
const crowd = 16

// noon has microseconds and is long ago.
var noon = time.Date(2024, 5, 6, 12, 0, 0, 123456000, time.UTC)

// userID returns the nth ID in ascending order, in the form of a UUID.
func userID(n int) string { return fmt.Sprintf("%08x-aaaa-4bbb-8ccc-%012x", n, n) }

// hash is what a hash column holds; nothing here verifies it.
func hash(text string) auth.Secret {
	return auth.NewSecret("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$" + text)
}

// account returns the nth account: usern, usern@example.com.
func account(n int) *auth.Account {
	name := fmt.Sprintf("user%d", n)
	return &auth.Account{
		User: auth.User{
			ID: userID(n), Username: name, Email: name + "@example.com",
			Name: "User Number", Organization: "Acme Corp", AWSRegion: "eu-north-1",
			Role: auth.RoleUser, Active: true,
			CreatedAt: noon, UpdatedAt: noon.Add(time.Hour), LastLogin: noon.Add(2 * time.Hour),
		},
		PasswordHash: hash(name),
	}
}

// add creates accounts.
func (c *check) add(s auth.AccountStore, accounts ...*auth.Account) {
	c.Helper()
	for _, a := range accounts {
		c.ok(s.CreateAccount(c.Context(), a), "CreateAccount")
	}
}

// account reads back the whole account with this username.
func (c *check) account(s auth.UserStore, username string) auth.Account {
	c.Helper()
	a, err := s.AccountByLogin(c.Context(), username)
	c.there(a != nil, err, "AccountByLogin")
	return *a
}

// sameAccount ends the case unless both have the same fields. A stamp is the
// store's own and is not compared.
func (c *check) sameAccount(got, want auth.Account, when string) {
	c.Helper()
	c.sameUser(got.User, want.User, when)
	if got.PasswordHash.Reveal() != want.PasswordHash.Reveal() {
		c.broken("%s: the password hash is %q, want %q", when, got.PasswordHash.Reveal(), want.PasswordHash.Reveal())
	}
}

func (c *check) sameUser(got, want auth.User, when string) {
	c.Helper()
	for _, u := range []*auth.User{&got, &want} {
		u.CreatedAt, u.UpdatedAt, u.LastLogin = micro(u.CreatedAt), micro(u.UpdatedAt), micro(u.LastLogin)
		u.Stamp = ""
	}
	if got != want {
		c.broken("%s:\n\t     %+q\n\twant %+q", when, printed(got), printed(want))
	}
}

// printed shows each field so that spaces and lost accents are seen.
func printed(u auth.User) []string {
	return []string{
		u.ID, u.Username, u.Email, u.Name, u.Organization, u.AWSRegion, string(u.Role), fmt.Sprint(u.Active),
		u.CreatedAt.String(), u.UpdatedAt.String(), u.LastLogin.String(),
	}
}

// micro is what a store must keep of a time.
func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// sessionID returns the nth ID; it is as long as those the library makes.
func sessionID(n int) string { return fmt.Sprintf("Session%019d", n) }

// session returns the nth session of a user, newer than those before it and
// live for an hour.
func session(n int, user string) *auth.Session {
	now := micro(time.Now())
	return &auth.Session{
		ID: sessionID(n), UserID: user, Stamp: "stamp", UserAgent: "curl/8.0",
		Remote:    netip.MustParseAddr("192.0.2.7"),
		CreatedAt: noon.Add(time.Duration(n) * time.Minute), LastSeen: now, ExpiresAt: now.Add(time.Hour),
	}
}

// expired returns a session whose time is over.
func expired(n int, user string) *auth.Session {
	s := session(n, user)
	s.ExpiresAt = s.ExpiresAt.Add(-time.Hour - time.Second)
	return s
}

// begin creates sessions.
func (c *check) begin(s auth.SessionStore, sessions ...*auth.Session) {
	c.Helper()
	for _, given := range sessions {
		c.ok(s.CreateSession(c.Context(), given), "CreateSession")
	}
}

// session reads a live one back.
func (c *check) session(s auth.SessionStore, id string) auth.Session {
	c.Helper()
	found, err := s.SessionByID(c.Context(), id)
	c.there(found != nil, err, "SessionByID")
	return *found
}

// gone ends the case if any of the sessions is found, one by one or among
// those of its user.
func (c *check) gone(s auth.SessionStore, sessions ...*auth.Session) {
	c.Helper()
	for _, ended := range sessions {
		_, err := s.SessionByID(c.Context(), ended.ID)
		c.is(err, auth.ErrSessionNotFound, "SessionByID")
		list, err := s.SessionsByUser(c.Context(), ended.UserID)
		c.ok(err, "SessionsByUser")
		for _, listed := range list {
			if listed.ID == ended.ID {
				c.broken("SessionsByUser still lists it")
			}
		}
	}
}

func (c *check) sameSession(got, want auth.Session, when string) {
	c.Helper()
	for _, s := range []*auth.Session{&got, &want} {
		s.CreatedAt, s.ExpiresAt, s.LastSeen = micro(s.CreatedAt), micro(s.ExpiresAt), micro(s.LastSeen)
	}
	if got != want {
		c.broken("%s:\n\t     %+v\n\twant %+v", when, got, want)
	}
}
