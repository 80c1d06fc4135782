package storetest

import "github.com/sallyport-go/sallyport/auth"

var restampCases = []sessionCase{
	{"restamp/from_alone", "RestampSessions sets Stamp to to where it is from, and nowhere else", restampFrom},
	{"restamp/others_stay", "RestampSessions touches no other user's sessions", restampOthers},
	{"restamp/none", "RestampSessions that finds nothing is no error", restampNone},
	{"restamp/exact", "RestampSessions compares stamps exactly", restampExact},
	{"restamp/ended", "RestampSessions brings no ended session back", restampEnded},
	{"restamp/fields", "RestampSessions changes Stamp and nothing else", restampFields},
}

// stamped returns the nth session of a user under a stamp.
func stamped(n int, user, stamp string) *auth.Session {
	s := session(n, user)
	s.Stamp = stamp
	return s
}

// stamps ends the case unless sessions 1, 2, … have these stamps.
func (c *check) stamps(s auth.SessionStore, want ...string) {
	c.Helper()
	for i, w := range want {
		if got := c.session(s, sessionID(i+1)).Stamp; got != w {
			c.broken("session %d has the stamp %q, want %q", i+1, got, w)
		}
	}
}

func restampFrom(c *check, s auth.SessionStore) {
	c.begin(s, stamped(1, userID(1), "old"), stamped(2, userID(1), "older"), stamped(3, userID(1), "old"), stamped(4, userID(1), ""))
	c.ok(s.RestampSessions(c.Context(), userID(1), "old", "new"), "RestampSessions")
	c.stamps(s, "new", "older", "new", "")
}

func restampOthers(c *check, s auth.SessionStore) {
	c.begin(s, stamped(1, userID(1), "old"), stamped(2, userID(2), "old"))
	c.ok(s.RestampSessions(c.Context(), userID(1), "old", "new"), "RestampSessions")
	c.stamps(s, "new", "old")
}

func restampNone(c *check, s auth.SessionStore) {
	c.begin(s, stamped(1, userID(1), "other"))
	for _, user := range []string{userID(1), userID(2), ""} {
		c.ok(s.RestampSessions(c.Context(), user, "old", "new"), "RestampSessions")
	}
	c.stamps(s, "other")
}

func restampExact(c *check, s auth.SessionStore) {
	c.begin(s, stamped(1, userID(1), "aBc"))
	for _, near := range []string{"abc", "ABC", "aBc ", "aB_", "%", "äBc", ""} {
		c.ok(s.RestampSessions(c.Context(), userID(1), near, "new"), "RestampSessions")
	}
	c.stamps(s, "aBc")
}

func restampEnded(c *check, s auth.SessionStore) {
	over := expired(2, userID(1))
	c.begin(s, session(1, userID(1)), over)
	c.ok(s.EndSession(c.Context(), sessionID(1)), "EndSession")
	c.ok(s.RestampSessions(c.Context(), userID(1), "stamp", "new"), "RestampSessions")
	c.gone(s, session(1, userID(1)), over)
}

func restampFields(c *check, s auth.SessionStore) {
	want := session(1, userID(1))
	c.begin(s, want)
	c.ok(s.RestampSessions(c.Context(), userID(1), "stamp", "new"), "RestampSessions")
	want.Stamp = "new"
	c.sameSession(c.session(s, want.ID), *want, "after RestampSessions")
}
