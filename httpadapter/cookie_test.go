package httpadapter_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

func TestTheCookieIsLockedDownAndLastsAsLongAsItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
		a := ask(t, h, loginAs(auth.RoleUser))
		require.Equal(t, []string{"__Host-session=" + a.Token + "; Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax"}, a.header["Set-Cookie"])

		a = ask(t, h, post("/api/auth/logout", ""))
		require.Equal(t, []string{"__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"}, a.header["Set-Cookie"])
	})
}

func TestPlainHTTPHasItsOwnCookie(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{InsecureHTTP: true}})
	a := ask(t, h, loginAs(auth.RoleUser))
	require.Regexp(t, `^session=\S+; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax$`, a.header.Get("Set-Cookie"))
	require.Equal(t, 200, ask(t, h, h.carrying(http.MethodGet, "/api/auth/validate", nil, []string{"session=T"})).status)
	require.Equal(t, 401, ask(t, h, h.carrying(http.MethodGet, "/api/auth/validate", nil, []string{"__Host-session=T"})).status)
}

func TestOmitTokenKeepsItFromScripts(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{OmitToken: true}})
	a := ask(t, h, loginAs(auth.RoleUser))
	a.is(t, 200, "Login successful")
	require.NotContains(t, a.raw, "token")
	require.Contains(t, a.header.Get("Set-Cookie"), "__Host-session=authtest.")
}

func TestARefusedLoginSetsNoCookieAndEndsNothing(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	r := post("/api/auth/login", `{"username":"user","password":"wrong"}`)
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: h.tokens[auth.RoleUser]})
	a := ask(t, h, r)
	a.is(t, 401, wrong)
	require.Empty(t, a.header["Set-Cookie"])
	require.Equal(t, 200, ask(t, h, get("/api/auth/validate", h.tokens[auth.RoleUser])).status)
}

// Session fixation: what a browser had before a login is worth nothing after.
func TestACookieLoginEndsTheSessionItsRequestCarried(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	r := loginAs(auth.RoleUser)
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: h.tokens[auth.RoleUser]})
	a := ask(t, h, r)
	ask(t, h, get("/api/auth/validate", h.tokens[auth.RoleUser])).is(t, 401, invalidToken)
	require.Equal(t, 200, ask(t, h, get("/api/auth/validate", a.Token)).status)

	bearer := newHouse(t, httpadapter.Options{})
	r = loginAs(auth.RoleUser)
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: bearer.tokens[auth.RoleUser]})
	require.Empty(t, ask(t, bearer, r).header["Set-Cookie"])
	require.Equal(t, 200, ask(t, bearer, get("/api/auth/validate", bearer.tokens[auth.RoleUser])).status, "without cookies none is looked at")
}

// A browser has one cookie of our name. Copies of it are borne, a crowd is not.
func TestFewCookiesAreLookedAt(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	one := "__Host-session=" + h.tokens[auth.RoleUser]
	for n, want := range map[int]int{1: 200, 4: 200, 5: 401, 1000: 401} {
		r := get("/api/auth/validate", "")
		r.Header.Set("Cookie", strings.Repeat(one+"; ", n)+"a=b")
		require.Equal(t, want, ask(t, h, r).status, "%d copies", n)
	}
}

// The time of a request grows with its length and no faster, whatever its
// cookies are called: it is spent on anybody, before any limit.
func TestCookiesAreReadInTheTimeOfTheirLength(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	took := func(pair string) time.Duration {
		quickest := time.Hour
		for range 5 {
			r := get("/api/auth/validate", "")
			r.Header.Set("Cookie", strings.Repeat(pair, 2900)+strings.Repeat(" ", 900_000)+"a=b")
			began := time.Now()
			ask(t, h, r).is(t, 401, noToken)
			quickest = min(quickest, time.Since(began))
		}
		return quickest
	}
	usual := took("__Host-another =1;")
	for _, pair := range []string{"__Host-session =1;", "__Host-session=;", `__Host-session="";`} {
		if spent := took(pair); spent > 20*usual {
			t.Errorf("%s takes %v, another cookie %v", pair, spent, usual)
		}
	}
}

func TestAStoreThatIsDownKeepsTheCookie(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	h.fake.Fail(auth.ErrUnavailable)
	a := ask(t, h, h.carrying(http.MethodPost, "/api/auth/logout", nil, []string{"__Host-session=T"}))
	a.is(t, 503, "Service temporarily unavailable")
	require.Empty(t, a.header["Set-Cookie"], "the session lives, so its cookie does")
}

