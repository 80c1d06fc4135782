package storetest

import (
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var updateCases = []accountCase{
	{"update/nothing", "UpdateAccount with nil fields changes nothing and is no error", updateNothing},
	{"update/same_values", "setting a field to what it is is no error: it is not ErrUserNotFound", updateSame},
	{"update/unknown", "UpdateAccount answers ErrUserNotFound for an ID that nobody has", updateUnknown},
	{"update/others_stay", "UpdateAccount changes no other account", updateOne},
	{"update/username_taken", "UpdateAccount answers ErrUserExists when the username is taken, and leaves all other fields: wholly or not at all", func(c *check, s auth.AccountStore) {
		updateRefused(c, s, auth.AccountChange{Username: ptr("user1")})
	}},
	{"update/email_taken", "UpdateAccount answers ErrUserExists when the e-mail is taken, and leaves all other fields: wholly or not at all", func(c *check, s auth.AccountStore) {
		updateRefused(c, s, auth.AccountChange{Email: ptr("user1@example.com")})
	}},
	{"update/renamed", "after a change of names the new ones are found and the old ones are free", updateRenamed},
	{"update/swap_own_names", "an account may take its own e-mail as its username", updateOwnName},
	{"update/email_emptied", "an e-mail can be emptied, by many", updateEmailEmptied},
	{"update/fields_race", "changes of different fields at once are all kept", updateRace},
	{"update/name_race", "of many that take one name at once, one succeeds and the others get ErrUserExists", updateNameRace},
	{"update/stamp", "Stamp changes whenever the password hash does, and only then", updateStamp},
	{"update/stamp_returns", "Stamp is derived from the hash: where the store offers it, accounts with other hashes have other stamps", stampsDiffer},
}

func ptr[T any](v T) *T { return &v }

// fieldChanges has, for each field alone, the change and what it makes of an
// account.
var fieldChanges = []struct {
	name   string
	change auth.AccountChange
	apply  func(a *auth.Account)
}{
	{"username", auth.AccountChange{Username: ptr("other")}, func(a *auth.Account) { a.Username = "other" }},
	{"email", auth.AccountChange{Email: ptr("o@example.org")}, func(a *auth.Account) { a.Email = "o@example.org" }},
	{"name", auth.AccountChange{Name: ptr("Ödön 🦊")}, func(a *auth.Account) { a.Name = "Ödön 🦊" }},
	{"name_emptied", auth.AccountChange{Name: ptr("")}, func(a *auth.Account) { a.Name = "" }},
	{"organization", auth.AccountChange{Organization: ptr("Other & Co")}, func(a *auth.Account) { a.Organization = "Other & Co" }},
	{"region", auth.AccountChange{AWSRegion: ptr("us-east-1")}, func(a *auth.Account) { a.AWSRegion = "us-east-1" }},
	{"role", auth.AccountChange{Role: ptr(auth.RoleSuperAdmin)}, func(a *auth.Account) { a.Role = auth.RoleSuperAdmin }},
	{"active", auth.AccountChange{Active: ptr(false)}, func(a *auth.Account) { a.Active = false }},
	{"hash", auth.AccountChange{PasswordHash: ptr(hash("other"))}, func(a *auth.Account) { a.PasswordHash = hash("other") }},
	{"hash_emptied", auth.AccountChange{PasswordHash: &auth.Secret{}}, func(a *auth.Account) { a.PasswordHash = auth.Secret{} }},
	{"updated_at", auth.AccountChange{UpdatedAt: ptr(noon.Add(48 * time.Hour))}, func(a *auth.Account) { a.UpdatedAt = noon.Add(48 * time.Hour) }},
}

func updateFieldCases() []accountCase {
	var cases []accountCase
	for _, f := range fieldChanges {
		cases = append(cases, accountCase{
			"update/field/" + f.name,
			"UpdateAccount sets the fields that are not nil, here the " + f.name + ", and no others",
			func(c *check, s auth.AccountStore) {
				want := account(1)
				c.add(s, want, account(2))
				c.ok(s.UpdateAccount(c.Context(), want.ID, f.change), "UpdateAccount")
				f.apply(want)
				c.sameAccount(c.account(s, want.Username), *want, "after UpdateAccount")
			},
		})
	}
	return cases
}

func updateNothing(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.ok(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{}), "UpdateAccount")
	c.ok(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{IfHash: ptr(account(1).PasswordHash)}), "UpdateAccount with IfHash alone")
	c.sameAccount(c.account(s, "user1"), *account(1), "after UpdateAccount")
}

func updateSame(c *check, s auth.AccountStore) {
	a := account(1)
	c.add(s, a)
	c.ok(s.UpdateAccount(c.Context(), a.ID, auth.AccountChange{
		Username: &a.Username, Email: &a.Email, Role: &a.Role, Active: &a.Active, UpdatedAt: &a.UpdatedAt,
	}), "UpdateAccount")
	c.sameAccount(c.account(s, "user1"), *a, "after UpdateAccount")
}

func updateUnknown(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	for _, change := range []auth.AccountChange{
		{}, {Name: ptr("x")}, {Username: ptr("user9")}, {Name: ptr("x"), IfHash: ptr(hash("x"))},
	} {
		c.is(s.UpdateAccount(c.Context(), userID(2), change), auth.ErrUserNotFound, "UpdateAccount")
	}
	c.ids(s, userID(1))
}

