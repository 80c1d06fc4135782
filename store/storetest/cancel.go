package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var accountCancelCases = []accountCase{
	{"cancelled/create", "a cancelled call is an error or complete: an account is found by every way or by none", cancelledCreate},
	{"cancelled/update", "a cancelled call is an error or complete: a change is made wholly or not at all", cancelledUpdate},
	{"cancelled/delete", "a cancelled call is an error or complete: an account is gone from everywhere or from nowhere", cancelledDelete},
	{"cancelled/bootstrap", "a cancelled call is an error or complete: Bootstrap leaves its mark and the account, or neither", cancelledBootstrap},
	{"cancelled/list", "a cancelled ListUsers is an error or complete", cancelledList},
}

var readCancelCases = []accountCase{
	{"cancelled/reads", "a cancelled read is an error or complete, and is never ErrUserNotFound for a user who is there", cancelledReads},
}

func cancelledCreate(c *check, s auth.AccountStore) {
	err := s.CreateAccount(c.cancelled(), account(1))
	if len(c.list(s, 1)) == 1 {
		c.sameAccount(c.account(s, "user1"), *account(1), "by username")
		c.sameAccount(c.account(s, "user1@example.com"), *account(1), "by e-mail")
		return
	}
	if err == nil {
		c.broken("CreateAccount returned nil and added nothing")
	}
	c.add(s, account(1)) // nothing of it stands in the way
}

func cancelledUpdate(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	change := auth.AccountChange{Email: ptr("new@example.com"), Role: ptr(auth.RoleAdmin), PasswordHash: ptr(hash("new"))}
	err := s.UpdateAccount(c.cancelled(), userID(1), change)
	got, want := c.account(s, "user1"), account(1)
	if err == nil || got.Role == auth.RoleAdmin {
		want.Email, want.Role, want.PasswordHash = "new@example.com", auth.RoleAdmin, hash("new")
	}
	c.sameAccount(got, *want, fmt.Sprintf("after UpdateAccount returned %v", err))
}

func cancelledDelete(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	err := s.DeleteAccount(c.cancelled(), userID(1))
	left := len(c.list(s, 1))
	if err == nil && left != 0 {
		c.broken("DeleteAccount returned nil and left the account")
	}
	_, found := s.AccountByLogin(c.Context(), "user1")
	if (found == nil) != (left == 1) {
		c.broken("AccountByLogin: error %v while ListUsers has %d users", found, left)
	}
}

func cancelledBootstrap(c *check, s auth.AccountStore) {
	made, err := s.Bootstrap(c.cancelled(), account(1))
	there := len(c.list(s, 1)) == 1
	if err == nil && made != there || err != nil && made {
		c.broken("Bootstrap answered %v, %v; the account is there: %v", made, err, there)
	}
	again, err := s.Bootstrap(c.Context(), account(1))
	c.ok(err, "Bootstrap again")
	if again == there {
		c.broken("Bootstrap again answered %v; the account was there: %v", again, there)
	}
}

func cancelledReads(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	a, err := s.AccountByLogin(c.cancelled(), "user1")
	c.errorOrValue(a != nil && a.ID == userID(1), err, "AccountByLogin")
	u, err := s.UserByID(c.cancelled(), userID(1))
	c.errorOrValue(u != nil && u.ID == userID(1), err, "UserByID")
}

func cancelledList(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	list, err := s.ListUsers(c.cancelled(), "", 10)
	c.errorOrValue(len(list) == 1, err, "ListUsers")
}

// errorOrValue ends the case unless a call on a cancelled context gave the
// whole value, or a fault and none of the refusals.
func (c *check) errorOrValue(value bool, err error, call string) {
	c.Helper()
	refusal := errors.Is(err, auth.ErrUserNotFound) || errors.Is(err, auth.ErrSessionNotFound)
	if refusal || (err == nil) != value {
		c.broken("%s: the value is returned: %v, error %v", call, value, err)
	}
}

