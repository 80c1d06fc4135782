package storetest

import "github.com/sallyport-go/sallyport/auth"

var forgetCases = []throttleCase{
	{"forget/key", "Forget removes the key: it counts from zero", func(c *check, s auth.ThrottleStore) { forget(c, s, "key", "key") }},
	{"forget/below", `Forget removes every key that begins with key + "/"`, func(c *check, s auth.ThrottleStore) {
		forget(c, s, "key", "key/a", "key/b", "key/b/c", "key/_")
	}},
	{"forget/below_alone", "Forget removes the keys below one that has no count itself", func(c *check, s auth.ThrottleStore) { forget(c, s, "a/b", "a/b/c") }},
	{"forget/no_mere_prefix", `Forget removes no key that begins with key but not with key + "/"`, func(c *check, s auth.ThrottleStore) {
		keep(c, s, "ab", "abc", "abc/x", "ab-/x", "ab0", "a", "x/ab", "x/ab/y")
	}},
	{"forget/no_pattern", "Forget takes the key to the letter: _ is no wildcard", func(c *check, s auth.ThrottleStore) {
		keep(c, s, "a_b", "axb", "axb/x", "a-b/x")
	}},
	{"forget/case", "Forget compares keys exactly", func(c *check, s auth.ThrottleStore) { keep(c, s, "Key", "key", "KEY/x", "key/x") }},
	{"forget/parent_stays", "Forget of a key below another leaves that one and its other keys", func(c *check, s auth.ThrottleStore) {
		keep(c, s, "a/b", "a", "a/c", "a/bc")
	}},
	{"forget/unknown", "Forget of a key that nobody reserved is no error", func(c *check, s auth.ThrottleStore) { keep(c, s, "unknown", "key") }},
	{"forget/slots_are_void", "a slot reserved before Forget is void after it", forgetVoids},
	{"forget/at_once", "what is forgotten and reserved within one tick of the clock is a new epoch", forgetAtOnce},
}

func forget(c *check, s auth.ThrottleStore, key string, gone ...string) {
	for _, k := range gone {
		c.fail(s, k, 1)
	}
	c.ok(s.Forget(c.Context(), key), "Forget")
	for _, k := range gone {
		c.reserve(s, k, limit(1), auth.Granted)
	}
}

func keep(c *check, s auth.ThrottleStore, key string, stay ...string) {
	for _, k := range stay {
		c.fail(s, k, 1)
	}
	c.ok(s.Forget(c.Context(), key), "Forget")
	for _, k := range stay {
		c.reserve(s, k, limit(1), auth.Denied)
	}
}

func forgetVoids(c *check, s auth.ThrottleStore) {
	slot := c.reserve(s, "key", limit(1), auth.Granted)
	c.ok(s.Forget(c.Context(), "key"), "Forget")
	c.settle(s, slot, true)
	c.reserve(s, "key", limit(1), auth.Granted)
}

func forgetAtOnce(c *check, s auth.ThrottleStore) {
	for range 20 {
		old := c.reserve(s, "key", limit(1), auth.Granted)
		c.ok(s.Forget(c.Context(), "key"), "Forget")
		now := c.reserve(s, "key", limit(1), auth.Granted)
		c.settle(s, old, false)
		c.reserve(s, "key", limit(1), auth.Undecided)
		c.settle(s, now, false)
	}
}
