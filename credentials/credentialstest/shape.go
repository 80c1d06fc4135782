package credentialstest

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

var shapeCases = []testCase{
	{"shape/name", "Name is lower-case letters, digits and inner hyphens, and always the same", nameIsPlain},
	{"shape/title", "Title is one line of printable text, for a message", titleIsALine},
	{"shape/key_in_use", "an answer shows which key is in use", keyIsShown},
	{"shape/region", "a region that is shown has the form of one", regionIsValid},
	{"shape/urls", "endpoint and base URL are https, or http on this machine, and hide nothing", urlsArePlain},
	{"shape/fresh", "an answer is the caller's to change", answerIsFresh},
	{"shape/no_user", "without a user there is an answer, or an error, and no panic", nilUser},
}

func nameIsPlain(c *check) {
	name := c.p.Name()
	for word := range strings.SplitSeq(name, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			c.broken("%q", name)
		}
	}
	c.masked("")
	if again := c.p.Name(); again != name {
		c.broken("%q, then %q", name, again)
	}
}

func titleIsALine(c *check) {
	title := c.p.Title()
	if title == "" || strings.TrimSpace(title) != title || strings.IndexFunc(title, func(r rune) bool { return r < ' ' || r == '\x7f' }) >= 0 {
		c.broken("%q", title)
	}
}

func keyIsShown(c *check) {
	if m := c.masked(""); m.SecretAccessKey == "" && m.APIKey == "" {
		c.broken("neither secretAccessKey nor apiKey")
	}
}

func regionIsValid(c *check) {
	for _, region := range []string{"", "eu-north-1", "cn-north-1"} {
		if got := c.masked(region).Region; got != "" && !auth.ValidRegion(got) {
			c.broken("region %q", got)
		}
	}
}

func urlsArePlain(c *check) {
	m := c.masked("")
	for _, s := range []string{m.Endpoint, m.BaseURL} {
		if s != "" && !plainURL(s) {
			c.broken("%q", s)
		}
	}
	if m.Endpoint != "" && !strings.HasPrefix(m.Endpoint, m.BaseURL) {
		c.broken("endpoint %q is not below base URL %q", m.Endpoint, m.BaseURL)
	}
}

func plainURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(s, "'\"`$<> \n") {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

func answerIsFresh(c *check) {
	first := c.masked("")
	before := text(first)
	first.Endpoint, first.APIKey, first.CurlExample = "changed", "changed", "changed"
	if after := text(c.masked("")); after != before {
		c.broken("a change to one answer is in the next: %s", after)
	}
}

func nilUser(c *check) {
	if m, err := c.p.Masked(c.Context(), nil); (m == nil) != (err != nil) {
		c.broken("an answer %v, error %v", m != nil, err)
	}
}
