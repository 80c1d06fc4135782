package storetest

import (
	"errors"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// lookupCases need no more than the two reads, and accounts to find.
var lookupCases = []accountCase{
	{"login/by_username", "AccountByLogin finds an account by its username", foundByUsername},
	{"login/by_email", "AccountByLogin finds an account by its e-mail", foundByEmail},
	{"login/unknown", "AccountByLogin answers ErrUserNotFound for a login that nobody has", loginUnknown},
	{"login/empty", "an empty e-mail is none: an empty login finds nobody", loginEmpty},
	{"login/own_name_and_email_alike", "an account whose username is also its e-mail is one account and is found", namedLikeItself},
	{"login/username_is_anothers_email", "two accounts that match a login are nobody (Grafana CVE-2022-39229)", namedLikeAnother},
	{"id/found", "UserByID returns the user that AccountByLogin returns", foundByID},
	{"id/unknown", "UserByID answers ErrUserNotFound for an ID that nobody has", idUnknown},
	{"id/exact", "UserByID compares IDs exactly", idExact},
}

var valueCases = []accountCase{
	{"values/returned", "returned values belong to the caller: changing one changes nothing in the store", returnedIsACopy},
	{"values/given", "the store keeps nothing of what it was given: changing it later changes nothing in the store", givenIsNotKept},
}

func foundByUsername(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2))
	c.sameAccount(c.account(s, "user2"), *account(2), "AccountByLogin(username)")
}

func foundByEmail(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2))
	c.sameAccount(c.account(s, "user1@example.com"), *account(1), "AccountByLogin(e-mail)")
}

func loginUnknown(c *check, s auth.AccountStore) {
	_, err := s.AccountByLogin(c.Context(), "user1")
	c.is(err, auth.ErrUserNotFound, "AccountByLogin on an empty store")
	c.add(s, account(1))
	_, err = s.AccountByLogin(c.Context(), "user2")
	c.is(err, auth.ErrUserNotFound, "AccountByLogin of another")
}

func loginEmpty(c *check, s auth.AccountStore) {
	nameless := account(1)
	nameless.Email = ""
	c.add(s, nameless)
	_, err := s.AccountByLogin(c.Context(), "")
	c.is(err, auth.ErrUserNotFound, "AccountByLogin(empty)")
}

func namedLikeItself(c *check, s auth.AccountStore) {
	a := account(1)
	a.Username = a.Email
	c.add(s, a)
	c.sameAccount(c.account(s, a.Email), *a, "AccountByLogin")
}

// namedLikeAnother accepts both ways to keep the promise: the second account
// is refused, or neither is found.
func namedLikeAnother(c *check, s auth.AccountStore) {
	owner, thief := account(1), account(2)
	thief.Username = owner.Email
	c.add(s, owner)
	err := s.CreateAccount(c.Context(), thief)
	if errors.Is(err, auth.ErrUserExists) {
		c.sameAccount(c.account(s, owner.Email), *owner, "AccountByLogin after the thief was refused")
		return
	}
	c.ok(err, "CreateAccount")
	_, err = s.AccountByLogin(c.Context(), owner.Email)
	c.is(err, auth.ErrUserNotFound, "AccountByLogin of the shared name")
}

func foundByID(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2))
	u, err := s.UserByID(c.Context(), userID(2))
	c.there(u != nil, err, "UserByID")
	both := c.account(s, "user2")
	c.sameUser(*u, both.User, "UserByID")
	if u.Stamp != both.Stamp {
		c.broken("stamp %q by ID and %q by login", u.Stamp, both.Stamp)
	}
}

func idUnknown(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	for _, id := range []string{userID(2), ""} {
		_, err := s.UserByID(c.Context(), id)
		c.is(err, auth.ErrUserNotFound, "UserByID")
	}
}

func idExact(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	for _, id := range []string{strings.ToUpper(userID(1)), userID(1) + " ", userID(1)[:35] + "%", userID(1)[:35] + "_"} {
		_, err := s.UserByID(c.Context(), id)
		c.is(err, auth.ErrUserNotFound, "UserByID of another spelling")
	}
}

func returnedIsACopy(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	a, err := s.AccountByLogin(c.Context(), "user1")
	c.there(a != nil, err, "AccountByLogin")
	a.Role, a.PasswordHash = auth.RoleSuperAdmin, hash("stolen")
	u, err := s.UserByID(c.Context(), userID(1))
	c.there(u != nil, err, "UserByID")
	u.Role = auth.RoleSuperAdmin
	list, err := s.ListUsers(c.Context(), "", 1)
	c.ok(err, "ListUsers")
	for i := range list {
		list[i].Role = auth.RoleSuperAdmin
	}
	c.sameAccount(c.account(s, "user1"), *account(1), "AccountByLogin after the caller's changes")
}

func givenIsNotKept(c *check, s auth.AccountStore) {
	a := account(1)
	c.add(s, a)
	a.Role, a.Active, a.PasswordHash = auth.RoleSuperAdmin, false, hash("stolen")
	c.sameAccount(c.account(s, "user1"), *account(1), "AccountByLogin after the caller's changes")
	role := auth.RoleAdmin
	c.ok(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{Role: &role}), "UpdateAccount")
	role = auth.RoleSuperAdmin
	if got := c.account(s, "user1").Role; got != auth.RoleAdmin {
		c.broken("role %q after the caller changed what UpdateAccount was given", got)
	}
}
