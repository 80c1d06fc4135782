package storetest

import (
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
)

var createCases = []accountCase{
	{"create/at_once", "an account is found as soon as CreateAccount returned", createdAtOnce},
	{"create/username_taken", "CreateAccount answers ErrUserExists when the username is taken, and adds nothing", func(c *check, s auth.AccountStore) {
		refused(c, s, func(a *auth.Account) { a.Username = "user1" })
	}},
	{"create/email_taken", "CreateAccount answers ErrUserExists when the e-mail is taken, and adds nothing", func(c *check, s auth.AccountStore) {
		refused(c, s, func(a *auth.Account) { a.Email = "user1@example.com" })
	}},
	{"create/id_taken", "CreateAccount answers ErrUserExists when the ID is taken, and changes nothing", func(c *check, s auth.AccountStore) {
		refused(c, s, func(a *auth.Account) { a.ID = userID(1) })
	}},
	{"create/no_email_twice", "an empty e-mail is none and is not unique", noEmailTwice},
	{"create/username_race", "of many that create one username at once, one succeeds and the others get ErrUserExists", func(c *check, s auth.AccountStore) {
		race(c, s, func(a *auth.Account) { a.Username = "same" })
	}},
	{"create/email_race", "of many that create one e-mail at once, one succeeds and the others get ErrUserExists", func(c *check, s auth.AccountStore) {
		race(c, s, func(a *auth.Account) { a.Email = "same@example.com" })
	}},
	{"create/race_apart", "accounts that share no name are all created, also at once", raceApart},
}

func createdAtOnce(c *check, s auth.AccountStore) {
	for n := range 5 {
		roundTrip(c, s, account(n))
		c.ok(s.DeleteAccount(c.Context(), userID(7)), "DeleteAccount")
		c.ok(s.DeleteAccount(c.Context(), userID(n)), "DeleteAccount")
	}
}

func refused(c *check, s auth.AccountStore, clash func(a *auth.Account)) {
	c.add(s, account(1))
	second := account(2)
	clash(second)
	c.is(s.CreateAccount(c.Context(), second), auth.ErrUserExists, "CreateAccount")
	c.sameAccount(c.account(s, "user1"), *account(1), "the first account")
	c.ids(s, userID(1))
	_, err := s.AccountByLogin(c.Context(), otherName(second))
	c.is(err, auth.ErrUserNotFound, "AccountByLogin of the account that was refused")
}

// otherName is a name of account 2 that account 1 does not have.
func otherName(a *auth.Account) string {
	if a.Username == "user2" {
		return a.Username
	}
	return a.Email
}

func noEmailTwice(c *check, s auth.AccountStore) {
	for n := range 3 {
		a := account(n)
		a.Email = ""
		c.add(s, a)
	}
	c.ids(s, userID(0), userID(1), userID(2))
}

func race(c *check, s auth.AccountStore, clash func(a *auth.Account)) {
	c.oneWins(atOnce(crowd, func(i int) error {
		a := account(i)
		clash(a)
		return s.CreateAccount(c.Context(), a)
	}), auth.ErrUserExists)
	if n := len(c.list(s, crowd)); n != 1 {
		c.broken("%d accounts are stored", n)
	}
}

func raceApart(c *check, s auth.AccountStore) {
	for i, err := range atOnce(crowd, func(i int) error { return s.CreateAccount(c.Context(), account(i)) }) {
		c.ok(err, fmt.Sprintf("CreateAccount of %s", userID(i)))
	}
	if n := len(c.list(s, 2*crowd)); n != crowd {
		c.broken("%d of %d accounts are stored", n, crowd)
	}
}

var deleteCases = []accountCase{
	{"delete/gone", "a deleted account is found by no name, no ID and no list", deletedIsGone},
	{"delete/unknown", "DeleteAccount answers ErrUserNotFound for an ID that nobody has, or no longer", deleteUnknown},
	{"delete/others_stay", "DeleteAccount touches no other account", othersStay},
	{"delete/names_are_free", "the names of a deleted account are free again", namesAreFree},
	{"delete/race", "of many that delete one account at once, one succeeds and the others get ErrUserNotFound", deleteRace},
}

func deletedIsGone(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	for _, login := range []string{"user1", "user1@example.com"} {
		_, err := s.AccountByLogin(c.Context(), login)
		c.is(err, auth.ErrUserNotFound, "AccountByLogin")
	}
	_, err := s.UserByID(c.Context(), userID(1))
	c.is(err, auth.ErrUserNotFound, "UserByID")
	c.ids(s)
}

func deleteUnknown(c *check, s auth.AccountStore) {
	c.is(s.DeleteAccount(c.Context(), userID(1)), auth.ErrUserNotFound, "DeleteAccount on an empty store")
	c.add(s, account(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	c.is(s.DeleteAccount(c.Context(), userID(1)), auth.ErrUserNotFound, "DeleteAccount again")
}

func othersStay(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2), account(3))
	c.ok(s.DeleteAccount(c.Context(), userID(2)), "DeleteAccount")
	c.ids(s, userID(1), userID(3))
	c.sameAccount(c.account(s, "user3"), *account(3), "another account")
}

func namesAreFree(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	heir := account(1)
	heir.ID = userID(2)
	c.add(s, heir)
	c.sameAccount(c.account(s, "user1@example.com"), *heir, "AccountByLogin")
	c.ok(s.DeleteAccount(c.Context(), userID(2)), "DeleteAccount")
	c.add(s, account(1)) // the ID is free as well
}

func deleteRace(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.oneWins(atOnce(crowd, func(int) error {
		return s.DeleteAccount(c.Context(), userID(1))
	}), auth.ErrUserNotFound)
}
