package memory

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Store is users, sessions and throttle together. It is an [auth.Store], an
// [auth.AccountStore] and an [auth.IdentityReader].
type Store struct {
	*Users
	*Sessions
	*Throttle
}

// New returns an empty store.
func New() *Store {
	return &Store{NewUsers(), NewSessions(), NewThrottle()}
}

// SingleProcess puts sessions and throttle in this process beside a host's own
// users. The name is the limit: with two processes, a session made by one is
// unknown to the other, and each grants the full number of failed logins.
// Sessions end when the process does.
func SingleProcess(users auth.UserStore) auth.Store {
	return auth.Compose(users, NewSessions(), NewThrottle())
}

// CreateSession stores a copy of the session, and where its user is: among a
// million, looking that up is a noticeable part of the first validation.
func (s *Store) CreateSession(_ context.Context, given *auth.Session) error {
	s.Sessions.mu.Lock()
	defer s.Sessions.mu.Unlock()
	s.Users.mu.RLock()
	defer s.Users.mu.RUnlock()
	return s.Sessions.create(given, s.Users.byID[given.UserID])
}

// IdentityBySession reads the session and its user as of one moment: the
// session cannot end while the user is read. Sessions are always locked before
// users.
func (s *Store) IdentityBySession(_ context.Context, sessionID string) (*auth.Identity, error) {
	now := time.Now()
	s.Sessions.mu.RLock()
	defer s.Sessions.mu.RUnlock()
	row := s.Sessions.live(sessionID, now.UnixMicro())
	if row == nil {
		return nil, auth.ErrSessionNotFound
	}
	s.Users.mu.RLock()
	defer s.Users.mu.RUnlock()
	user := s.Users.of(row)
	if user == nil {
		return nil, auth.ErrSessionNotFound
	}
	return &auth.Identity{User: user.User, Session: row.session(user.ID), ReadAt: now}, nil
}
