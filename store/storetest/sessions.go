package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var sessionCases = []sessionCase{
	{"create/at_once", "a session is found as soon as CreateSession returned", sessionAtOnce},
	{"create/id_in_use", "an ID is not usable twice: a second session does not take a live one's place", sessionIDInUse},
	{"create/id_race", "of many sessions created at once under one ID, one is stored", sessionIDRace},
	{"create/and_end_race", "sessions created and ended by many at once are ended, each of them", createEndRace},
	{"by_id/unknown", "SessionByID answers ErrSessionNotFound for an unknown ID", sessionUnknown},
	{"by_id/expired", "SessionByID answers ErrSessionNotFound for a session that has expired", sessionExpired},
	{"by_id/exact", "SessionByID compares IDs exactly, whatever the collation says", sessionExact},
	{"by_id/case", "two IDs that differ in case are two sessions", sessionCaseApart},
	{"values/returned", "returned values belong to the caller: changing one changes nothing in the store", sessionReturned},
	{"values/given", "the store keeps nothing of what it was given: changing it later changes nothing in the store", sessionGiven},
}

func sessionAtOnce(c *check, s auth.SessionStore) {
	for n := range 5 {
		given := session(n, userID(1))
		c.begin(s, given)
		c.sameSession(c.session(s, given.ID), *given, "SessionByID")
		list := c.sessions(s, userID(1))
		if len(list) != n+1 {
			c.broken("SessionsByUser has %d sessions after %d", len(list), n+1)
		}
		c.sameSession(list[0], *given, "SessionsByUser")
	}
}

func sessionIDInUse(c *check, s auth.SessionStore) {
	first, second := session(1, userID(1)), session(1, userID(2))
	c.begin(s, first)
	if s.CreateSession(c.Context(), second) == nil {
		c.broken("CreateSession returned nil for an ID in use")
	}
	c.sameSession(c.session(s, first.ID), *first, "the first session")
	c.listed(s, userID(1), first)
	c.listed(s, userID(2))
}

func sessionIDRace(c *check, s auth.SessionStore) {
	stored := 0
	for _, err := range atOnce(crowd, func(i int) error { return s.CreateSession(c.Context(), session(1, userID(i))) }) {
		if err == nil {
			stored++
		}
	}
	if stored != 1 {
		c.broken("CreateSession returned nil %d times", stored)
	}
	owner := c.session(s, sessionID(1)).UserID
	for i := range crowd {
		if n := len(c.sessions(s, userID(i))); (n == 1) != (owner == userID(i)) {
			c.broken("%d sessions for user %d, who owns it: %v", n, i, owner == userID(i))
		}
	}
}

func createEndRace(c *check, s auth.SessionStore) {
	for _, err := range atOnce(crowd, func(i int) error {
		for n := range 4 {
			mine := session(i*4+n, userID(1))
			if err := s.CreateSession(c.Context(), mine); err != nil {
				return err
			}
			if _, err := s.SessionByID(c.Context(), mine.ID); err != nil {
				return fmt.Errorf("SessionByID after CreateSession: %w", err)
			}
			if err := s.EndSession(c.Context(), mine.ID); err != nil {
				return err
			}
			if _, err := s.SessionByID(c.Context(), mine.ID); err == nil {
				return fmt.Errorf("SessionByID found it after EndSession")
			}
		}
		return nil
	}) {
		c.ok(err, "one of many")
	}
	c.listed(s, userID(1))
}

func sessionUnknown(c *check, s auth.SessionStore) {
	_, err := s.SessionByID(c.Context(), sessionID(1))
	c.is(err, auth.ErrSessionNotFound, "SessionByID on an empty store")
	c.begin(s, session(1, userID(1)))
	for _, id := range []string{sessionID(2), ""} {
		_, err = s.SessionByID(c.Context(), id)
		c.is(err, auth.ErrSessionNotFound, "SessionByID")
	}
}

func sessionExpired(c *check, s auth.SessionStore) {
	over, barely, live := expired(1, userID(1)), session(2, userID(1)), session(3, userID(1))
	c.begin(s, over, live)
	barely.ExpiresAt = time.Now().Add(-time.Microsecond)
	c.begin(s, barely)
	c.gone(s, over, barely)
	c.sameSession(c.session(s, live.ID), *live, "the one that is live")
}

