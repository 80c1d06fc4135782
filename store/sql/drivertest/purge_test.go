package drivertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

func TestPurge(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		for i := range 5 {
			begin(t, s, session(fmt.Sprint("over", i), "u", -time.Second))
			begin(t, s, session(fmt.Sprint("live", i), "u", time.Hour))
			reserve(t, s, fmt.Sprint("over", i), auth.Granted)
			reserve(t, s, fmt.Sprint("live", i), auth.Granted)
			expire(t, db, p, "window_ends", fmt.Sprint("over", i))
		}
		for _, want := range []int{6, 4, 0} { // three of each, two of each, none
			if n, err := s.Purge(t.Context(), 3); n != want || err != nil {
				t.Errorf("Purge: %d, %v; want %d in this batch", n, err, want)
			}
		}
		if n, err := s.Purge(t.Context(), 0); n != 0 || err != nil {
			t.Errorf("Purge with no limit to delete under: %d, %v", n, err)
		}
		live, err := s.SessionsByUser(t.Context(), "u")
		if err != nil || len(live) != 5 {
			t.Errorf("%d live sessions are left, %v; want 5", len(live), err)
		}
		var left int
		if err := db.QueryRow("SELECT COUNT(*) FROM " + p.prefix + "throttle").Scan(&left); err != nil || left != 5 {
			t.Errorf("%d throttle keys are left, %v; want 5", left, err)
		}
	})
}

// Purge beside logins deletes no key whose window an attempt has just begun
// anew, and neither is an error of the other.
func TestPurgeBesideReserve(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		stores := nodes(t, p)
		_, db := p.store(t)
		const keys = 60
		for i := range keys {
			reserve(t, stores[0], fmt.Sprint("k", i), auth.Granted)
		}
		if _, err := db.Exec("UPDATE " + p.prefix + "throttle SET window_ends = 1"); err != nil {
			t.Fatal(err)
		}
		for _, err := range atOnce(4, func(i int) error {
			for n := range keys {
				if i < 2 {
					if _, err := stores[i].Purge(t.Context(), 3); err != nil {
						return err
					}
				} else if n%2 == i%2 { // the other two have half of the keys each
					if err := takeTwice(t.Context(), stores[i%3], fmt.Sprint("k", n)); err != nil {
						return err
					}
				}
			}
			return nil
		}) {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// takeTwice takes the one slot of a key, which must not be there again.
func takeTwice(ctx context.Context, s auth.ThrottleStore, key string) error {
	for _, want := range []auth.Decision{auth.Granted, auth.Undecided} {
		r, err := s.Reserve(ctx, key, auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour})
		if err != nil || r.Decision != want {
			return fmt.Errorf("Reserve(%s) of one slot: decision %v, %v; want %v", key, r.Decision, err, want)
		}
	}
	return nil
}

func begin(t *testing.T, s auth.SessionStore, given *auth.Session) {
	t.Helper()
	if err := s.CreateSession(t.Context(), given); err != nil {
		t.Fatal(err)
	}
}
