package httpadapter_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

const (
	noToken      = "No token provided"
	invalidToken = "Invalid or expired token"
	validToken   = "Token is valid"
)

// carrying is a request with these headers, in which T stands for a live token
// and U for another user's.
func (h *house) carrying(method, path string, authorization, cookies []string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	live := strings.NewReplacer("T", h.tokens[auth.RoleUser], "U", h.tokens[auth.RoleAdmin])
	for _, v := range authorization {
		r.Header.Add("Authorization", live.Replace(v))
	}
	for _, v := range cookies {
		name, value, _ := strings.Cut(v, "=")
		r.Header.Add("Cookie", name+"="+live.Replace(value))
	}
	return r
}

// LESSONS 4 and 16: oauth2-proxy CVE-2025-64484, Auth.js GHSA-xmf8, caddy
// CVE-2024-21493.
func TestWhereATokenIsReadFrom(t *testing.T) {
	for _, c := range []struct {
		name          string
		authorization []string
		cookies       []string
		bearerOnly    string // message of validate without cookies
		withCookies   string // and with them
	}{
		{"nothing", nil, nil, noToken, noToken},
		{"a live token", []string{"Bearer T"}, nil, validToken, validToken},
		{"scheme in lower case", []string{"bearer T"}, nil, validToken, validToken},
		{"scheme in upper case", []string{"BEARER T"}, nil, validToken, validToken},
		{"several spaces", []string{"Bearer   T "}, nil, validToken, validToken},
		{"empty header", []string{""}, nil, noToken, noToken},
		{"another scheme", []string{"Basic T"}, nil, noToken, noToken},
		{"no scheme", []string{"T"}, nil, noToken, noToken},
		{"a scheme that begins like it", []string{"BearerT T"}, nil, noToken, noToken},
		{"a tab", []string{"Bearer\tT"}, nil, noToken, noToken},
		{"no value", []string{"Bearer"}, nil, invalidToken, invalidToken},
		{"spaces for a value", []string{"Bearer   "}, nil, invalidToken, invalidToken},
		{"a wrong token", []string{"Bearer x"}, nil, invalidToken, invalidToken},
		{"two in one", []string{"Bearer T, Bearer T"}, nil, invalidToken, invalidToken},
		{"two words", []string{"Bearer T T"}, nil, invalidToken, invalidToken},
		{"quoted", []string{`Bearer "T"`}, nil, invalidToken, invalidToken},
		{"two headers", []string{"Bearer T", "Bearer U"}, nil, invalidToken, invalidToken},
		{"two equal headers", []string{"Bearer T", "Bearer T"}, nil, invalidToken, invalidToken},
		{"two schemes", []string{"Basic x", "Bearer T"}, nil, invalidToken, invalidToken},

		{"the cookie", nil, []string{"__Host-session=T"}, noToken, validToken},
		{"the cookie among others", nil, []string{"a=b; __Host-session=T; c=d"}, noToken, validToken},
		{"an empty cookie", nil, []string{"__Host-session="}, noToken, noToken},
		{"a wrong cookie", nil, []string{"__Host-session=x"}, noToken, invalidToken},
		{"another cookie", nil, []string{"session=T"}, noToken, noToken},
		{"the name in lower case", nil, []string{"__host-session=T"}, noToken, noToken},
		{"two cookies", nil, []string{"__Host-session=T; __Host-session=U"}, noToken, invalidToken},
		{"two equal cookies", nil, []string{"__Host-session=T; __Host-session=T"}, noToken, validToken},
		{"header and cookie agree", []string{"Bearer T"}, []string{"__Host-session=T"}, validToken, validToken},
		{"header and cookie differ", []string{"Bearer T"}, []string{"__Host-session=U"}, validToken, invalidToken},
		{"header wrong, cookie right", []string{"Bearer x"}, []string{"__Host-session=T"}, invalidToken, invalidToken},
		{"no value, cookie right", []string{"Bearer"}, []string{"__Host-session=T"}, invalidToken, invalidToken},
		{"another scheme, cookie right", []string{"Basic x"}, []string{"__Host-session=T"}, noToken, validToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, mode := range []struct {
				cookie *httpadapter.Cookie
				want   string
			}{{nil, c.bearerOnly}, {&httpadapter.Cookie{}, c.withCookies}} {
				h := newHouse(t, httpadapter.Options{Cookie: mode.cookie})
				a := ask(t, h, h.carrying(http.MethodGet, "/api/auth/validate", c.authorization, c.cookies))
				status := http.StatusUnauthorized
				if mode.want == validToken {
					status = http.StatusOK
					require.Equal(t, "user", a.User["username"])
				}
				require.Equal(t, status, a.status, "cookies: %v", mode.cookie != nil)
				require.Equal(t, mode.want, a.Message, "cookies: %v", mode.cookie != nil)
			}
		})
	}
}

