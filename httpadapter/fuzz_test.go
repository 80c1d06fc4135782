package httpadapter_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// FuzzLoginBody: a body is refused for its form, or is one JSON object whose
// two strings reach the Authenticator unaltered.
func FuzzLoginBody(f *testing.F) {
	for _, b := range bodies {
		if len(b.body) < 1<<10 {
			f.Add([]byte(b.body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		h := newHouse(t, httpadapter.Options{})
		a := ask(t, h, post("/api/auth/login", string(body)))
		if len(h.logins) == 0 {
			if a.status != 400 && a.status != 413 {
				t.Fatalf("%d for a body that was not understood: %q", a.status, body)
			}
			return
		}
		if a.status != 200 && a.status != 401 {
			t.Fatalf("%d for %q", a.status, body)
		}
		var whole map[string]any
		if err := json.Unmarshal(body, &whole); err != nil || !utf8.Valid(body) {
			t.Fatalf("accepted what is no JSON object in UTF-8: %q", body)
		}
		got := h.logins[0]
		if whole["username"] != got.Login || whole["password"] != got.Password {
			t.Fatalf("%q was understood as %q and %q", body, got.Login, got.Password)
		}
		for key := range whole {
			for _, name := range []string{"username", "password"} {
				if key != name && strings.EqualFold(key, name) {
					t.Fatalf("accepted the key %q", key)
				}
			}
		}
		if n := strings.Count(got.Login+got.Password, "\uFFFD"); n > strings.Count(string(body), "\uFFFD")+strings.Count(strings.ToLower(string(body)), `\ufffd`) {
			t.Fatalf("%q was altered while decoding", body)
		}
	})
}

// FuzzAuthorization: any bytes are 200 or 401, and 200 only for one header
// with the live token behind the scheme. LESSONS 16.
func FuzzAuthorization(f *testing.F) {
	for _, seed := range []string{"", "Bearer", "Bearer ", "Bearer T", "bearer  T", "Bearer T T", "Basic T", "Bearer\x00T", "\xff", "Bearer T,", "BearerT", "Bearer \tT"} {
		f.Add(seed, "", false)
		f.Add(seed, "Bearer T", true)
	}
	h := newHouse(f, httpadapter.Options{})
	token := h.tokens[auth.RoleUser]
	f.Fuzz(func(t *testing.T, first, second string, two bool) {
		r := get("/api/auth/validate", "")
		values := []string{strings.ReplaceAll(first, "T", token)}
		if two {
			values = append(values, strings.ReplaceAll(second, "T", token))
		}
		r.Header["Authorization"] = values
		a := ask(t, h, r)
		fields := strings.Fields(values[0])
		right := !two && len(fields) == 2 && strings.EqualFold(fields[0], "Bearer") && fields[1] == token
		switch {
		case a.status == http.StatusOK && right, a.status == http.StatusUnauthorized:
		default:
			t.Fatalf("%d for %q", a.status, values)
		}
		r.Method, r.URL.Path = http.MethodPost, "/api/auth/logout"
		if !strings.Contains(strings.Join(values, ""), token) {
			ask(t, h, r).is(t, 200, "Logged out")
		}
	})
}

// FuzzCookie: the same for cookies.
func FuzzCookie(f *testing.F) {
	for _, seed := range []string{"", "=", ";", "__Host-session", "__Host-session=", "__Host-session=T", `__Host-session="T"`, "__Host-session=T; __Host-session=x",
		"a=b; __Host-session=T", "__Host-session=\x00", "\xff=\xff", "__Host-session=T\r\nX: y", "__Host-session==T", "__Host-session =T", "__Host-session=; __Host-session =T", strings.Repeat("a=b; ", 4000)} {
		f.Add(seed)
	}
	h := newHouse(f, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	token := h.tokens[auth.RoleUser]
	f.Fuzz(func(t *testing.T, cookie string) {
		cookie = strings.ReplaceAll(cookie, "T", token)
		r := get("/api/auth/validate", "")
		r.Header["Cookie"] = []string{cookie}
		switch a := ask(t, h, r); {
		case a.status == http.StatusUnauthorized:
		case a.status == http.StatusOK && strings.Contains(cookie, "__Host-session="):
		default:
			t.Fatalf("%d for %q", a.status, cookie)
		}
	})
}

// FuzzForwarded: whatever the headers hold, the address is the peer's or one
// that stands in them, and never a header's where the peer is not trusted.
func FuzzForwarded(f *testing.F) {
	for _, seed := range [][2]string{
		{"", ""}, {"198.51.100.7", ""}, {"", "for=198.51.100.7"}, {"198.51.100.7, 10.0.0.2", `for="[2001:db8::7]:80";by=x, for=10.0.0.2`},
		{",,", ";;"}, {"[", `for="`}, {"::ffff:10.0.0.1", `for="\`}, {"fe80::1%zone", "for=_x"}, {strings.Repeat("10.0.0.1,", 999), strings.Repeat("for=10.0.0.1,", 999)},
	} {
		f.Add(seed[0], seed[1], "10.0.0.1:80")
		f.Add(seed[0], seed[1], "192.0.2.1:80")
	}
	proxies := netip.MustParsePrefix("10.0.0.0/8")
	trusting := newHouse(f, httpadapter.Options{TrustedProxies: []netip.Prefix{proxies}})
	plain := newHouse(f, httpadapter.Options{})
	f.Fuzz(func(t *testing.T, xff, forwarded, peer string) {
		header := http.Header{}
		for name, lines := range map[string]string{"X-Forwarded-For": xff, "Forwarded": forwarded} {
			if lines != "" {
				header[name] = strings.Split(lines, "\n")
			}
		}
		alone := plain.addrOf(t, peer, nil)
		if got := plain.addrOf(t, peer, header); got != alone {
			t.Fatalf("without proxies, %q became %q", alone, got)
		}
		got := trusting.addrOf(t, peer, header)
		if got == alone {
			return
		}
		if from, err := netip.ParseAddr(alone); err != nil || !proxies.Contains(from) {
			t.Fatalf("the untrusted %q spoke for %q", alone, got)
		}
		addr, err := netip.ParseAddr(got)
		if err != nil || addr.Zone() != "" || addr.Is4In6() {
			t.Fatalf("%q is not in its one form", got)
		}
		for name, lines := range header {
			if trusting.addrOf(t, peer, http.Header{name: lines}) != got {
				t.Fatalf("the headers disagree about %q", got)
			}
		}
	})
}
