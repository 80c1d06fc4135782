package storetest

import (
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var touchCases = []sessionCase{
	{"touch/forward", "TouchSession moves LastSeen forward and nothing else", touchForward},
	{"touch/never_back", "TouchSession never moves LastSeen back", touchBack},
	{"touch/unknown", "TouchSession of an unknown ID is no error and makes no session", touchUnknown},
	{"touch/ended", "TouchSession never brings an ended session back", touchEnded},
	{"touch/expired", "TouchSession never brings an expired session back", touchExpired},
	{"touch/races_end", "TouchSession never brings an ended session back, also when both come at once", touchRacesEnd},
}

func touchForward(c *check, s auth.SessionStore) {
	want := session(1, userID(1))
	c.begin(s, want, session(2, userID(1)))
	want.LastSeen = want.LastSeen.Add(time.Minute + time.Microsecond)
	c.ok(s.TouchSession(c.Context(), want.ID, want.LastSeen), "TouchSession")
	c.sameSession(c.session(s, want.ID), *want, "after TouchSession")
	if got := c.session(s, sessionID(2)).LastSeen; !got.Before(want.LastSeen) {
		c.broken("another session has LastSeen %v", got)
	}
}

func touchBack(c *check, s auth.SessionStore) {
	want := session(1, userID(1))
	c.begin(s, want)
	for _, back := range []time.Duration{-time.Minute, -time.Microsecond, 0} {
		c.ok(s.TouchSession(c.Context(), want.ID, want.LastSeen.Add(back)), "TouchSession")
	}
	c.ok(s.TouchSession(c.Context(), want.ID, time.Time{}), "TouchSession")
	c.sameSession(c.session(s, want.ID), *want, "after TouchSession")
}

func touchUnknown(c *check, s auth.SessionStore) {
	c.ok(s.TouchSession(c.Context(), sessionID(1), time.Now()), "TouchSession")
	c.gone(s, session(1, userID(1)), session(1, ""))
}

func touchEnded(c *check, s auth.SessionStore) {
	one, two := session(1, userID(1)), session(2, userID(1))
	c.begin(s, one, two)
	c.ok(s.EndSession(c.Context(), one.ID), "EndSession")
	c.ok(s.TouchSession(c.Context(), one.ID, time.Now().Add(time.Minute)), "TouchSession")
	c.gone(s, one)
	c.ok(s.EndUserSessions(c.Context(), userID(1), ""), "EndUserSessions")
	c.ok(s.TouchSession(c.Context(), two.ID, time.Now().Add(time.Minute)), "TouchSession")
	c.gone(s, one, two)
}

func touchExpired(c *check, s auth.SessionStore) {
	over := expired(1, userID(1))
	c.begin(s, over)
	c.ok(s.TouchSession(c.Context(), over.ID, time.Now().Add(time.Minute)), "TouchSession")
	c.gone(s, over)
}

func touchRacesEnd(c *check, s auth.SessionStore) {
	for round := range 10 {
		one := session(round, userID(1))
		c.begin(s, one)
		for _, err := range atOnce(8, func(i int) error {
			if i == 4 {
				return s.EndSession(c.Context(), one.ID)
			}
			return s.TouchSession(c.Context(), one.ID, time.Now().Add(time.Duration(i)*time.Minute))
		}) {
			c.ok(err, "TouchSession or EndSession")
		}
		c.gone(s, one)
	}
}

var endCases = []sessionCase{
	{"end/gone", "once EndSession returned, no read finds the session", endGone},
	{"end/idempotent", "ending a session again is no error", endAgain},
	{"end/unknown", "ending an unknown session is no error", endUnknown},
	{"end/expired", "ending an expired session is no error", endExpired},
	{"end/others_stay", "EndSession ends one session", endOne},
	{"end/race", "ending one session by many at once is no error for any", endRace},
}

func endGone(c *check, s auth.SessionStore) {
	one := session(1, userID(1))
	c.begin(s, one)
	c.ok(s.EndSession(c.Context(), one.ID), "EndSession")
	for range 5 { // on every node
		c.gone(s, one)
	}
}

func endAgain(c *check, s auth.SessionStore) {
	one := session(1, userID(1))
	c.begin(s, one)
	for range 3 {
		c.ok(s.EndSession(c.Context(), one.ID), "EndSession")
	}
	c.gone(s, one)
}

func endUnknown(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)))
	for _, id := range []string{sessionID(2), "", "%"} {
		c.ok(s.EndSession(c.Context(), id), "EndSession")
	}
	c.listed(s, userID(1), session(1, ""))
}