// LESSONS 25: gorilla/csrf CVE-2025-24358, Devise CVE-2026-32700, better-auth
// #8067.
func TestOrigins(t *testing.T) {
	const trusted, plain = "https://app.example.com", "http://legacy.example.com"
	for _, c := range []struct {
		name, origin, site string
		tls, ok            bool
	}{
		{"neither header", "", "", true, true},
		{"own origin", "https://example.com", "", true, true},
		{"own origin, says the browser", "https://example.com", "same-origin", true, true},
		{"typed by the user", "", "none", true, true},
		{"trusted", trusted, "", true, true},
		{"trusted, on the same site", trusted, "same-site", true, true},
		{"trusted, on another site", trusted, "cross-site", true, true},
		{"trusted though plain", plain, "cross-site", true, true},
		{"trusted though plain, old browser", plain, "", true, true},
		{"own origin behind a TLS proxy", "https://example.com", "", false, true},
		{"own origin in development", "http://example.com", "", false, true},

		{"another site", "https://evil.com", "cross-site", true, false},
		{"another site, old browser", "https://evil.com", "", true, false},
		{"another site without an origin", "", "cross-site", true, false},
		{"a sister host", "https://evil.example.com", "same-site", true, false},
		{"null", "null", "", true, false},
		{"null, says the browser", "null", "cross-site", true, false},
		{"own host, another scheme", "http://example.com", "", true, false},
		{"own host, a scheme of its own", "app://example.com", "", true, false},
		{"own host, another port", "https://example.com:8443", "", true, false},
		{"own host as a suffix", "https://evilexample.com", "", true, false},
		{"own host as a prefix", "https://example.com.evil.com", "", true, false},
		{"own host as a user", "https://example.com@evil.com", "", true, false},
		{"trusted as a suffix", "https://evil-app.example.com", "cross-site", true, false},
		{"trusted as a prefix", trusted + ".evil.com", "cross-site", true, false},
		{"trusted, another scheme", "http://app.example.com", "cross-site", true, false},
		{"trusted, another port", trusted + ":444", "cross-site", true, false},
		{"trusted, a path behind", trusted + "/", "cross-site", true, false},
		{"an unknown word", "https://example.com", "same-origin-ish", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}, TrustedOrigins: []string{trusted, plain}})
			guarded := h.Require()(http.HandlerFunc(echo))
			from := func(r *http.Request, cookie bool) *http.Request {
				if cookie {
					r.AddCookie(&http.Cookie{Name: "__Host-session", Value: h.tokens[auth.RoleUser]})
				}
				for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
					if value != "" {
						r.Header.Set(name, value)
					}
				}
				if r.TLS = nil; c.tls {
					r.TLS = &tls.ConnectionState{}
				}
				return r
			}
			check := func(what string, h http.Handler, r *http.Request) {
				t.Helper()
				a := ask(t, h, r)
				if c.ok {
					require.Equal(t, 200, a.status, "%s: %s", what, a.raw)
					return
				}
				require.Equal(t, "Cross-origin request refused", a.Message, what)
				a.is(t, 403, "Cross-origin request refused")
				require.Empty(t, a.header["Set-Cookie"], what)
			}
			check("a guarded POST by cookie", guarded, from(post("/things", ""), true))
			both := from(post("/things", ""), true)
			both.Header.Set("Authorization", "Bearer "+h.tokens[auth.RoleUser])
			check("a guarded POST by cookie and header", guarded, both)
			check("logout without anything", h, from(post("/api/auth/logout", ""), false))
			check("login", h, from(loginAs(auth.RoleUser), false))
			check("logout by cookie", h, from(post("/api/auth/logout", ""), true))

			bearer := from(get("/things", h.tokens[auth.RoleAdmin]), false)
			bearer.Method = http.MethodDelete
			require.Equal(t, 200, ask(t, guarded, bearer).status, "a Bearer request without the cookie is exempt")
			logout := from(post("/api/auth/logout", ""), false)
			logout.Header.Set("Authorization", "Bearer "+h.tokens[auth.RoleAdmin])
			require.Equal(t, 200, ask(t, h, logout).status, "so is its logout")
		})
	}
}

// LESSONS 25 (gorilla/csrf CVE-2025-24358): every method that may change
// something, those included that nobody knows.
func TestEveryUnsafeMethodByCookieIsGuarded(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	guarded := h.RequireFunc(func(*auth.Identity) bool { return true })(http.HandlerFunc(echo))
	for method, safe := range map[string]bool{"GET": true, "HEAD": true, "OPTIONS": true,
		"POST": false, "PUT": false, "PATCH": false, "DELETE": false, "TRACE": false, "CONNECT": false, "get": false, "PROPFIND": false} {
		for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.com"}}, {"Origin": {"null"}}} {
			r := h.carrying(method, "/things", nil, []string{"__Host-session=T"})
			for name, value := range header {
				r.Header[name] = value
			}
			w := httptest.NewRecorder()
			guarded.ServeHTTP(w, r)
			require.Equal(t, map[bool]int{true: 200, false: 403}[safe], w.Code, "%s with %v", method, header)
		}
	}
}

func TestReadingByCookieIsNotAsked(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	r := h.carrying(http.MethodGet, "/api/auth/validate", nil, []string{"__Host-session=T"})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, 200, ask(t, h, r).status, "a link from elsewhere leads here")
}

func TestWithoutCookiesOriginsDoNotMatter(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	r := loginAs(auth.RoleUser)
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, 200, ask(t, h, r).status)
}

func TestTrustedOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	for _, origin := range []string{"app.example.com", "https://app.example.com/", "https://App.example.com", "https://*.example.com", "null", "", "https://u@example.com"} {
		_, err := httpadapter.New(stub{}, &httpadapter.Options{TrustedOrigins: []string{origin}})
		require.ErrorContains(t, err, "write it as a browser does", origin)
		require.True(t, strings.Contains(err.Error(), origin))
	}
}
