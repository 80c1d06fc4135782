package storetest

import (
	"errors"
	"strconv"

	"github.com/sallyport-go/sallyport/auth"
)

// spellings are pairs that some collation or pattern takes for equal.
var spellings = []struct{ name, stored, asked string }{
	{"case", "jose", "JOSE"},
	{"accent", "josé", "jose"},
	{"accent_added", "jose", "josé"},
	{"decomposed", "josé", "jose\u0301"},
	{"width", "jose", "ｊｏｓｅ"},
	{"trailing_space", "a", "a "},
	{"leading_space", "a", " a"},
	{"sharp_s", "strasse", "straße"},
	{"dotless_i", "ali", "alı"},
	{"zero_width", "jose", "jo\u200bse"},
	{"percent", "jose", "jo%"},
	{"underscore", "jose", "jos_"},
	{"backslash", `jose`, `jos\e`},
	{"quote", "jose", "x' OR '1'='1"},
}

// exactCases asks each pair both of the username and of the e-mail.
func exactCases() []accountCase {
	const promise = "what is found is equal to the login, whatever the collation says: "
	var cases []accountCase
	for _, p := range spellings {
		named := promise + strconv.QuoteToASCII(p.asked) + " is not " + strconv.QuoteToASCII(p.stored)
		cases = append(cases,
			accountCase{"exact/username/" + p.name, named, func(c *check, s auth.AccountStore) {
				a := account(1)
				a.Username = p.stored
				notFoundAs(c, s, a, p.stored, p.asked)
			}},
			accountCase{"exact/email/" + p.name, named, func(c *check, s auth.AccountStore) {
				a := account(1)
				a.Email = p.stored
				notFoundAs(c, s, a, p.stored, p.asked)
			}},
		)
	}
	return append(cases, accountCase{
		"exact/names_apart", "a name that differs from another's by an accent is not taken", accentsCoexist,
	})
}

func notFoundAs(c *check, s auth.AccountStore, a *auth.Account, stored, asked string) {
	c.add(s, a)
	c.sameAccount(c.account(s, stored), *a, "AccountByLogin of the name as stored")
	found, err := s.AccountByLogin(c.Context(), asked)
	if err == nil && found != nil {
		c.broken("AccountByLogin(%+q) found the account %+q with the e-mail %+q", asked, found.Username, found.Email)
	}
	if !errors.Is(err, auth.ErrUserNotFound) {
		c.broken("AccountByLogin(%+q): error %v, want %q", asked, err, auth.ErrUserNotFound)
	}
}

func accentsCoexist(c *check, s auth.AccountStore) {
	plain, accented := account(1), account(2)
	plain.Username, accented.Username = "jose", "josé"
	c.add(s, plain, accented)
	for _, want := range []*auth.Account{plain, accented} {
		c.sameAccount(c.account(s, want.Username), *want, "AccountByLogin")
	}
}