func endExpired(c *check, s auth.SessionStore) {
	over := expired(1, userID(1))
	c.begin(s, over)
	c.ok(s.EndSession(c.Context(), over.ID), "EndSession")
	c.gone(s, over)
}

func endOne(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)), session(2, userID(1)), session(3, userID(2)))
	c.ok(s.EndSession(c.Context(), sessionID(2)), "EndSession")
	c.listed(s, userID(1), session(1, ""))
	c.listed(s, userID(2), session(3, ""))
}

func endRace(c *check, s auth.SessionStore) {
	one := session(1, userID(1))
	c.begin(s, one)
	for _, err := range atOnce(crowd, func(int) error { return s.EndSession(c.Context(), one.ID) }) {
		c.ok(err, "EndSession")
	}
	c.gone(s, one)
}

var endUserCases = []sessionCase{
	{"end_user/all", "EndUserSessions with an empty exceptID ends all sessions of the user", func(c *check, s auth.SessionStore) { endUser(c, s, "") }},
	{"end_user/except_one", "EndUserSessions spares exceptID", func(c *check, s auth.SessionStore) { endUser(c, s, sessionID(2), session(2, "")) }},
	{"end_user/except_unknown", "EndUserSessions ends all sessions when exceptID is not one of them", func(c *check, s auth.SessionStore) { endUser(c, s, sessionID(99)) }},
	{"end_user/except_anothers", "EndUserSessions ends all sessions when exceptID is another user's", func(c *check, s auth.SessionStore) { endUser(c, s, sessionID(4)) }},
	{"end_user/none", "EndUserSessions of a user without sessions is no error", endUserNone},
	{"end_user/later", "a session made after EndUserSessions is live", endUserLater},
	{"end_user/many", "EndUserSessions ends all of them, however many", endUserMany},
}

// endUser ends the first user's three sessions but those that are spared; the
// second user's one stays.
func endUser(c *check, s auth.SessionStore, except string, spared ...*auth.Session) {
	c.begin(s, session(1, userID(1)), session(2, userID(1)), session(3, userID(1)), session(4, userID(2)))
	c.ok(s.EndUserSessions(c.Context(), userID(1), except), "EndUserSessions")
	c.listed(s, userID(1), spared...)
	c.listed(s, userID(2), session(4, ""))
	for n := 1; n <= 3; n++ {
		if sessionID(n) != except {
			c.gone(s, session(n, userID(1)))
		}
	}
}

func endUserNone(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)))
	for _, user := range []string{userID(2), ""} {
		c.ok(s.EndUserSessions(c.Context(), user, ""), "EndUserSessions")
	}
	c.listed(s, userID(1), session(1, ""))
}

func endUserLater(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)))
	c.ok(s.EndUserSessions(c.Context(), userID(1), ""), "EndUserSessions")
	c.begin(s, session(2, userID(1)))
	c.listed(s, userID(1), session(2, ""))
}

func endUserMany(c *check, s auth.SessionStore) {
	for n := range 150 {
		c.begin(s, session(n, userID(1)))
	}
	c.ok(s.EndUserSessions(c.Context(), userID(1), sessionID(77)), "EndUserSessions")
	c.listed(s, userID(1), session(77, ""))
}
