package storetest

import (
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
)

var swapCases = []accountCase{
	{"if_hash/holds", "IfHash is a compare-and-swap: the change is made while the hash is this one", swapHolds},
	{"if_hash/another", "UpdateAccount answers ErrUserChanged when IfHash is not the hash, and changes nothing", swapMisses},
	{"if_hash/empty", "an empty IfHash stands for an account without a password and for no other", swapEmpty},
	{"if_hash/exact", "IfHash compares to the byte", swapExact},
	{"if_hash/race", "of many compare-and-swaps from one hash, one succeeds and the others get ErrUserChanged", swapRace},
}

func swapHolds(c *check, s auth.AccountStore) {
	want := account(1)
	c.add(s, want)
	change := auth.AccountChange{Name: ptr("Swapped"), PasswordHash: ptr(hash("new")), IfHash: ptr(want.PasswordHash)}
	c.ok(s.UpdateAccount(c.Context(), userID(1), change), "UpdateAccount")
	want.Name, want.PasswordHash = "Swapped", hash("new")
	c.sameAccount(c.account(s, "user1"), *want, "after UpdateAccount")
	c.is(s.UpdateAccount(c.Context(), userID(1), change), auth.ErrUserChanged, "the same UpdateAccount again")
}

func swapMisses(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	for _, other := range []auth.Secret{hash("another"), {}} {
		change := auth.AccountChange{Role: ptr(auth.RoleSuperAdmin), PasswordHash: ptr(hash("new")), IfHash: &other}
		c.is(s.UpdateAccount(c.Context(), userID(1), change), auth.ErrUserChanged, "UpdateAccount")
	}
	c.is(s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{IfHash: ptr(hash("another"))}), auth.ErrUserChanged, "UpdateAccount of IfHash alone")
	c.sameAccount(c.account(s, "user1"), *account(1), "after UpdateAccount")
}

func swapEmpty(c *check, s auth.AccountStore) {
	want := account(1)
	want.PasswordHash = auth.Secret{}
	c.add(s, want)
	change := auth.AccountChange{PasswordHash: ptr(hash("first")), IfHash: &auth.Secret{}}
	c.ok(s.UpdateAccount(c.Context(), userID(1), change), "UpdateAccount")
	c.is(s.UpdateAccount(c.Context(), userID(1), change), auth.ErrUserChanged, "the same UpdateAccount again")
}

func swapExact(c *check, s auth.AccountStore) {
	a := account(1)
	a.PasswordHash = hash("AbC")
	c.add(s, a)
	for _, near := range []string{"abc", "AbC ", "Ab_", "Ab%", "AbÇ"} {
		change := auth.AccountChange{PasswordHash: ptr(hash("new")), IfHash: ptr(hash(near))}
		c.is(s.UpdateAccount(c.Context(), userID(1), change), auth.ErrUserChanged, fmt.Sprintf("UpdateAccount if the hash ends in %q", near))
	}
}

func swapRace(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	errs := atOnce(crowd, func(i int) error {
		return s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{
			PasswordHash: ptr(hash(fmt.Sprint("new", i))), IfHash: ptr(account(1).PasswordHash),
		})
	})
	c.oneWins(errs, auth.ErrUserChanged)
	for i, err := range errs {
		if got := c.account(s, "user1").PasswordHash.Reveal(); err == nil && got != hash(fmt.Sprint("new", i)).Reveal() {
			c.broken("the winner's hash is not the one stored")
		}
	}
}
