package storetest

import (
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// limit is one whose window and lease do not end during a case.
func limit(n int) auth.Limit {
	return auth.Limit{Max: n, Window: time.Hour, Lease: time.Hour}
}

// reserve ends the case unless Reserve decides as promised.
func (c *check) reserve(s auth.ThrottleStore, key string, l auth.Limit, want auth.Decision) auth.Reservation {
	c.Helper()
	r, err := s.Reserve(c.Context(), key, l)
	c.ok(err, "Reserve")
	if r.Decision != want {
		c.broken("Reserve(%q, max %d) decided %s, want %s", key, l.Max, decision(r.Decision), decision(want))
	}
	return r
}

func decision(d auth.Decision) string {
	switch d {
	case auth.Denied:
		return "Denied"
	case auth.Undecided:
		return "Undecided"
	case auth.Granted:
		return "Granted"
	}
	return "no Decision there is"
}

func (c *check) settle(s auth.ThrottleStore, r auth.Reservation, failed bool) {
	c.Helper()
	c.ok(s.Settle(c.Context(), r, failed), "Settle")
}

// fail makes n failed attempts under key.
func (c *check) fail(s auth.ThrottleStore, key string, n int) {
	c.Helper()
	for range n {
		c.settle(s, c.reserve(s, key, limit(n), auth.Granted), true)
	}
}

var reserveCases = []throttleCase{
	{"reserve/to_the_limit", "Reserve grants exactly Max attempts that all fail", reserveToLimit},
	{"reserve/undecided", "Reserve is Undecided while only attempts under way stand in the way", reserveUndecided},
	{"reserve/denied_with_pending", "Reserve is Denied, not Undecided, once Max attempts have failed", reserveDenied},
	{"reserve/retry_after", "a denial says how long the window still lasts: more than zero, no more than Window", retryAfter},
	{"reserve/key", "a granted slot names its key", reserveKey},
	{"reserve/denials_not_counted", "an attempt that is not granted is not counted", denialsNotCounted},
	{"reserve/keys_apart", "keys are counted apart, however alike", keysApart},
	{"reserve/long_key", "a key has up to 96 bytes and all of them count", longKey},
	{"reserve/max_raised", "a raised Max counts from the next Reserve on", maxRaised},
	{"reserve/max_lowered", "a lowered Max counts from the next Reserve on", maxLowered},
	{"reserve/window_stays", "a window ends so long after its first attempt: later ones do not move it", windowStays},
}

func reserveToLimit(c *check, s auth.ThrottleStore) {
	c.fail(s, "key", 5)
	for range 3 {
		c.reserve(s, "key", limit(5), auth.Denied)
	}
}

func reserveUndecided(c *check, s auth.ThrottleStore) {
	first := c.reserve(s, "key", limit(2), auth.Granted)
	c.reserve(s, "key", limit(2), auth.Granted)
	c.reserve(s, "key", limit(2), auth.Undecided)
	c.settle(s, first, true)
	c.reserve(s, "key", limit(2), auth.Undecided) // one failed, one is under way
}

func reserveDenied(c *check, s auth.ThrottleStore) {
	first, second := c.reserve(s, "key", limit(3), auth.Granted), c.reserve(s, "key", limit(3), auth.Granted)
	c.reserve(s, "key", limit(3), auth.Granted) // stays under way
	c.settle(s, first, true)
	c.settle(s, second, true)
	c.reserve(s, "key", limit(3), auth.Undecided)
	c.reserve(s, "key", limit(2), auth.Denied)
}

func retryAfter(c *check, s auth.ThrottleStore) {
	c.fail(s, "key", 1)
	r := c.reserve(s, "key", limit(1), auth.Denied)
	if r.RetryAfter <= time.Hour-time.Minute || r.RetryAfter > time.Hour {
		c.broken("RetryAfter %v in a window of an hour that has just begun", r.RetryAfter)
	}
	if again := c.reserve(s, "key", limit(1), auth.Denied); again.RetryAfter > r.RetryAfter {
		c.broken("RetryAfter %v and then %v", r.RetryAfter, again.RetryAfter)
	}
}

func reserveKey(c *check, s auth.ThrottleStore) {
	if r := c.reserve(s, "a/b-C_9", limit(1), auth.Granted); r.Key != "a/b-C_9" {
		c.broken("key %q", r.Key)
	}
}

func denialsNotCounted(c *check, s auth.ThrottleStore) {
	c.fail(s, "key", 2)
	for range 5 {
		c.reserve(s, "key", limit(2), auth.Denied)
	}
	slot := c.reserve(s, "key", limit(3), auth.Granted)
	for range 5 {
		c.reserve(s, "key", limit(3), auth.Undecided)
	}
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(3), auth.Granted)
}

func keysApart(c *check, s auth.ThrottleStore) {
	c.fail(s, "a_b/c", 1)
	for _, near := range []string{"A_b/c", "a_b/C", "a-b/c", "axb/c", "a_b", "a_b/", "a_b/c/d", "a_b/cc", "_", "c"} {
		c.reserve(s, near, limit(1), auth.Granted)
	}
	c.reserve(s, "a_b/c", limit(1), auth.Denied)
}

func longKey(c *check, s auth.ThrottleStore) {
	key := strings.Repeat("k", 95)
	c.fail(s, key+"1", 1)
	c.reserve(s, key+"2", limit(1), auth.Granted)
	c.reserve(s, key+"1", limit(1), auth.Denied)
}

func maxRaised(c *check, s auth.ThrottleStore) {
	c.fail(s, "key", 1)
	c.reserve(s, "key", limit(1), auth.Denied)
	c.settle(s, c.reserve(s, "key", limit(2), auth.Granted), true)
	c.reserve(s, "key", limit(2), auth.Denied)
}

func maxLowered(c *check, s auth.ThrottleStore) {
	for range 2 {
		c.settle(s, c.reserve(s, "key", limit(9), auth.Granted), true)
	}
	slot := c.reserve(s, "key", limit(9), auth.Granted)
	c.reserve(s, "key", limit(2), auth.Denied)
	c.reserve(s, "key", limit(3), auth.Undecided)
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(3), auth.Granted)
}

func windowStays(c *check, s auth.ThrottleStore) {
	day := auth.Limit{Max: 2, Window: 24 * time.Hour, Lease: time.Hour}
	c.settle(s, c.reserve(s, "key", limit(2), auth.Granted), true) // an hour's window
	c.settle(s, c.reserve(s, "key", day, auth.Granted), true)
	if r := c.reserve(s, "key", day, auth.Denied); r.RetryAfter <= 0 || r.RetryAfter > time.Hour {
		c.broken("RetryAfter %v in a window of an hour", r.RetryAfter)
	}
}
