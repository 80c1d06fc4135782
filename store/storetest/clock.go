package storetest

import (
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// clockCases are about the store's clock and have to wait for it. They need no
// speed: a slow machine sees the same answers later.
var clockCases = []throttleCase{
	{"window/over", "when the window is over, failures count from zero, and not before", windowOver},
	{"window/late_settle", "a slot settled after its window is void: it changes nothing in the next one", windowLateSettle},
	{"lease/over", "when the lease is over, attempts under way become failures: a crash is not free", leaseOver},
	{"lease/late_settle", "a slot settled after its lease is void: it stays a failure", leaseLateSettle},
	{"lease/late_settle_first", "a slot settled after its lease is void, also when nobody asked in between", leaseSettleFirst},
	{"lease/next_attempt", "an attempt made after a lease was over is counted and settled on its own", leaseNext},
}

// brief is the window or lease that these cases wait for.
const brief = 100 * time.Millisecond

func windowOver(c *check, s auth.ThrottleStore) {
	l := auth.Limit{Max: 1, Window: brief, Lease: time.Hour}
	begun := time.Now()
	c.settle(s, c.reserve(s, "key", l, auth.Granted), true)
	c.untilGranted(s, "key", l)
	if took := time.Since(begun); took < brief*9/10 { // clocks differ in their ticks
		c.broken("granted again %v after the first attempt, window %v", took, brief)
	}
}

func windowLateSettle(c *check, s auth.ThrottleStore) {
	old := c.reserve(s, "key", auth.Limit{Max: 1, Window: brief, Lease: time.Hour}, auth.Granted)
	slot := c.untilGranted(s, "key", limit(1))
	c.settle(s, old, true)
	c.reserve(s, "key", limit(1), auth.Undecided)
	c.settle(s, old, false)
	c.reserve(s, "key", limit(1), auth.Undecided)
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(1), auth.Granted)
}

// untilGranted asks until a slot is granted.
func (c *check) untilGranted(s auth.ThrottleStore, key string, l auth.Limit) (r auth.Reservation) {
	c.Helper()
	c.eventually(func() bool {
		var err error
		r, err = s.Reserve(c.Context(), key, l)
		c.ok(err, "Reserve")
		return r.Decision == auth.Granted
	})
	return r
}

// crash reserves n slots under a lease of 100 ms, lets it run out and returns
// them. The key is then full, of failures.
func (c *check) crash(s auth.ThrottleStore, key string, n int) []auth.Reservation {
	c.Helper()
	l := auth.Limit{Max: n, Window: time.Hour, Lease: brief}
	var slots []auth.Reservation
	for range n {
		slots = append(slots, c.reserve(s, key, l, auth.Granted))
	}
	c.eventually(func() bool {
		r, err := s.Reserve(c.Context(), key, l)
		c.ok(err, "Reserve")
		if r.Decision == auth.Granted {
			c.broken("Granted with %d slots never settled, limit %d", n, n)
		}
		return r.Decision == auth.Denied
	})
	return slots
}

func leaseOver(c *check, s auth.ThrottleStore) {
	c.crash(s, "key", 3)
	c.reserve(s, "key", limit(4), auth.Granted)
	c.reserve(s, "key", limit(4), auth.Undecided)
}

func leaseLateSettle(c *check, s auth.ThrottleStore) {
	for _, slot := range c.crash(s, "key", 2) {
		c.settle(s, slot, false)
		c.reserve(s, "key", limit(2), auth.Denied)
		c.settle(s, slot, true)
	}
	c.reserve(s, "key", limit(3), auth.Granted)
}

func leaseSettleFirst(c *check, s auth.ThrottleStore) {
	slot := c.reserve(s, "key", auth.Limit{Max: 1, Window: time.Hour, Lease: brief}, auth.Granted)
	<-time.After(2 * brief)
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(1), auth.Denied)
}

func leaseNext(c *check, s auth.ThrottleStore) {
	late := c.crash(s, "key", 1)[0]
	slot := c.reserve(s, "key", limit(2), auth.Granted)
	c.settle(s, late, false)
	c.reserve(s, "key", limit(2), auth.Undecided)
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(1), auth.Denied)
	c.reserve(s, "key", limit(2), auth.Granted)
}
