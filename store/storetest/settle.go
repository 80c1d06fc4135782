package storetest

import "github.com/sallyport-go/sallyport/auth"

var settleCases = []throttleCase{
	{"settle/refund", "a slot settled as no failure is free again", settleRefund},
	{"settle/failure", "a slot settled as a failure is counted", settleFailure},
	{"settle/own_slot_alone", "a refund gives back its own slot and no failure of others", settleOwn},
	{"settle/again", "a slot is settled once: settling it again, however, does nothing", settleAgain},
	{"settle/unknown", "Settle of a key that nobody reserved does nothing and is no error", settleUnknown},
	{"settle/zero", "Settle of the zero Reservation does nothing and is no error", settleZero},
	{"settle/other_epoch", "Settle does nothing when the slot's epoch is not the count's", settleOther},
	{"settle/other_key", "Settle gives back a slot of its own key alone", settleOtherKey},
}

func settleRefund(c *check, s auth.ThrottleStore) {
	for range 5 {
		slot := c.reserve(s, "key", limit(1), auth.Granted)
		c.reserve(s, "key", limit(1), auth.Undecided)
		c.settle(s, slot, false)
	}
}

func settleFailure(c *check, s auth.ThrottleStore) {
	c.settle(s, c.reserve(s, "key", limit(1), auth.Granted), true)
	c.reserve(s, "key", limit(1), auth.Denied)
}

func settleOwn(c *check, s auth.ThrottleStore) {
	failed, under, right := c.reserve(s, "key", limit(3), auth.Granted), c.reserve(s, "key", limit(3), auth.Granted), c.reserve(s, "key", limit(3), auth.Granted)
	c.settle(s, failed, true)
	c.settle(s, right, false)
	c.reserve(s, "key", limit(1), auth.Denied)    // the failure is still counted
	c.reserve(s, "key", limit(2), auth.Undecided) // and so is the one under way
	c.settle(s, under, true)
	c.reserve(s, "key", limit(2), auth.Denied)
	c.reserve(s, "key", limit(3), auth.Granted)
}

// settleAgain has no other slot under way: a store of plain counts cannot tell
// two slots of one epoch apart, and need not.
func settleAgain(c *check, s auth.ThrottleStore) {
	for _, again := range []bool{false, true} {
		slot := c.reserve(s, "key", limit(1), auth.Granted)
		c.settle(s, slot, false)
		c.settle(s, slot, again)
	}
	failed := c.reserve(s, "key", limit(1), auth.Granted)
	for _, again := range []bool{true, true, false, false} {
		c.settle(s, failed, again)
	}
	c.reserve(s, "key", limit(1), auth.Denied)
	c.reserve(s, "key", limit(2), auth.Granted)   // one failure is counted,
	c.reserve(s, "key", limit(2), auth.Undecided) // and no attempt less than none
}

func settleUnknown(c *check, s auth.ThrottleStore) {
	for _, failed := range []bool{true, false} {
		c.settle(s, auth.Reservation{Decision: auth.Granted, Key: "key", Epoch: 1}, failed)
	}
	c.fail(s, "key", 2)
	c.reserve(s, "key", limit(2), auth.Denied)
}

func settleZero(c *check, s auth.ThrottleStore) {
	slot := c.reserve(s, "key", limit(1), auth.Granted)
	c.settle(s, auth.Reservation{}, false)
	c.settle(s, auth.Reservation{}, true)
	c.reserve(s, "key", limit(1), auth.Undecided)
	c.settle(s, slot, true)
}

func settleOther(c *check, s auth.ThrottleStore) {
	slot := c.reserve(s, "key", limit(1), auth.Granted)
	for _, off := range []int64{-1, 1, 1 << 40, -slot.Epoch} {
		for _, failed := range []bool{true, false} {
			other := slot
			if other.Epoch += off; other.Epoch == slot.Epoch {
				continue
			}
			c.settle(s, other, failed)
			c.reserve(s, "key", limit(1), auth.Undecided)
		}
	}
	c.settle(s, slot, false)
	c.reserve(s, "key", limit(1), auth.Granted)
}

func settleOtherKey(c *check, s auth.ThrottleStore) {
	c.reserve(s, "one", limit(1), auth.Granted)
	two := c.reserve(s, "two", limit(1), auth.Granted)
	c.settle(s, two, false)
	c.reserve(s, "one", limit(1), auth.Undecided)
	c.reserve(s, "two", limit(1), auth.Granted)
}
