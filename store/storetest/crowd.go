package storetest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var crowdCases = []throttleCase{
	{"crowd/wrong", "of 60 wrong guesses at once at limit 10, exactly 10 are verified", func(c *check, s auth.ThrottleStore) {
		guesses(c, s, 60, 10, func(int) bool { return true })
	}},
	{"crowd/right", "100 right passwords at once at limit 10 all pass", func(c *check, s auth.ThrottleStore) {
		guesses(c, s, 100, 10, func(int) bool { return false })
	}},
	{"crowd/mixed", "of 50 wrong guesses among 50 right passwords at limit 10, exactly 10 are verified", func(c *check, s auth.ThrottleStore) {
		guesses(c, s, 100, 10, func(i int) bool { return i%2 == 0 })
	}},
	{"crowd/slots", "of many that reserve at once, exactly Max are granted", reserveRace},
}

// guesses makes n attempts at once, each as a login does: reserve, wait while
// Undecided, verify for some milliseconds, settle by the outcome.
func guesses(c *check, s auth.ThrottleStore, n, most int, wrong func(i int) bool) {
	var failed, passed, denied atomic.Int64
	for _, err := range atOnce(n, func(i int) error {
		slot, err := wait(c.Context(), s, limit(most))
		switch {
		case err != nil:
			return err
		case slot.Decision == auth.Denied:
			denied.Add(1)
			return nil
		case wrong(i):
			failed.Add(1)
		default:
			passed.Add(1)
		}
		<-time.After(3 * time.Millisecond) // a hash: others come meanwhile
		return s.Settle(c.Context(), slot, wrong(i))
	}) {
		c.ok(err, "one of many")
	}
	guessed := 0
	for i := range n {
		if wrong(i) {
			guessed++
		}
	}
	if failed.Load() != int64(min(guessed, most)) || guessed == 0 && passed.Load() != int64(n) {
		c.broken("%d wrong ones were verified, %d right ones passed, %d were denied", failed.Load(), passed.Load(), denied.Load())
	}
}

// wait reserves until it is decided.
func wait(ctx context.Context, s auth.ThrottleStore, l auth.Limit) (auth.Reservation, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		r, err := s.Reserve(ctx, "key", l)
		if err != nil || r.Decision != auth.Undecided {
			return r, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
}

func reserveRace(c *check, s auth.ThrottleStore) {
	var granted atomic.Int64
	for _, err := range atOnce(4*crowd, func(int) error {
		r, err := s.Reserve(c.Context(), "key", limit(crowd))
		if r.Decision == auth.Granted {
			granted.Add(1)
		}
		return err
	}) {
		c.ok(err, "Reserve")
	}
	if granted.Load() != crowd {
		c.broken("%d were granted at limit %d", granted.Load(), crowd)
	}
	c.reserve(s, "key", limit(crowd), auth.Undecided)
}
