package authtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

const lifetime = 24 * time.Hour

// Fake is an [auth.Authenticator] that keeps users, passwords and sessions in
// memory. It hashes nothing and throttles nothing. The zero Fake knows nobody;
// it is safe for concurrent use.
type Fake struct {
	mu       sync.Mutex
	accounts map[string]account      // by user ID
	sessions map[string]auth.Session // by token
	err      error
}

type account struct {
	user     auth.User
	password string // empty: cannot log in with one
}

var _ auth.Authenticator = (*Fake)(nil)

// Add adds an active user and returns it as it is kept: an empty ID and an
// empty CreatedAt are made, an empty Role is auth.RoleUser. An empty password
// is one that nobody can log in with.
func (f *Fake) Add(u auth.User, password string) auth.User {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.put(account{complete(u), password})
}

// Update replaces the user who has u's ID, as it is: a role or Active changed
// here holds for the sessions already open. The password stays.
func (f *Fake) Update(u auth.User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(account{u, f.accounts[u.ID].password})
}

// SignIn opens a session for u and returns its token. A user that was not
// added before is added, without a password.
func (f *Fake) SignIn(u auth.User) (token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.accounts[u.ID]; ok {
		u = known.user
	} else {
		u = f.put(account{user: complete(u)})
	}
	return f.open(u, auth.LoginRequest{}).Token
}

// Fail makes every later Login, Validate and Logout return err, such as
// auth.ErrUnavailable or an [auth.RetryAfter]. Nil: they work again.
func (f *Fake) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// Login implements [auth.Authenticator].
func (f *Fake) Login(_ context.Context, req auth.LoginRequest) (*auth.Grant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	if req.Login == "" || req.Password == "" {
		return nil, auth.ErrCredentialsRequired
	}
	a, ok := f.byLogin(req.Login)
	if !ok || a.password != req.Password || !a.user.Active {
		return nil, auth.ErrInvalidCredentials
	}
	a.user.LastLogin = time.Now().UTC()
	f.put(a)
	for _, token := range req.Replaces {
		delete(f.sessions, token)
	}
	return f.open(a.user, req), nil
}

// Validate implements [auth.Authenticator]. Whatever maxAge is, it answers as
// of now.
func (f *Fake) Validate(_ context.Context, token string, _ time.Duration) (*auth.Identity, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	now := time.Now().UTC()
	session, live := f.sessions[token]
	a, known := f.accounts[session.UserID]
	if !live || !known || !a.user.Active || !now.Before(session.ExpiresAt) {
		return nil, auth.ErrInvalidToken
	}
	return &auth.Identity{User: a.user, Session: session, ReadAt: now}, nil
}

// Logout implements [auth.Authenticator].
func (f *Fake) Logout(_ context.Context, token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	delete(f.sessions, token)
	return nil
}

// The methods below are called with mu held.

func (f *Fake) put(a account) auth.User {
	if f.accounts == nil {
		f.accounts = make(map[string]account)
	}
	f.accounts[a.user.ID] = a
	return a.user
}

func (f *Fake) open(u auth.User, req auth.LoginRequest) *auth.Grant {
	if f.sessions == nil {
		f.sessions = make(map[string]auth.Session)
	}
	token := "authtest." + rand.Text()
	id := Identity(u)
	id.Session.Remote, id.Session.UserAgent = req.Remote, req.UserAgent
	f.sessions[token] = id.Session
	return &auth.Grant{Token: token, Identity: *id}
}

// byLogin finds the account with that username or e-mail, in any spelling.
func (f *Fake) byLogin(login string) (account, bool) {
	login, err := auth.Canonical(login)
	if err != nil {
		return account{}, false
	}
	for _, a := range f.accounts {
		for _, name := range []string{a.user.Username, a.user.Email} {
			if name, err := auth.Canonical(name); err == nil && name == login {
				return a, true
			}
		}
	}
	return account{}, false
}

// complete fills in what a test rarely cares about.
func complete(u auth.User) auth.User {
	now := time.Now().UTC().Truncate(time.Second)
	u.ID = cmp.Or(u.ID, rand.Text())
	u.Role = cmp.Or(u.Role, auth.RoleUser)
	u.Active = true
	if u.CreatedAt.IsZero() {
		u.CreatedAt = now
	}
	if u.UpdatedAt.IsZero() {
		u.UpdatedAt = u.CreatedAt
	}
	return u
}