func updateOne(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2))
	c.ok(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{
		Role: ptr(auth.RoleAdmin), Active: ptr(false), PasswordHash: ptr(hash("other")),
	}), "UpdateAccount")
	c.sameAccount(c.account(s, "user2"), *account(2), "the other account")
}

func updateRefused(c *check, s auth.AccountStore, taking auth.AccountChange) {
	c.add(s, account(1), account(2))
	taking.Role, taking.Active, taking.PasswordHash = ptr(auth.RoleSuperAdmin), ptr(false), ptr(hash("other"))
	c.is(s.UpdateAccount(c.Context(), userID(2), taking), auth.ErrUserExists, "UpdateAccount")
	c.sameAccount(c.account(s, "user2"), *account(2), "after the refusal")
	c.sameAccount(c.account(s, "user1"), *account(1), "the account that has the name")
}

func updateRenamed(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	change := auth.AccountChange{Username: ptr("renamed"), Email: ptr("renamed@example.com")}
	c.ok(s.UpdateAccount(c.Context(), userID(1), change), "UpdateAccount")
	for _, old := range []string{"user1", "user1@example.com"} {
		_, err := s.AccountByLogin(c.Context(), old)
		c.is(err, auth.ErrUserNotFound, "AccountByLogin of the old name")
	}
	for _, now := range []string{"renamed", "renamed@example.com"} {
		if got := c.account(s, now).ID; got != userID(1) {
			c.broken("AccountByLogin of the new name found %q", got)
		}
	}
	heir := account(1)
	heir.ID = userID(2)
	c.add(s, heir)
}

func updateOwnName(c *check, s auth.AccountStore) {
	a := account(1)
	c.add(s, a)
	c.ok(s.UpdateAccount(c.Context(), a.ID, auth.AccountChange{Username: &a.Email}), "UpdateAccount")
	a.Username = a.Email
	c.sameAccount(c.account(s, a.Email), *a, "AccountByLogin")
	c.ok(s.UpdateAccount(c.Context(), a.ID, auth.AccountChange{Username: ptr("user1")}), "UpdateAccount back")
	c.sameAccount(c.account(s, a.Email), *account(1), "AccountByLogin of the e-mail")
}

func updateEmailEmptied(c *check, s auth.AccountStore) {
	for n := range 3 {
		c.add(s, account(n))
		c.ok(s.UpdateAccount(c.Context(), userID(n), auth.AccountChange{Email: ptr("")}), "UpdateAccount")
	}
	_, err := s.AccountByLogin(c.Context(), "")
	c.is(err, auth.ErrUserNotFound, "AccountByLogin(empty)")
	c.add(s, &auth.Account{User: auth.User{ID: userID(9), Username: "heir", Email: "user1@example.com", Role: auth.RoleUser}})
}

func updateRace(c *check, s auth.AccountStore) {
	want := account(1)
	c.add(s, want)
	for i, err := range atOnce(len(fieldChanges), func(i int) error {
		if f := fieldChanges[i]; f.name == "name_emptied" || f.name == "hash_emptied" {
			return nil // the same field as another
		}
		return s.UpdateAccount(c.Context(), userID(1), fieldChanges[i].change)
	}) {
		f := fieldChanges[i]
		c.ok(err, "UpdateAccount of "+f.name)
		if f.name != "name_emptied" && f.name != "hash_emptied" {
			f.apply(want)
		}
	}
	c.sameAccount(c.account(s, want.Username), *want, "after all of them")
}

func updateNameRace(c *check, s auth.AccountStore) {
	for n := range crowd {
		c.add(s, account(n))
	}
	c.oneWins(atOnce(crowd, func(i int) error {
		return s.UpdateAccount(c.Context(), userID(i), auth.AccountChange{Username: ptr("same")})
	}), auth.ErrUserExists)
}

func updateStamp(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	before := c.stamp(s)
	for _, f := range fieldChanges {
		if f.change.PasswordHash != nil || f.change.Username != nil {
			continue
		}
		c.ok(s.UpdateAccount(c.Context(), userID(1), f.change), "UpdateAccount")
		if got := c.stamp(s); got != before {
			c.broken("a change of %s moved it from %q to %q", f.name, before, got)
		}
	}
	c.ok(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{PasswordHash: ptr(hash("other"))}), "UpdateAccount")
	if c.stamp(s) == before {
		c.broken("a change of the hash left it at %q", before)
	}
}

// stamp returns the stamp of account 1 and skips the case if there is none.
func (c *check) stamp(s auth.AccountStore) string {
	c.Helper()
	u, err := s.UserByID(c.Context(), userID(1))
	c.there(u != nil, err, "UserByID")
	if u.Stamp == "" {
		c.Skip("the store offers no User.Stamp")
	}
	return u.Stamp
}

func stampsDiffer(c *check, s auth.AccountStore) {
	twin := account(3)
	twin.PasswordHash = account(1).PasswordHash
	c.add(s, account(1), account(2), twin)
	stamp := c.stamp(s)
	if other := c.account(s, "user2").Stamp; other == stamp {
		c.broken("%q for two hashes", stamp)
	}
	change := auth.AccountChange{PasswordHash: ptr(hash("second"))}
	c.ok(s.UpdateAccount(c.Context(), userID(1), change), "UpdateAccount")
	if c.stamp(s) == stamp {
		c.broken("%q before and after a change of the hash", stamp)
	}
}
