package httpadapter

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

const (
	defaultPrefix  = "/api/auth"
	defaultTimeout = 3 * time.Second
	maxMaxAge      = time.Minute
)

// Options are the parts of a Handler that have a safe default. A nil *Options
// is all of those.
type Options struct {
	// Prefix is the path before every endpoint. It begins with a slash and
	// does not end with one. Empty: "/api/auth".
	Prefix string

	// Credentials are what admin and super_admin may look at, each at
	// {Prefix}/{name}-credentials. The endpoints of the names "aws" and
	// "nvidia" are always there. None: those two answer that nothing is
	// configured.
	Credentials []credentials.Provider

	// CredentialDetails adds "source", "version" and "expiry" to the documented
	// fields of a credentials answer, each where the provider knows it. Expiry
	// is a time of RFC 3339 in UTC. False: the documented fields alone.
	CredentialDetails bool

	// Auditor is told of each look at credentials, before the answer; if it
	// fails there is no answer. Nil: such events go to Logger.
	Auditor auth.Auditor

	// MaxAge is how old what is known of a session may be, at most a minute:
	// for so long a logout or a lost role may go unseen by validate, Require
	// and RequireFunc. Credentials always ask anew. Zero: so does everything.
	MaxAge time.Duration

	// Cookie makes a login set a cookie, which then is as good as a Bearer
	// token. Nil: Bearer tokens only, and cookies are not looked at.
	Cookie *Cookie

	// TrustedOrigins are the other origins whose pages may use the cookie,
	// each "scheme://host" or "scheme://host:port". None: only pages of the
	// server's own origin. CORS answers are the host's.
	TrustedOrigins []string

	// TrustedProxies are the addresses of the proxies in front of this server.
	// From these, the client's address is read from X-Forwarded-For or
	// Forwarded (RFC 7239); each proxy must write one of the two. None: no
	// header is believed, and the client is who opened the connection.
	TrustedProxies []netip.Prefix

	// Sessions lets people see their own sessions and end them, at
	// {Prefix}/sessions and {Prefix}/sessions/{id}. Nil: these are not found.
	Sessions Sessions

	// Passwords lets people change their own password at {Prefix}/password.
	// Nil: that is not found.
	Passwords Passwords

	// JWKS returns the public keys that others may verify tokens with, as a
	// JSON Web Key Set, or false where there is none. Nil: none, and
	// {Prefix}/jwks.json is not found.
	JWKS func() (set []byte, ok bool)

	// Timeout bounds each call of an Auditor or a credentials.Provider; all
	// that a request for credentials or a logout waits for may take a third
	// more together. Zero: 3 s.
	Timeout time.Duration

	// Logger takes the causes of what clients are told as "Internal server
	// error" or "Service temporarily unavailable". Nil: slog.Default().
	Logger *slog.Logger
}

// Cookie says how a token is kept in a browser. Its zero value is the safe
// one: __Host-session, HttpOnly, Secure, SameSite=Lax, for the whole host,
// until the session ends.
type Cookie struct {
	// InsecureHTTP is for development over plain HTTP, where browsers refuse
	// Secure cookies: the cookie is then called "session" and is sent over
	// any connection.
	InsecureHTTP bool

	// OmitToken leaves the token out of the answer to a login, so that no
	// script ever sees it. False: the answer has it, as documented.
	OmitToken bool
}

const (
	lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	unreserved  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + lowerDigits + "-._~" // RFC 3986, section 2.3
)

// plainPath reports whether p is one or more segments after a slash each, none
// of which begins with a dot or needs an escape.
func plainPath(p string) bool {
	rest, ok := strings.CutPrefix(p, "/")
	for segment := range strings.SplitSeq(rest, "/") {
		ok = ok && only(segment, unreserved) && segment[0] != '.'
	}
	return ok
}

// plainName reports whether name is words of lower-case letters and digits
// joined by hyphens.
func plainName(name string) bool {
	for word := range strings.SplitSeq(name, "-") {
		if !only(word, lowerDigits) {
			return false
		}
	}
	return true
}

// only reports whether s has nothing but these characters, and some.
func only(s, chars string) bool { return s != "" && strings.Trim(s, chars) == "" }

// check joins all that is wrong with the options.
func (o *Options) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("httpadapter: Options."+format, args...))
	}
	if o.Prefix != "" && !plainPath(o.Prefix) {
		bad(`Prefix %q is not a plain path: begin it with a slash and end it without one, as in "/api/auth"`, o.Prefix)
	}
	if o.MaxAge < 0 || o.MaxAge > maxMaxAge {
		bad("MaxAge is %v: give at most a minute, or zero to ask the store each time", o.MaxAge)
	}
	if o.Timeout < 0 {
		bad("Timeout is %v: leave it zero for %v", o.Timeout, defaultTimeout)
	}
	for _, p := range o.TrustedProxies {
		if !p.IsValid() || p.Bits() == 0 || p.Addr().Is4In6() {
			bad("TrustedProxies has %v: name the proxies alone, as in 10.0.0.0/8; whoever is trusted chooses the client's address", p)
		}
	}
	return errors.Join(append(errs, o.checkOrigins(), o.checkProviders())...)
}

func (o *Options) checkOrigins() error {
	var errs []error
	for _, origin := range o.TrustedOrigins {
		err := http.NewCrossOriginProtection().AddTrustedOrigin(origin)
		if err != nil || origin != strings.ToLower(origin) || strings.ContainsAny(origin, "*@ ") {
			errs = append(errs, fmt.Errorf(`httpadapter: Options.TrustedOrigins has %q: write it as a browser does, as in "https://app.example.com"`, origin))
		}
	}
	return errors.Join(errs...)
}

func (o *Options) checkProviders() error {
	var errs []error
	var names []string
	for i, p := range o.Credentials {
		switch {
		case p == nil:
			errs = append(errs, fmt.Errorf("httpadapter: Options.Credentials[%d] is nil: leave out what is not there", i))
			continue
		case !plainName(p.Name()):
			errs = append(errs, fmt.Errorf("httpadapter: Options.Credentials has a provider called %q: name it in lower-case letters, digits and inner hyphens", p.Name()))
		case p.Title() == "":
			errs = append(errs, fmt.Errorf("httpadapter: Options.Credentials has a provider %q without a title: give it one, which messages call it by", p.Name()))
		case slices.Contains(names, p.Name()):
			errs = append(errs, fmt.Errorf("httpadapter: Options.Credentials has two providers called %q: rename one", p.Name()))
		}
		names = append(names, p.Name())
	}
	return errors.Join(errs...)
}