func sessionExact(c *check, s auth.SessionStore) {
	id := sessionID(1)
	c.begin(s, session(1, userID(1)))
	for _, near := range []string{strings.ToLower(id), strings.ToUpper(id), id + " ", " " + id, id[:25] + "_", "%", id[:25]} {
		_, err := s.SessionByID(c.Context(), near)
		c.is(err, auth.ErrSessionNotFound, fmt.Sprintf("SessionByID(%q)", near))
	}
}

func sessionCaseApart(c *check, s auth.SessionStore) {
	upper, lower := session(1, userID(1)), session(2, userID(2))
	upper.ID, lower.ID = strings.ToUpper(upper.ID), strings.ToLower(upper.ID)
	c.begin(s, upper, lower)
	c.sameSession(c.session(s, upper.ID), *upper, "upper case")
	c.sameSession(c.session(s, lower.ID), *lower, "lower case")
}

func sessionReturned(c *check, s auth.SessionStore) {
	given := session(1, userID(1))
	c.begin(s, given)
	found, err := s.SessionByID(c.Context(), given.ID)
	c.there(found != nil, err, "SessionByID")
	found.UserID, found.ExpiresAt = userID(2), found.ExpiresAt.Add(time.Hour)
	c.onlySession(s, userID(1)).UserID = userID(2)
	c.sameSession(c.session(s, given.ID), *given, "after the caller's changes")
}

func sessionGiven(c *check, s auth.SessionStore) {
	given := session(1, userID(1))
	want := *given
	c.begin(s, given)
	given.UserID, given.ExpiresAt, given.Stamp = userID(2), given.ExpiresAt.Add(time.Hour), "other"
	c.sameSession(c.session(s, want.ID), want, "after the caller's changes")
}

var sessionListCases = []sessionCase{
	{"by_user/none", "SessionsByUser of a user without sessions returns none and no error", func(c *check, s auth.SessionStore) { c.listed(s, userID(1)) }},
	{"by_user/newest_first", "SessionsByUser returns the newest session first, in whatever order they were stored", newestFirst},
	{"by_user/own", "SessionsByUser returns the sessions of that user alone", ownSessions},
	{"by_user/live", "SessionsByUser returns live sessions alone", liveSessions},
	{"by_user/exact", "SessionsByUser compares user IDs exactly", ownerExact},
}

// sessions reads a user's live sessions.
func (c *check) sessions(s auth.SessionStore, user string) []auth.Session {
	c.Helper()
	list, err := s.SessionsByUser(c.Context(), user)
	c.ok(err, "SessionsByUser")
	return list
}

// onlySession reads the one live session of a user.
func (c *check) onlySession(s auth.SessionStore, user string) *auth.Session {
	c.Helper()
	list := c.sessions(s, user)
	if len(list) != 1 {
		c.broken("SessionsByUser has %d sessions, want 1", len(list))
	}
	return &list[0]
}

// listed ends the case unless these are the user's sessions, in this order.
func (c *check) listed(s auth.SessionStore, user string, want ...*auth.Session) {
	c.Helper()
	var got, ids []string
	for _, found := range c.sessions(s, user) {
		got = append(got, found.ID)
	}
	for _, w := range want {
		ids = append(ids, w.ID)
	}
	if !slices.Equal(got, ids) {
		c.broken("SessionsByUser has %q, want %q", got, ids)
	}
}

func newestFirst(c *check, s auth.SessionStore) {
	c.begin(s, session(3, userID(1)), session(1, userID(1)), session(4, userID(1)), session(2, userID(1)))
	c.listed(s, userID(1), session(4, userID(1)), session(3, userID(1)), session(2, userID(1)), session(1, userID(1)))
}

func ownSessions(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)), session(2, userID(2)), session(3, userID(1)))
	c.listed(s, userID(1), session(3, ""), session(1, ""))
	c.listed(s, userID(2), session(2, ""))
	c.listed(s, "")
}

func liveSessions(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)), expired(2, userID(1)), session(3, userID(1)))
	c.ok(s.EndSession(c.Context(), sessionID(3)), "EndSession")
	c.listed(s, userID(1), session(1, ""))
}

func ownerExact(c *check, s auth.SessionStore) {
	c.begin(s, session(1, "Jose"))
	for _, near := range []string{"jose", "JOSE", "José", "Jose ", "Jos_", "%"} {
		c.listed(s, near)
		c.ok(s.EndUserSessions(c.Context(), near, ""), "EndUserSessions of another spelling")
	}
	c.listed(s, "Jose", session(1, ""))
}
