package storetest

import (
	"fmt"
	"slices"

	"github.com/sallyport-go/sallyport/auth"
)

var importCases = []accountCase{
	{"import/adds", "ImportAccounts adds every account whose names and ID are free, and answers nil for it", importAdds},
	{"import/many", "ImportAccounts takes any number of accounts", importMany},
	{"import/none", "ImportAccounts of no account is no error and leaves no mark", importNone},
	{"import/no_email", "an empty e-mail is none and stands in nobody's way", importNoEmail},
	{"import/username_taken", "an account whose username is taken is not added and is answered by the one who has it; the others are added", func(c *check, s auth.AccountStore) {
		importTaken(c, s, func(a *auth.Account) { a.Username = "user1" })
	}},
	{"import/email_taken", "an account whose e-mail is taken is not added and is answered by the one who has it; the others are added", func(c *check, s auth.AccountStore) {
		importTaken(c, s, func(a *auth.Account) { a.Email = "user1@example.com" })
	}},
	{"import/id_taken", "an account whose ID is taken is not added and is answered by the one who has it; the others are added", func(c *check, s auth.AccountStore) {
		importTaken(c, s, func(a *auth.Account) { a.ID = userID(1) })
	}},
	{"import/taken_by_two", "of those who have its names, the one with the username answers for an account", importTakenByTwo},
	{"import/twice_in_one", "of two accounts of one call that share a name, the first is added and answers for the second", importTwice},
	{"import/again", "the same accounts again are answered by themselves and change nothing", importAgain},
	{"import/mark", "ImportAccounts leaves the mark that Bootstrap looks for, for ever (Rancher CVE-2019-11202)", importMark},
	{"import/race", "of many who import the same accounts at once, each account is added by one, and nobody gets an error", importRace},
	{"import/cancelled", "a cancelled import is an error that added nothing, or complete", importCancelled},
}

// importer skips the case for a store that adds accounts one by one.
func (c *check) importer(s auth.AccountStore) auth.AccountImporter {
	i, ok := s.(auth.AccountImporter)
	if !ok {
		c.Skipf("%T is no auth.AccountImporter", s)
	}
	return i
}

// imports ends the case unless the accounts are answered by those with these
// usernames; "" stands for one that was added.
func (c *check) imports(s auth.AccountStore, accounts []auth.Account, want ...string) {
	c.Helper()
	held, err := c.importer(s).ImportAccounts(c.Context(), accounts)
	c.ok(err, "ImportAccounts")
	if len(held) != len(want) {
		c.broken("%d answers for %d accounts", len(held), len(want))
	}
	for i, h := range held {
		got := ""
		if h != nil {
			got = h.Username
		}
		if got != want[i] {
			c.broken("account %d, %s, is answered by %q, want %q", i, accounts[i].Username, got, want[i])
		}
	}
}

// batch returns accounts from to to.
func batch(from, to int) []auth.Account {
	var all []auth.Account
	for n := from; n <= to; n++ {
		all = append(all, *account(n))
	}
	return all
}

func importAdds(c *check, s auth.AccountStore) {
	all := batch(1, 3)
	all[0].Active, all[1].Role, all[2].PasswordHash = false, auth.RoleSuperAdmin, auth.Secret{}
	c.imports(s, all, "", "", "")
	for _, a := range all {
		c.sameAccount(c.account(s, a.Username), a, "AccountByLogin of the username")
		c.sameAccount(c.account(s, a.Email), a, "AccountByLogin of the e-mail")
		u, err := s.UserByID(c.Context(), a.ID)
		c.there(u != nil, err, "UserByID")
		c.sameUser(*u, a.User, "UserByID")
	}
	c.ids(s, userID(1), userID(2), userID(3))
}

func importMany(c *check, s auth.AccountStore) {
	const many = 1234
	all := batch(1, many)
	all[many-1].Username = all[0].Username
	want := make([]string, many)
	want[many-1] = "user1"
	c.imports(s, all, want...)
	if n := len(c.list(s, 2*many)); n != many-1 {
		c.broken("%d of %d are stored", n, many-1)
	}
	c.sameAccount(c.account(s, "user777"), all[776], "one of many")
}

func importNone(c *check, s auth.AccountStore) {
	c.imports(s, nil)
	c.bootstrap(s, account(1), true)
}

func importNoEmail(c *check, s auth.AccountStore) {
	c.importer(s)
	first := account(1)
	first.Email = ""
	c.add(s, first)
	all := batch(2, 3)
	all[0].Email, all[1].Email = "", ""
	c.imports(s, all, "", "")
	c.ids(s, userID(1), userID(2), userID(3))
}

func importTaken(c *check, s auth.AccountStore, clash func(a *auth.Account)) {
	c.importer(s)
	c.add(s, account(1))
	all := batch(2, 4)
	all[1].Role, all[1].PasswordHash = auth.RoleSuperAdmin, hash("another")
	clash(&all[1])
	held, err := c.importer(s).ImportAccounts(c.Context(), all)
	c.ok(err, "ImportAccounts")
	if len(held) != 3 || held[0] != nil || held[1] == nil || held[2] != nil {
		c.broken("answers %v, want one for the second alone", held)
	}
	c.sameAccount(*held[1], *account(1), "the answer")
	c.sameAccount(c.account(s, "user1"), *account(1), "the account that was there")
	c.ids(s, userID(1), userID(2), userID(4))
}

