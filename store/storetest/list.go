package storetest

import (
	"slices"

	"github.com/sallyport-go/sallyport/auth"
)

var listCases = []accountCase{
	{"list/empty", "ListUsers on an empty store returns none and no error", func(c *check, s auth.AccountStore) { c.ids(s) }},
	{"list/order", "ListUsers returns users in the order of their IDs, in whatever order they came", listOrder},
	{"list/limit", "ListUsers returns no more than limit users", listLimit},
	{"list/after", "ListUsers returns the users after the ID after, which is not among them", listAfter},
	{"list/after_gone", "ListUsers goes on after an ID that is no longer there", listAfterGone},
	{"list/pages", "paging visits every user exactly once", listPages},
	{"list/pages_with_inserts", "paging visits every user exactly once, also while others are added", listWithInserts},
}

// list reads one page from the start.
func (c *check) list(s auth.AccountStore, limit int) []auth.User {
	c.Helper()
	users, err := s.ListUsers(c.Context(), "", limit)
	c.ok(err, "ListUsers")
	return users
}

// ids ends the case unless these are the users, in this order.
func (c *check) ids(s auth.AccountStore, want ...string) {
	c.Helper()
	if got := idsOf(c.list(s, len(want)+10)); !slices.Equal(got, want) {
		c.broken("ListUsers has %q, want %q", got, want)
	}
}

func idsOf(users []auth.User) []string {
	var ids []string
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}

func listOrder(c *check, s auth.AccountStore) {
	for _, n := range []int{200, 3, 70, 1, 4096, 15} {
		c.add(s, account(n))
	}
	c.ids(s, userID(1), userID(3), userID(15), userID(70), userID(200), userID(4096))
}

func listLimit(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2), account(3))
	for limit := 1; limit <= 4; limit++ {
		if n := len(c.list(s, limit)); n != min(limit, 3) {
			c.broken("%d of 3 users for limit %d", n, limit)
		}
	}
}

func listAfter(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2), account(3))
	users, err := s.ListUsers(c.Context(), userID(1), 10)
	c.ok(err, "ListUsers")
	if got := idsOf(users); !slices.Equal(got, []string{userID(2), userID(3)}) {
		c.broken("%q after the first of three", got)
	}
	users, err = s.ListUsers(c.Context(), userID(3), 10)
	c.ok(err, "ListUsers")
	if len(users) != 0 {
		c.broken("%q after the last", idsOf(users))
	}
}

func listAfterGone(c *check, s auth.AccountStore) {
	c.add(s, account(1), account(2), account(3))
	c.ok(s.DeleteAccount(c.Context(), userID(2)), "DeleteAccount")
	users, err := s.ListUsers(c.Context(), userID(2), 10)
	c.ok(err, "ListUsers")
	if got := idsOf(users); !slices.Equal(got, []string{userID(3)}) {
		c.broken("%q", got)
	}
}

func listPages(c *check, s auth.AccountStore) {
	var want []string
	for n := range 25 {
		c.add(s, account(n))
		want = append(want, userID(n))
	}
	if got := c.pages(s, func(int) {}); !slices.Equal(got, want) {
		c.broken("pages of 4 had %q, want %q", got, want)
	}
}

// listWithInserts adds a user before and one after the place that the reader
// has come to; those that were there from the start must be seen once.
func listWithInserts(c *check, s auth.AccountStore) {
	var want []string
	for n := 100; n < 2000; n += 100 {
		c.add(s, account(n))
		want = append(want, userID(n))
	}
	got := c.pages(s, func(page int) { c.add(s, account(page), account(1500+page)) })
	seen := map[string]int{}
	for _, id := range got {
		seen[id]++
	}
	for _, id := range want {
		if seen[id] != 1 {
			c.broken("%s was seen %d times", id, seen[id])
		}
	}
	if !slices.IsSorted(got) {
		c.broken("pages out of order: %q", got)
	}
}

// pages reads all users, four at a time, and calls between after each page.
func (c *check) pages(s auth.AccountStore, between func(page int)) []string {
	c.Helper()
	var ids []string
	after := ""
	for page := 1; page < 50; page++ {
		users, err := s.ListUsers(c.Context(), after, 4)
		c.ok(err, "ListUsers")
		if len(users) == 0 {
			return ids
		}
		ids = append(ids, idsOf(users)...)
		after = users[len(users)-1].ID
		between(page)
	}
	c.broken("paging does not come to an end")
	return nil
}
