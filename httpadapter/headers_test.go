package httpadapter_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// said are headers in which a client or a proxy may say who, what or from where
// it is; a request is none of that for saying so.
var said = []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Client-Ip", "Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip",
	"Fastly-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For", "X-Forwarded", "X-Remote-Addr", "Via", "X-Forwarded-Host",
	"X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "Front-End-Https",
	"X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Access-Token", "Remote-User", "X-Remote-User", "X-Original-Url", "X-Rewrite-Url",
	"X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "Referer", "Proxy-Authorization", "X-Csrf-Token", "X-Requested-With"}

// claims are what such headers are worth trying with.
var claims = []string{"", "127.0.0.1", "10.0.0.1", "203.0.113.9, 198.51.100.7", "::1", "[2001:db8::7]:80", "for=203.0.113.9;host=example.com;proto=https",
	`for="[2001:db8::7]";by=10.0.0.1`, "https", "http", "on", "example.com", "evil.com", "https://example.com", "https://evil.com", "admin", "GET", "/api/auth/validate"}

var values = rapid.OneOf(
	rapid.SampledFrom(claims),
	rapid.Map(rapid.Uint32(), func(n uint32) string {
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
	}),
	rapid.String(),
)

// drawHeader says anything.
func drawHeader(t *rapid.T) http.Header {
	header := http.Header{}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom(said), 1, 8).Draw(t, "names") {
		header[name] = rapid.SliceOfN(values, 1, 3).Draw(t, name)
	}
	return header
}

// outcome is what a request was decided to be: the answer, but for what is new
// in each one, and the counts it took part in.
func (h *real) outcome(t testing.TB, r *http.Request, header http.Header) string {
	for name, lines := range header {
		r.Header[name] = lines
	}
	h.store.keys = nil
	a := ask(t, h, r)
	body := a.raw
	if a.Token != "" {
		body = strings.ReplaceAll(body, a.Token, "T")
	}
	if _, rest, ok := strings.Cut(body, `"last_login":`); ok {
		body = strings.TrimSuffix(body, rest)
	}
	return fmt.Sprint(a.status, body, a.header.Values("Retry-After"), h.store.keys)
}