// LESSONS 4: no other part of a request is an identity.
func TestNothingElseIsAToken(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	token := h.tokens[auth.RoleAdmin]
	r := get("/api/auth/validate?token="+token+"&access_token="+token, "")
	for _, name := range []string{"X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Access-Token", "X_Forwarded_User",
		"X-Auth-Token", "X-User", "Remote-User", "Proxy-Authorization", "Token", "X-Authorization"} {
		r.Header.Set(name, token)
		r.Header.Add(name, "Bearer "+token)
	}
	ask(t, h, r).is(t, 401, noToken)
}

func TestLogoutIsIdempotentAndTakesAnything(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, authorization := range [][]string{nil, {""}, {"Bearer"}, {"Basic x"}, {"Bearer x"}, {"Bearer T"}, {"Bearer T"}} {
		a := ask(t, h, h.carrying(http.MethodPost, "/api/auth/logout", authorization, nil))
		a.is(t, 200, "Logged out")
		require.Empty(t, a.header.Get("Set-Cookie"), "without cookies there is none to clear")
	}
	ask(t, h, get("/api/auth/validate", h.tokens[auth.RoleUser])).is(t, 401, invalidToken)
	require.Equal(t, 200, ask(t, h, get("/api/auth/validate", h.tokens[auth.RoleAdmin])).status)
}

// LESSONS 19: a token outlives its logout (File Browser CVE-2025-53826).
func TestLogoutEndsWhateverItCarries(t *testing.T) {
	for name, c := range map[string]struct{ authorization, cookies []string }{
		"two headers":          {[]string{"Bearer T", "Bearer U"}, nil},
		"header and cookie":    {[]string{"Bearer T"}, []string{"__Host-session=U"}},
		"two cookies":          {nil, []string{"__Host-session=T; __Host-session=U"}},
		"wrong one before":     {[]string{"Bearer x", "Bearer T"}, []string{"__Host-session=U"}},
		"another scheme first": {[]string{"Basic x", "Bearer T"}, []string{"__Host-session=U"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
			ask(t, h, h.carrying(http.MethodPost, "/api/auth/logout", c.authorization, c.cookies)).is(t, 200, "Logged out")
			for _, role := range []auth.Role{auth.RoleUser, auth.RoleAdmin} {
				ask(t, h, get("/api/auth/validate", h.tokens[role])).is(t, 401, invalidToken)
			}
		})
	}
}

func TestOneLogoutEndsABoundedNumberOfSessions(t *testing.T) {
	calls := 0
	h, err := httpadapter.New(stub{logout: func(string) error { calls++; return nil }}, nil)
	require.NoError(t, err)
	r := post("/api/auth/logout", "")
	for range 1000 {
		r.Header.Add("Authorization", "Bearer "+strings.Repeat("x", calls+len(r.Header["Authorization"])+1))
	}
	ask(t, h, r).is(t, 200, "Logged out")
	require.LessOrEqual(t, calls, 4)
}
