package drivertest

import (
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

// Purge beside logins deletes no key that was just taken anew, and no process
// waits for another's batch.
func TestPurgeBesideReserve(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		stores := nodes(t, p)
		short := auth.Limit{Max: 1000, Window: 2 * time.Millisecond, Lease: time.Second}
		for _, err := range atOnce(6, func(i int) error {
			for n := range 60 {
				if i%2 == 0 {
					if _, err := stores[i%3].Purge(t.Context(), 10); err != nil {
						return err
					}
					continue
				}
				l := short
				if n == 59 {
					l.Window = time.Hour
				}
				if _, err := stores[i%3].Reserve(t.Context(), fmt.Sprint("k", n%7), l); err != nil {
					return err
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

func begin(t *testing.T, s auth.SessionStore, given *auth.Session) {
	t.Helper()
	if err := s.CreateSession(t.Context(), given); err != nil {
		t.Fatal(err)
	}
}
