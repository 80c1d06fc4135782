package storetest

import (
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

type identityCase = testCase[IdentityStore]

var identityCases = []identityCase{
	{"equal", "IdentityBySession answers in one query what SessionByID and UserByID answer in two", identityEqual},
	{"read_at", "ReadAt is when the store was asked", identityReadAt},
	{"unknown", "IdentityBySession answers ErrSessionNotFound for an unknown session", identityUnknown},
	{"ended", "IdentityBySession answers ErrSessionNotFound for a session that has ended", identityEnded},
	{"expired", "IdentityBySession answers ErrSessionNotFound for a session that has expired", identityExpired},
	{"user_deleted", "IdentityBySession answers ErrSessionNotFound when the user is gone", identityDeleted},
	{"user_made_again", "IdentityBySession returns the user as of now, also when one was deleted and made again", identityReborn},
	{"user_changed", "IdentityBySession sees a change of role, active or hash at once", identityChanged},
	{"session_changed", "IdentityBySession sees a touched and a restamped session at once", identityTouched},
	{"values/returned", "returned values belong to the caller: changing one changes nothing in the store", identityReturned},
	{"cancelled", "a cancelled read is an error or complete, and is never ErrSessionNotFound for a live session", identityCancelled},
}

// identity ends the case unless one query and two reads agree, and returns
// what they say.
func (c *check) identity(s IdentityStore, id string) auth.Identity {
	c.Helper()
	got, err := s.IdentityBySession(c.Context(), id)
	c.there(got != nil, err, "IdentityBySession")
	found := c.session(s, id)
	user, err := s.UserByID(c.Context(), found.UserID)
	c.there(user != nil, err, "UserByID")
	c.sameSession(got.Session, found, "IdentityBySession beside SessionByID")
	c.sameUser(got.User, *user, "IdentityBySession beside UserByID")
	if got.User.Stamp != user.Stamp {
		c.broken("stamp %q, and %q by UserByID", got.User.Stamp, user.Stamp)
	}
	return *got
}

func identityEqual(c *check, s IdentityStore) {
	c.add(s, account(1), account(2))
	c.begin(s, session(1, userID(1)), session(2, userID(2)), session(3, userID(2)))
	for n, user := range map[int]int{1: 1, 2: 2, 3: 2} {
		if got := c.identity(s, sessionID(n)); got.User.ID != userID(user) || got.Session.ID != sessionID(n) {
			c.broken("session %s of user %s for session %d of user %d", got.Session.ID, got.User.ID, n, user)
		}
	}
}

func identityReadAt(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)))
	before := time.Now()
	got, err := s.IdentityBySession(c.Context(), sessionID(1))
	c.there(got != nil, err, "IdentityBySession")
	if got.ReadAt.Before(before.Add(-time.Millisecond)) || got.ReadAt.After(time.Now().Add(time.Millisecond)) {
		c.broken("%v, asked between %v and %v", got.ReadAt, before, time.Now())
	}
}

// noIdentity ends the case unless a session is not found.
func (c *check) noIdentity(s IdentityStore, id string) {
	c.Helper()
	got, err := s.IdentityBySession(c.Context(), id)
	c.is(err, auth.ErrSessionNotFound, "IdentityBySession")
	if got != nil {
		c.broken("an identity together with the error %v", err)
	}
}

func identityUnknown(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)))
	for _, id := range []string{sessionID(2), "", sessionID(1) + " "} {
		c.noIdentity(s, id)
	}
}

func identityEnded(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)), session(2, userID(1)))
	c.identity(s, sessionID(1))
	c.ok(s.EndSession(c.Context(), sessionID(1)), "EndSession")
	c.noIdentity(s, sessionID(1))
	c.identity(s, sessionID(2))
	c.ok(s.EndUserSessions(c.Context(), userID(1), ""), "EndUserSessions")
	c.noIdentity(s, sessionID(2))
}

func identityExpired(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, expired(1, userID(1)))
	c.noIdentity(s, sessionID(1))
}

func identityDeleted(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)), session(2, userID(2)))
	c.identity(s, sessionID(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	c.noIdentity(s, sessionID(1))
	c.noIdentity(s, sessionID(2)) // its user never was
}

func identityReborn(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)))
	c.identity(s, sessionID(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	again := account(1)
	again.Role, again.Active = auth.RoleAdmin, false
	c.add(s, again)
	if _, err := s.SessionByID(c.Context(), sessionID(1)); err != nil {
		return // the store ends a deleted user's sessions, which it may
	}
	if got := c.identity(s, sessionID(1)).User; got.Role != auth.RoleAdmin || got.Active {
		c.broken("role %q, active %v of the account that was deleted", got.Role, got.Active)
	}
}

func identityChanged(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)))
	c.identity(s, sessionID(1))
	for _, f := range fieldChanges {
		c.ok(s.UpdateAccount(c.Context(), userID(1), f.change), "UpdateAccount of "+f.name)
		c.identity(s, sessionID(1))
	}
	if got := c.identity(s, sessionID(1)).User; got.Role != auth.RoleSuperAdmin || got.Active {
		c.broken("role %q, active %v after they were changed", got.Role, got.Active)
	}
}

func identityTouched(c *check, s IdentityStore) {
	c.add(s, account(1))
	given := session(1, userID(1))
	c.begin(s, given)
	c.identity(s, given.ID)
	c.ok(s.TouchSession(c.Context(), given.ID, given.LastSeen.Add(time.Minute)), "TouchSession")
	c.ok(s.RestampSessions(c.Context(), userID(1), given.Stamp, "new"), "RestampSessions")
	if got := c.identity(s, given.ID).Session; got.Stamp != "new" {
		c.broken("stamp %q after it was changed to %q", got.Stamp, "new")
	}
}

func identityReturned(c *check, s IdentityStore) {
	c.add(s, account(1))
	given := session(1, userID(1))
	c.begin(s, given)
	got, err := s.IdentityBySession(c.Context(), given.ID)
	c.there(got != nil, err, "IdentityBySession")
	got.User.Role, got.Session.UserID = auth.RoleSuperAdmin, userID(2)
	after := c.identity(s, given.ID)
	c.sameUser(after.User, account(1).User, "the user after the caller's changes")
	c.sameSession(after.Session, *given, "the session after the caller's changes")
}

func identityCancelled(c *check, s IdentityStore) {
	c.add(s, account(1))
	c.begin(s, session(1, userID(1)))
	got, err := s.IdentityBySession(c.cancelled(), sessionID(1))
	c.errorOrValue(got != nil && got.User.ID == userID(1), err, "IdentityBySession")
}
