package httpadapter

import (
	"net/http"
	"net/url"
	"slices"
)

// originGuard refuses what a page of another origin makes a browser send.
type originGuard struct {
	trusted []string
	fetch   *http.CrossOriginProtection
}

// newOriginGuard is given what Options.check has accepted.
func newOriginGuard(trusted []string) originGuard {
	g := originGuard{slices.Clone(trusted), http.NewCrossOriginProtection()}
	for _, origin := range trusted {
		g.fetch.AddTrustedOrigin(origin)
	}
	return g
}

// check refuses unsafe requests of other origins. To CrossOriginProtection the
// Origin of a browser without Sec-Fetch-Site is ours when its host is; behind
// TLS its scheme has to be, too.
func (g *originGuard) check(r *http.Request) error {
	if g.fetch.Check(r) != nil {
		return errCrossOrigin
	}
	if r.TLS == nil || safe(r.Method) || r.Header.Get("Sec-Fetch-Site") != "" {
		return nil
	}
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(g.trusted, origin) {
		return nil
	}
	if u, err := url.Parse(origin); err != nil || u.Scheme != "https" {
		return errCrossOrigin
	}
	return nil
}

// safe reports whether the method changes nothing (RFC 9110, section 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
