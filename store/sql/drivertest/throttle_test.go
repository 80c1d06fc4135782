package drivertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

var limit = auth.Limit{Max: 10, Window: 10 * time.Minute, Lease: time.Minute}

// nodes are three processes on one database.
func nodes(t *testing.T, p place) []*sqlstore.Store {
	p.migrated(t)
	stores := make([]*sqlstore.Store, 3)
	for i := range stores {
		stores[i], _ = p.store(t)
	}
	return stores
}

var errThrottled = errors.New("throttled")

// attempt is one login against the throttle: it waits while undecided.
func attempt(ctx context.Context, s auth.ThrottleStore, key string, verify func() bool) error {
	for {
		r, err := s.Reserve(ctx, key, limit)
		switch {
		case err != nil:
			return err
		case r.Decision == auth.Denied:
			if r.RetryAfter <= 0 || r.RetryAfter > limit.Window {
				return fmt.Errorf("denied for %v, with a window of %v", r.RetryAfter, limit.Window)
			}
			return errThrottled
		case r.Decision == auth.Granted:
			return s.Settle(ctx, r, !verify())
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// LESSONS 5, Keycloak #31726: of any number of parallel guesses over any
// number of nodes exactly the limit is verified, and right ones all pass.
func TestThrottleOverNodes(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		stores := nodes(t, p)
		for _, c := range []struct {
			what                   string
			attempts, right        int
			wantVerified, wantPass int
		}{
			{"wrong", 60, 0, 10, 0},
			{"right", 100, 100, 0, 100},
		} {
			var verified, passed atomic.Int64
			errs := atOnce(c.attempts, func(i int) error {
				return attempt(t.Context(), stores[i%3], c.what, func() bool {
					if i < c.right {
						passed.Add(1)
						return true
					}
					verified.Add(1)
					return false
				})
			})
			for _, err := range errs {
				if err != nil && !errors.Is(err, errThrottled) {
					t.Errorf("%d %s: %v", c.attempts, c.what, err)
				}
			}
			if int(verified.Load()) != c.wantVerified || int(passed.Load()) != c.wantPass {
				t.Errorf("%d %s guesses at limit %d: %d wrong ones verified and %d right ones passed, want %d and %d",
					c.attempts, c.what, limit.Max, verified.Load(), passed.Load(), c.wantVerified, c.wantPass)
			}
		}
	})
}

// A node that dies between Reserve and Settle has spent its slots: they become
// failures with their lease, and a refund that comes later is void.
func TestThrottleAfterCrash(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		stores := nodes(t, p)
		_, db := p.store(t)
		const key = "account/crash"
		var late auth.Reservation
		for range 7 {
			late = reserve(t, stores[0], key, auth.Granted)
		}
		expire(t, db, p, "lease_ends", key)
		if err := stores[1].Settle(t.Context(), late, false); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r := reserve(t, stores[2], key, auth.Granted)
			if err := stores[0].Settle(t.Context(), late, false); err != nil { // now of an earlier epoch
				t.Fatal(err)
			}
			if err := stores[2].Settle(t.Context(), r, true); err != nil {
				t.Fatal(err)
			}
		}
		reserve(t, stores[0], key, auth.Denied)
		expire(t, db, p, "window_ends", key)
		reserve(t, stores[0], key, auth.Granted)
	})
}

// Ten slots pending are undecided; once their lease is over they are ten
// failures, without anybody having begun an epoch.
func TestThrottleUndecided(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		for range 10 {
			reserve(t, s, "k", auth.Granted)
		}
		reserve(t, s, "k", auth.Undecided)
		expire(t, db, p, "lease_ends", "k")
		reserve(t, s, "k", auth.Denied)
	})
}

// A key forgotten and counted anew is another count: a slot from before does
// not give back one of now.
func TestForgetEndsEpoch(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		old := reserve(t, s, "k", auth.Granted)
		if err := s.Forget(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			reserve(t, s, "k", auth.Granted)
		}
		if err := s.Settle(t.Context(), old, false); err != nil {
			t.Fatal(err)
		}
		reserve(t, s, "k", auth.Undecided)
	})
}

func TestForgetIsNoPattern(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		one := auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour}
		take := func(key string) auth.Decision {
			r, err := s.Reserve(t.Context(), key, one)
			if err != nil {
				t.Fatal(err)
			}
			return r.Decision
		}
		for _, key := range []string{"a_b", "a_b/x", "a_b/y/z", "axb", "axb/x", "a_b0", "a_b-", "a_b_"} {
			take(key)
		}
		if err := s.Forget(t.Context(), "a_b"); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]auth.Decision{
			"a_b": auth.Granted, "a_b/x": auth.Granted, "a_b/y/z": auth.Granted,
			"axb": auth.Undecided, "axb/x": auth.Undecided, "a_b0": auth.Undecided, "a_b-": auth.Undecided, "a_b_": auth.Undecided,
		} {
			if got := take(key); got != want {
				t.Errorf("after Forget(a_b), Reserve(%s) is %v, want %v", key, got, want)
			}
		}
	})
}

// The clock is UTC whatever the time zone of MySQL's session.
func TestThrottleClockIsUTC(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		if p.dialect == sqlstore.MySQL {
			q := p
			q.dsn = withParam(q.dsn, "time_zone=%27%2B05%3A00%27") // '+05:00'
			s, _ = q.store(t)
		}
		reserve(t, s, "k", auth.Granted)
		var ends int64
		query := "SELECT window_ends FROM " + p.prefix + "throttle"
		if err := db.QueryRow(query).Scan(&ends); err != nil {
			t.Fatal(err)
		}
		if off := time.Until(time.UnixMicro(ends)) - limit.Window; off.Abs() > time.Minute {
			t.Errorf("the window ends %v away from now plus its length", off)
		}
	})
}

func reserve(t *testing.T, s auth.ThrottleStore, key string, want auth.Decision) auth.Reservation {
	t.Helper()
	r, err := s.Reserve(t.Context(), key, limit)
	if err != nil || r.Decision != want {
		t.Fatalf("Reserve(%s): decision %v, %v; want %v", key, r.Decision, err, want)
	}
	return r
}

// expire sets a column of a throttle row to the past, instead of waiting.
func expire(t *testing.T, db *sql.DB, p place, column, key string) {
	t.Helper()
	statement := "UPDATE " + p.prefix + "throttle SET " + column + " = 1 WHERE throttle_key = '" + key + "'"
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
