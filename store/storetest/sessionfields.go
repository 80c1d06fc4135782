package storetest

import (
	"net/netip"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// remotes are addresses that must come back as they were given.
var remotes = map[string]netip.Addr{
	"ipv4":        netip.MustParseAddr("203.0.113.255"),
	"ipv6":        netip.MustParseAddr("2001:db8::a:1"),
	"ipv6_mapped": netip.MustParseAddr("::ffff:192.0.2.1"),
	"ipv6_zone":   netip.MustParseAddr("fe80::1%eth0"),
	"none":        {},
}

// sessionFieldCases write a session and read it back by both ways.
func sessionFieldCases() []sessionCase {
	const promise = "every field of a session comes back as it was given: "
	var cases []sessionCase
	add := func(name, what string, change func(*auth.Session)) {
		cases = append(cases, sessionCase{"fields/" + name, promise + what, func(c *check, s auth.SessionStore) {
			given := session(1, userID(1))
			change(given)
			c.begin(s, given)
			c.sameSession(c.session(s, given.ID), *given, "SessionByID")
			c.sameSession(*c.onlySession(s, given.UserID), *given, "SessionsByUser")
		}})
	}
	for _, t := range texts {
		add("user_agent/"+t.name, "user agent, "+t.name, func(s *auth.Session) { s.UserAgent = t.text })
	}
	for _, name := range []string{"ipv4", "ipv6", "ipv6_mapped", "ipv6_zone", "none"} {
		add("remote/"+name, "address, "+name, func(s *auth.Session) { s.Remote = remotes[name] })
	}
	add("no_stamp", "an empty stamp", func(s *auth.Session) { s.Stamp = "" })
	add("stamp", "a stamp, in its case", func(s *auth.Session) { s.Stamp = "AbC-_dEf" })
	add("user", "a user ID of a host's own form", func(s *auth.Session) { s.UserID = `Tenant 7/Žofie#42 'x'\` })
	add("times/microseconds", "times to the microsecond", func(s *auth.Session) {
		s.CreatedAt, s.LastSeen = noon.Add(time.Microsecond), noon.Add(2*time.Microsecond)
		s.ExpiresAt = s.ExpiresAt.Truncate(time.Second).Add(3 * time.Microsecond)
	})
	add("times/zero", "zero times", func(s *auth.Session) { s.CreatedAt, s.LastSeen = time.Time{}, time.Time{} })
	add("times/zone", "the moment, in whatever zone it was given", func(s *auth.Session) {
		s.ExpiresAt = s.ExpiresAt.In(time.FixedZone("", -8*3600))
	})
	return cases
}