// LESSONS 3 (better-auth GHSA-3529-5m8x-rpv3, ZITADEL CVE-2025-64101) and 4
// (oauth2-proxy CVE-2025-64484): with no trusted proxies no header changes any
// decision, nor the keys under which it is counted.
func TestNoHeaderChangesADecision(t *testing.T) {
	for _, cookie := range []bool{false, true} {
		h := newReal(t, cookie, func(o *auth.Options) { o.AccountLimit.Max = 1 << 20; o.AddressLimit.Max = 1 << 20 })
		barred := newReal(t, cookie, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		token, stays := h.login(t, "john"), barred.login(t, "john")
		barred.send(t, "POST", "password", stays, change("wrong", newPassword)).is(t, 403, "Current password is wrong")
		credentials := func(password string) string { return `{"username":"john","password":"` + password + `"}` }
		from := func(r *http.Request) *http.Request {
			r.Header.Set("Origin", "https://evil.com")
			return r
		}
		requests := map[string]func() (*real, *http.Request){
			"a right login":     func() (*real, *http.Request) { return h, h.request("POST", "login", "", credentials(password)) },
			"a wrong login":     func() (*real, *http.Request) { return h, h.request("POST", "login", "", credentials("wrong")) },
			"a throttled login": func() (*real, *http.Request) { return barred, h.request("POST", "login", "", credentials(password)) },
			"a throttled change": func() (*real, *http.Request) {
				return barred, h.request("POST", "password", stays, change(password, newPassword))
			},
			"a wrong change": func() (*real, *http.Request) {
				return h, h.request("POST", "password", token, change("wrong", newPassword))
			},
			"validate":             func() (*real, *http.Request) { return h, h.request("GET", "validate", token, "") },
			"validate, nobody":     func() (*real, *http.Request) { return h, h.request("GET", "validate", "", "") },
			"credentials":          func() (*real, *http.Request) { return h, h.request("GET", "aws-credentials", token, "") },
			"another origin":       func() (*real, *http.Request) { return h, from(h.request("DELETE", "sessions/x", token, "")) },
			"another origin's too": func() (*real, *http.Request) { return h, from(h.request("POST", "login", "", credentials("wrong"))) },
		}
		for name, request := range requests {
			house, r := request()
			want := house.outcome(t, r, nil)
			if strings.HasPrefix(name, "a throttled") {
				require.Contains(t, want, "429", name)
				want, _, _ = strings.Cut(want, "}") // the wait goes on meanwhile
			}
			for _, claim := range claims {
				header := http.Header{}
				for _, name := range said {
					header[name] = []string{claim}
				}
				_, r := request()
				got := house.outcome(t, r, header)
				require.True(t, strings.HasPrefix(got, want), "%s, cookie %v: %s became %s when every header says %q", name, cookie, want, got, claim)
			}
			rapid.Check(t, func(rt *rapid.T) {
				_, r := request()
				got := house.outcome(t, r, drawHeader(rt))
				if !strings.HasPrefix(got, want) {
					rt.Fatalf("%s, cookie %v: %s became %s", name, cookie, want, got)
				}
			})
		}
	}
}

// spellings returns textual forms of an address as a peer or a proxy may write it.
func spellings(t *rapid.T, a netip.Addr) []string {
	forms := []string{a.String(), strings.ToUpper(a.String()), a.StringExpanded(), netip.AddrPortFrom(a, rapid.Uint16().Draw(t, "port")).String()}
	if a.Is4() {
		mapped := netip.AddrFrom16(a.As16())
		b := a.As4()
		return append(forms, mapped.String(), "["+mapped.String()+"]:443", fmt.Sprintf("::ffff:%x:%x", uint(b[0])<<8|uint(b[1]), uint(b[2])<<8|uint(b[3])))
	}
	b := a.As16()
	dotted := fmt.Sprintf("%s%d.%d.%d.%d", a.StringExpanded()[:30], b[12], b[13], b[14], b[15])
	return append(forms, "["+a.StringExpanded()+"]:1", a.WithZone("eth0").String(), strings.ToUpper(a.StringExpanded()), dotted)
}

// LESSONS 2 (better-auth CVE-2026-45364): every textual form of an address, and
// every address of its /64, is one key, whoever wrote it.
func TestEverySpellingOfAnAddressIsOneKey(t *testing.T) {
	h := newReal(t, false, func(o *auth.Options) { o.AccountLimit.Max = 1 << 20; o.AddressLimit.Max = 1 << 20 })
	proxied, err := httpadapter.New(h.svc, &httpadapter.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	require.NoError(t, err)
	keys := func(handler http.Handler, peer string, header http.Header) string {
		r := h.request("POST", "login", "", `{"username":"john","password":"wrong"}`)
		r.RemoteAddr = peer
		for name, lines := range header {
			r.Header[name] = lines
		}
		h.store.keys = nil
		ask(t, handler, r).is(t, 401, wrong)
		require.Len(t, h.store.keys, 3, "the account here, the account, the address: %s", peer)
		return fmt.Sprint(h.store.keys)
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "bytes")
		v6 := [16]byte(b)
		v6[0] = 0x20
		other := v6
		copy(other[8:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(rt, "host"))
		beyond := v6
		beyond[7]++
		v4 := netip.AddrFrom4([4]byte{203, b[1], b[2], b[3]})
		six := netip.AddrFrom16(v6)
		for _, one := range [][]netip.Addr{{six, netip.AddrFrom16(other)}, {v4}} {
			want := keys(h, netip.AddrPortFrom(one[0], 1).String(), nil)
			for _, a := range one {
				form := rapid.SampledFrom(spellings(rt, a)).Draw(rt, "form")
				if got := keys(h, form, nil); got != want {
					rt.Fatalf("the peer %s is counted under another key than %s", form, one[0])
				}
				if got := keys(proxied, "10.0.0.1:80", xff(form)); got != want {
					rt.Fatalf("%s in X-Forwarded-For is counted under another key than %s", form, one[0])
				}
				if got := keys(proxied, "10.0.0.1:80", forwarded(`for="`+form+`"`)); got != want {
					rt.Fatalf("%s in Forwarded is counted under another key than %s", form, one[0])
				}
			}
		}
		if keys(h, netip.AddrPortFrom(six, 1).String(), nil) == keys(h, netip.AddrPortFrom(netip.AddrFrom16(beyond), 1).String(), nil) {
			rt.Fatalf("%s is counted with the next /64", six)
		}
	})
}
