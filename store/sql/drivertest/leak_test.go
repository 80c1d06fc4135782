package drivertest

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Callers that hang up at any moment leave no connection in use, no
// transaction open and, once the store is closed, no statement either.
func TestNothingLeaks(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.migrated(t)
		db, seen := p.recorded(t)
		s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Prefix: p.prefix})
		if err != nil {
			t.Fatal(err)
		}
		atOnce(8, func(i int) error {
			for n := range 25 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n*n)*20*time.Microsecond)
				hurry(ctx, s)
				cancel()
			}
			return nil
		})
		idle(t, db)
		if n := db.Stats().OpenConnections; n > 4 {
			t.Errorf("%d connections are open, with a limit of 4", n)
		}
		callAfter(t, s)
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := db.PingContext(t.Context()); err != nil {
			t.Errorf("Close of the store closed the caller's database: %v", err)
		}
		if n := seen.opened(); n != 0 {
			t.Errorf("%d statements are open after Close", n)
		}
	})
}

// idle waits until no connection is in use: after a caller hung up,
// database/sql rolls back behind it.
func idle(t *testing.T, db *sql.DB) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); db.Stats().InUse > 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections are in use and nobody is at work", db.Stats().InUse)
		}
	}
}

// hurry calls what logins and requests call; errors are expected.
func hurry(ctx context.Context, s *sqlstore.Store) {
	a := account("hasty")
	s.CreateAccount(ctx, a)
	s.AccountByLogin(ctx, a.Username)
	r, _ := s.Reserve(ctx, "k", limit)
	s.Settle(ctx, r, false)
	s.CreateSession(ctx, session("s", a.ID, time.Hour))
	s.IdentityBySession(ctx, "s")
	s.SessionsByUser(ctx, a.ID)
	s.EndUserSessions(ctx, a.ID, "")
	s.Bootstrap(ctx, a)
	s.ListUsers(ctx, "", 10)
	s.DeleteAccount(ctx, a.ID)
	s.Purge(ctx, 10)
}

// callAfter sees that every connection of the pool still works.
func callAfter(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	for _, err := range atOnce(16, func(i int) error {
		if _, err := s.ListUsers(t.Context(), "", 1); err != nil {
			return err
		}
		return s.Settle(t.Context(), auth.Reservation{Key: "none"}, true)
	}) {
		if err != nil {
			t.Errorf("after callers that hung up: %v", err)
		}
	}
}

// An error keeps its cause, so that a caller who hung up is told from a fault.
func TestCancelledIsNoRefusal(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, err := s.Reserve(ctx, "k", limit)
		if err == nil || r != (auth.Reservation{}) {
			t.Errorf("Reserve on a cancelled context: %+v, %v; want no slot and an error", r, err)
		}
		if _, err := s.IdentityBySession(ctx, "s"); !isCancelled(err) {
			t.Errorf("IdentityBySession on a cancelled context: %v, want context.Canceled in it", err)
		}
		if _, err := s.AccountByLogin(ctx, "one"); !isCancelled(err) {
			t.Errorf("AccountByLogin on a cancelled context: %v, want context.Canceled in it", err)
		}
	})
}
