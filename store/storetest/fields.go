package storetest

import (
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// texts are values that must come back as they were given.
var texts = []struct{ name, text string }{
	{"empty", ""},
	{"unicode", "Žofie Ærøskøbing 東京 مرحبا"},
	{"emoji", "a 🦊 and a family 👩‍👩‍👧"},
	{"quotes", `O'Neill "Bob" ` + "`x`" + ` '; DROP TABLE users; --`},
	{"backslashes", `C:\new\table \' \0 \\`},
	{"wildcards", "100% of _x_ $1 ? :name @p1 {}"},
	{"outer_spaces", "  two before, two after  "},
	{"long", strings.Repeat("0123456789", 25) + "254!"},
	{"long_unicode", strings.Repeat("é", 127)},
}

// fieldCases write an account and read it back by every way.
func fieldCases() []accountCase {
	const promise = "every field of an account comes back as it was given: "
	var cases []accountCase
	add := func(name, what string, change func(a *auth.Account)) {
		cases = append(cases, accountCase{"fields/" + name, promise + what, func(c *check, s auth.AccountStore) {
			a := account(1)
			change(a)
			roundTrip(c, s, a)
		}})
	}
	add("all", "all of them", func(*auth.Account) {})
	for _, t := range texts {
		add("text/"+t.name, "text, "+t.name, func(a *auth.Account) { a.Name, a.Organization = t.text, t.text })
	}
	add("no_region", "an empty region", func(a *auth.Account) { a.AWSRegion = "" })
	add("no_email", "an empty e-mail", func(a *auth.Account) { a.Email = "" })
	add("long_names", "a username and an e-mail of 254 bytes", func(a *auth.Account) {
		a.Username, a.Email = strings.Repeat("u", 254), strings.Repeat("e", 242)+"@example.com"
	})
	add("inactive", "an inactive account", func(a *auth.Account) { a.Active = false })
	add("no_password", "an empty password hash", func(a *auth.Account) { a.PasswordHash = auth.Secret{} })
	add("hash", "the hash column, to the byte", func(a *auth.Account) {
		a.PasswordHash = auth.NewSecret(`$2y$10$./ABCxyz\'%_ ` + strings.Repeat("Aa", 100))
	})
	add("times/zero", "zero times, which mean never", func(a *auth.Account) {
		a.CreatedAt, a.UpdatedAt, a.LastLogin = time.Time{}, time.Time{}, time.Time{}
	})
	add("times/microseconds", "times to the microsecond", func(a *auth.Account) {
		a.CreatedAt, a.UpdatedAt, a.LastLogin = noon.Add(time.Microsecond), noon.Add(2*time.Microsecond), noon.Add(3*time.Microsecond)
	})
	add("times/zone", "the moment, in whatever zone it was given", func(a *auth.Account) {
		a.CreatedAt = noon.In(time.FixedZone("", 5*3600+1800))
		a.UpdatedAt = noon.In(time.FixedZone("", -8*3600))
	})
	for _, role := range []auth.Role{auth.RoleUser, auth.RoleAdmin, auth.RoleSuperAdmin} {
		add("role/"+string(role), "the role "+string(role), func(a *auth.Account) { a.Role = role })
	}
	return append(cases, accountCase{
		"fields/role/unknown",
		"a role comes back exactly as stored and is never made into one of the three (Vault CVE-2025-5999)",
		unknownRoles,
	})
}

func roundTrip(c *check, s auth.AccountStore, a *auth.Account) {
	c.add(s, account(7), a)
	c.sameAccount(c.account(s, a.Username), *a, "AccountByLogin")
	u, err := s.UserByID(c.Context(), a.ID)
	c.there(u != nil, err, "UserByID")
	c.sameUser(*u, a.User, "UserByID")
	list, err := s.ListUsers(c.Context(), "", 1)
	c.ok(err, "ListUsers")
	if len(list) != 1 {
		c.broken("ListUsers returned %d users, want 1", len(list))
	}
	c.sameUser(list[0], a.User, "ListUsers")
}

// unknownRoles lets a store refuse to write them; it may not correct them.
func unknownRoles(c *check, s auth.AccountStore) {
	for i, role := range []auth.Role{"Admin", "ADMIN", "admin ", " admin", "super-admin", "root", ""} {
		a := account(i)
		a.Role = role
		if s.CreateAccount(c.Context(), a) != nil {
			continue
		}
		if got := c.account(s, a.Username).Role; got != role {
			c.broken("role %q for %q", got, role)
		}
	}
}