var sessionCancelCases = []sessionCase{
	{"cancelled/create", "a cancelled call is an error or complete: a session is found by both ways or by neither", cancelledSession},
	{"cancelled/end", "a cancelled call is an error or complete: EndSession and EndUserSessions that return nil have ended", cancelledEnd},
	{"cancelled/reads", "a cancelled read is an error or complete, and is never ErrSessionNotFound for a live session", cancelledSessionReads},
}

func cancelledSession(c *check, s auth.SessionStore) {
	err := s.CreateSession(c.cancelled(), session(1, userID(1)))
	_, found := s.SessionByID(c.Context(), sessionID(1))
	if listed := len(c.sessions(s, userID(1))) == 1; listed != (found == nil) {
		c.broken("SessionsByUser lists it: %v; SessionByID: error %v", listed, found)
	}
	if err == nil && found != nil {
		c.broken("CreateSession returned nil; SessionByID: error %v", found)
	}
}

func cancelledEnd(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)), session(2, userID(2)), session(3, userID(2)))
	if s.EndSession(c.cancelled(), sessionID(1)) == nil {
		c.gone(s, session(1, userID(1)))
	}
	err := s.EndUserSessions(c.cancelled(), userID(2), "")
	if n := len(c.sessions(s, userID(2))); n == 1 || err == nil && n != 0 {
		c.broken("EndUserSessions returned %v and left %d of 2", err, n)
	}
}

func cancelledSessionReads(c *check, s auth.SessionStore) {
	c.begin(s, session(1, userID(1)))
	found, err := s.SessionByID(c.cancelled(), sessionID(1))
	c.errorOrValue(found != nil && found.ID == sessionID(1), err, "SessionByID")
	list, err := s.SessionsByUser(c.cancelled(), userID(1))
	c.errorOrValue(len(list) == 1, err, "SessionsByUser")
	err = s.TouchSession(c.cancelled(), sessionID(1), time.Now().Add(time.Minute))
	_, after := s.SessionByID(c.Context(), sessionID(1))
	c.ok(after, fmt.Sprintf("SessionByID after TouchSession returned %v", err))
}

var throttleCancelCases = []throttleCase{
	{"cancelled/reserve", "a cancelled Reserve is an error or complete, and no failure", cancelledReserve},
	{"cancelled/settle", "a cancelled Settle is an error or complete, and never frees the slot of a failure", cancelledSettle},
	{"cancelled/forget", "a cancelled Forget that returns nil has forgotten", cancelledForget},
}

func cancelledReserve(c *check, s auth.ThrottleStore) {
	r, err := s.Reserve(c.cancelled(), "key", limit(1))
	if err == nil && r.Decision != auth.Granted || err != nil && r.Decision == auth.Granted {
		c.broken("Reserve decided %s, error %v", decision(r.Decision), err)
	}
	after, err := s.Reserve(c.Context(), "key", limit(1))
	c.ok(err, "Reserve")
	if after.Decision == auth.Denied {
		c.broken("the next Reserve is Denied")
	}
}

func cancelledSettle(c *check, s auth.ThrottleStore) {
	slot := c.reserve(s, "key", limit(1), auth.Granted)
	err := s.Settle(c.cancelled(), slot, true)
	after, fault := s.Reserve(c.Context(), "key", limit(1))
	c.ok(fault, "Reserve")
	if after.Decision == auth.Granted || err == nil && after.Decision != auth.Denied {
		c.broken("Settle returned %v; the next Reserve is %s", err, decision(after.Decision))
	}
}

func cancelledForget(c *check, s auth.ThrottleStore) {
	c.fail(s, "key", 1)
	c.fail(s, "key/x", 1)
	if s.Forget(c.cancelled(), "key") == nil {
		c.reserve(s, "key", limit(1), auth.Granted)
		c.reserve(s, "key/x", limit(1), auth.Granted)
	}
}