func importTakenByTwo(c *check, s auth.AccountStore) {
	c.importer(s)
	c.add(s, account(1), account(2), account(3))
	three := *account(1)
	three.Email, three.ID = "user2@example.com", userID(3)
	two := *account(9)
	two.Email, two.ID = "user2@example.com", userID(3)
	c.imports(s, []auth.Account{three, two}, "user1", "user2")
}

func importTwice(c *check, s auth.AccountStore) {
	first, second, third := *account(1), *account(2), *account(3)
	second.Email, third.Username = first.Email, first.Username
	second.Role = auth.RoleSuperAdmin
	c.imports(s, []auth.Account{first, second, third}, "", "user1", "user1")
	c.ids(s, userID(1))
	c.sameAccount(c.account(s, "user1"), first, "the first of three")
}

func importAgain(c *check, s auth.AccountStore) {
	c.imports(s, batch(1, 2), "", "")
	held, err := c.importer(s).ImportAccounts(c.Context(), batch(1, 3))
	c.ok(err, "ImportAccounts again")
	if len(held) != 3 || held[0] == nil || held[1] == nil || held[2] != nil {
		c.broken("answers %v, want those of the first two", held)
	}
	for i, h := range held[:2] {
		c.sameAccount(*h, *account(i + 1), "the answer")
	}
	held[0].Username = "changed" // an answer is the caller's
	c.sameAccount(c.account(s, "user1"), *account(1), "the account that was there")
	c.ids(s, userID(1), userID(2), userID(3))
}

func importMark(c *check, s auth.AccountStore) {
	c.imports(s, batch(1, 1), "")
	c.bootstrap(s, account(2), false)
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	c.bootstrap(s, account(2), false)
	c.ids(s)
}

func importRace(c *check, s auth.AccountStore) {
	i := c.importer(s)
	c.add(s, account(0)) // with the mark there, nobody waits for another's
	const size = 20
	added := make([][]*auth.Account, crowd)
	errs := atOnce(crowd, func(n int) (err error) {
		all := batch(1, size)
		for i := range all {
			all[i].ID = fmt.Sprintf("%s-%d", all[i].ID, n)
		}
		if n%2 == 1 {
			slices.Reverse(all)
		}
		added[n], err = i.ImportAccounts(c.Context(), all)
		return err
	})
	for _, err := range errs {
		c.ok(err, "ImportAccounts")
	}
	for i := range size {
		winners := 0
		for n, held := range added {
			if n%2 == 1 && held[size-1-i] == nil || n%2 == 0 && held[i] == nil {
				winners++
			}
		}
		if winners != 1 {
			c.broken("account %d was added by %d of %d", i, winners, crowd)
		}
	}
	if n := len(c.list(s, 2*size)) - 1; n != size {
		c.broken("%d of %d accounts are stored", n, size)
	}
}

func importCancelled(c *check, s auth.AccountStore) {
	_, err := c.importer(s).ImportAccounts(c.cancelled(), batch(1, 3))
	if there := len(c.list(s, 10)); err != nil && there != 0 || err == nil && there != 3 {
		c.broken("ImportAccounts: error %v and %d of 3 are stored", err, there)
	}
}

var listAccountCases = []accountCase{
	{"list_accounts/equal", "ListAccounts lists what ListUsers does, with the hashes", listAccounts},
	{"list_accounts/cancelled", "a cancelled ListAccounts is an error or complete", listAccountsCancelled},
}

// lister skips the case for a store that never lists hashes.
func (c *check) lister(s auth.AccountStore) auth.AccountLister {
	l, ok := s.(auth.AccountLister)
	if !ok {
		c.Skipf("%T is no auth.AccountLister", s)
	}
	return l
}

func listAccounts(c *check, s auth.AccountStore) {
	l := c.lister(s)
	for n := range 7 {
		c.add(s, account(n))
	}
	for _, page := range []struct {
		after string
		limit int
	}{{"", 100}, {"", 3}, {userID(2), 3}, {userID(4) + "x", 3}, {userID(6), 3}, {"", 0}} {
		users, err := s.ListUsers(c.Context(), page.after, page.limit)
		c.ok(err, "ListUsers")
		accounts, err := l.ListAccounts(c.Context(), page.after, page.limit)
		c.ok(err, "ListAccounts")
		if len(accounts) != len(users) {
			c.broken("%d accounts after %q, limit %d, and %d users", len(accounts), page.after, page.limit, len(users))
		}
		for i, a := range accounts {
			c.sameUser(a.User, users[i], "ListAccounts beside ListUsers")
			c.sameAccount(a, c.account(s, a.Username), "ListAccounts beside AccountByLogin")
		}
	}
}

func listAccountsCancelled(c *check, s auth.AccountStore) {
	l := c.lister(s)
	c.add(s, account(1))
	list, err := l.ListAccounts(c.cancelled(), "", 10)
	c.errorOrValue(len(list) == 1, err, "ListAccounts")
}
