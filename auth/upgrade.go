package auth

import (
	"context"
	"errors"

	"github.com/sallyport-go/sallyport/auth/password"
)

// upgrade makes the hash anew with today's parameters, where the users' table
// allows it. Whatever goes wrong is an event: the login is good either way.
func (s *Service) upgrade(ctx context.Context, try *attempt) {
	users, ok := s.users.(PasswordUpgrader)
	if !ok {
		return
	}
	hash, err := s.hash(ctx, try.Password)
	if errors.Is(err, password.ErrBusy) {
		return // no fault; a later login may find room
	}
	if err != nil {
		s.fault(ctx, "upgrade a hash", err)
		return
	}
	ctx = hide(ctx, hash)
	old := try.account
	call, done := s.bounded(ctx)
	defer done()
	err = users.UpgradePassword(call, old.ID, old.PasswordHash, NewSecret(hash))
	if errors.Is(err, ErrUserChanged) || errors.Is(err, ErrUserNotFound) {
		return // another login was faster, or the second read will tell
	}
	if err != nil {
		s.fault(ctx, "upgrade a hash", err) // and perhaps done all the same
	}
	s.restamp(ctx, try, hash)
}

// restamp gives the user's sessions the stamp of the hash just made, if it is
// in place; without it they would end. So a fault is not left at one try.
func (s *Service) restamp(ctx context.Context, try *attempt, hash string) {
	old := try.account
	for range 2 {
		now, err := s.accountByLogin(ctx, try.name)
		if err == nil && (now.ID != old.ID || now.PasswordHash.Reveal() != hash) || errors.Is(err, ErrUserNotFound) {
			return
		}
		if err == nil && s.restamped(ctx, old, now) {
			try.account = now
			s.audit(ctx, Event{Kind: EventPasswordUpgraded, UserID: old.ID, Username: old.Username})
			return
		}
	}
}

func (s *Service) restamped(ctx context.Context, old, now *Account) bool {
	call, done := s.bounded(ctx)
	defer done()
	err := s.store.RestampSessions(call, old.ID, old.Stamp, now.Stamp)
	if err != nil {
		s.fault(ctx, "restamp sessions", err)
	}
	return err == nil
}

// hash makes a hash, on no store's time.
func (s *Service) hash(ctx context.Context, pw string) (string, error) {
	defer pause(ctx)()
	return s.hasher.Hash(ctx, pw)
}
