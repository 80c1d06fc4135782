package httpadapter_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// addrOf returns the address that a login from peer counts for.
func (h *house) addrOf(t testing.TB, peer string, header http.Header) string {
	t.Helper()
	r := loginAs(auth.RoleUser)
	r.RemoteAddr = peer
	for name, lines := range header {
		r.Header[name] = lines
	}
	h.logins = nil
	a := ask(t, h, r)
	require.Equal(t, 200, a.status)
	require.NoError(t, h.fake.Logout(t.Context(), a.Token)) // or a fuzzer's sessions take all memory
	require.Len(t, h.logins, 1)
	return h.logins[0].Remote.String()
}

const none = "invalid IP" // how the zero netip.Addr prints

func xff(lines ...string) http.Header       { return http.Header{"X-Forwarded-For": lines} }
func forwarded(lines ...string) http.Header { return http.Header{"Forwarded": lines} }
func both(x, f string) http.Header {
	return http.Header{"X-Forwarded-For": {x}, "Forwarded": {f}}
}

func TestClientAddress(t *testing.T) {
	h := newHouse(t, httpadapter.Options{TrustedProxies: []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48"), netip.MustParsePrefix("fe80::/10"),
	}})
	const proxy = "10.0.0.1:4711"
	for _, c := range []struct {
		name, peer string
		header     http.Header
		want       string
	}{
		{"no header", "192.0.2.1:4711", nil, "192.0.2.1"},
		{"IPv6", "[2001:db8::1]:4711", nil, "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.1]:4711", nil, "192.0.2.1"},
		{"a zone", "[fe80::1%eth0]:4711", nil, "fe80::1"},
		{"no port", "192.0.2.1", nil, "192.0.2.1"},
		{"Unix socket", "@", nil, none},
		{"nothing", "", nil, none},
		{"Unix socket with a header", "@", xff("198.51.100.7"), none},

		{"an untrusted peer is not believed", "192.0.2.1:4711", xff("198.51.100.7"), "192.0.2.1"},
		{"nor its Forwarded", "192.0.2.1:4711", forwarded("for=198.51.100.7"), "192.0.2.1"},
		{"a trusted one is", proxy, xff("198.51.100.7"), "198.51.100.7"},
		{"a trusted one over a zone", "[fe80::1%eth0]:80", xff("198.51.100.7"), "198.51.100.7"},
		{"a trusted one mapped to IPv6", "[::ffff:10.0.0.1]:80", xff("198.51.100.7"), "198.51.100.7"},
		{"what the client wrote is left of it", proxy, xff("203.0.113.9, 198.51.100.7"), "198.51.100.7"},
		{"through two proxies", proxy, xff("203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7"},
		{"an untrusted hop hides what is behind", proxy, xff("203.0.113.9, 198.51.100.7, 192.0.2.2"), "192.0.2.2"},
		{"lines are one list", proxy, xff("203.0.113.9", "198.51.100.7", "10.0.0.2"), "198.51.100.7"},
		{"all are trusted", proxy, xff("10.0.0.3, 10.0.0.2"), "10.0.0.3"},
		{"ports", proxy, xff("198.51.100.7:1234"), "198.51.100.7"},
		{"brackets and a port", proxy, xff("[2001:db8::7]:1234"), "2001:db8::7"},
		{"brackets", proxy, xff("[2001:db8::7]"), "2001:db8::7"},
		{"bare IPv6", proxy, xff("2001:db8::7"), "2001:db8::7"},
		{"another spelling of it", proxy, xff("2001:0DB8:0:0::0007"), "2001:db8::7"},
		{"IPv4 in IPv6 in the list", proxy, xff("::ffff:198.51.100.7"), "198.51.100.7"},
		{"and the same in hexadecimal", proxy, xff("::ffff:c633:6407"), "198.51.100.7"},
		{"a zone in the list", proxy, xff("2001:db8::7%a"), "2001:db8::7"},
		{"a mapped proxy in the list", proxy, xff("198.51.100.7, ::ffff:10.0.0.2"), "198.51.100.7"},

		{"an empty list", proxy, xff(""), "10.0.0.1"},
		{"a word", proxy, xff("unknown"), "10.0.0.1"},
		{"a word behind a proxy", proxy, xff("198.51.100.7, unknown, 10.0.0.2"), "10.0.0.2"},
		{"a gap", proxy, xff("198.51.100.7,,10.0.0.2"), "10.0.0.2"},
		{"a leading zero", proxy, xff("198.51.100.07"), "10.0.0.1"},
		{"a bracket alone", proxy, xff("[2001:db8::7"), "10.0.0.1"},
		{"brackets around IPv4", proxy, xff("[198.51.100.7]"), "10.0.0.1"},
		{"a name", proxy, xff("client.example.com"), "10.0.0.1"},
		{"quotes", proxy, xff(`"198.51.100.7"`), "10.0.0.1"},
		{"a port out of range", proxy, xff("198.51.100.7:99999"), "10.0.0.1"},

		{"Forwarded", proxy, forwarded("for=198.51.100.7"), "198.51.100.7"},
		{"its parameters", proxy, forwarded(`proto=https;For="198.51.100.7:80";by=10.0.0.1 , for=10.0.0.2`), "198.51.100.7"},
		{"IPv6 in quotes", proxy, forwarded(`for="[2001:db8::7]:4711"`), "2001:db8::7"},
		{"an escape in quotes", proxy, forwarded(`for="198.51.100.\7"`), "198.51.100.7"},
		{"what the client wrote", proxy, forwarded("for=203.0.113.9, for=198.51.100.7"), "198.51.100.7"},
		{"lines", proxy, forwarded("for=203.0.113.9", "for=198.51.100.7, for=10.0.0.2"), "198.51.100.7"},
		{"unknown", proxy, forwarded("for=unknown"), "10.0.0.1"},
		{"obfuscated", proxy, forwarded("for=198.51.100.7, for=_hidden, for=10.0.0.2"), "10.0.0.2"},
		{"no for", proxy, forwarded("for=198.51.100.7, proto=https"), "10.0.0.1"},
		{"two fors", proxy, forwarded("for=198.51.100.7;for=203.0.113.9"), "10.0.0.1"},
		{"a quote the client opened", proxy, forwarded(`for="203.0.113.9, for=198.51.100.7`), "10.0.0.1"},
		{"a quote closed by the proxy's", proxy, forwarded(`for=203.0.113.9;x=", for="[2001:db8::7]"`), "10.0.0.1"},
		{"an escape of the comma", proxy, forwarded(`for=203.0.113.9;x="\, for=198.51.100.7`), "10.0.0.1"},
		{"a quote cannot reach over a line", proxy, forwarded(`for="203.0.113.9`, "for=198.51.100.7"), "198.51.100.7"},
		{"a list broken at its end", proxy, forwarded(`for=203.0.113.9, for="198.51.100.7`), "10.0.0.1"},
		{"no grammar at all", proxy, forwarded("198.51.100.7"), "10.0.0.1"},
		{"a semicolon at the end", proxy, forwarded("for=198.51.100.7;"), "10.0.0.1"},

		{"both headers agree", proxy, both("198.51.100.7", "for=198.51.100.7"), "198.51.100.7"},
		{"both headers disagree", proxy, both("198.51.100.7", "for=203.0.113.9"), "10.0.0.1"},
		{"one of both is malformed", proxy, both("198.51.100.7", "x"), "10.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, h.addrOf(t, c.peer, c.header))
		})
	}
	require.Empty(t, h.audit.Events(auth.EventProxyUnset), "proxies are configured")
}

// everyForwardingHeader names address for each header some proxy somewhere
// writes.
func everyForwardingHeader(address string) http.Header {
	h := http.Header{"Forwarded": {"for=" + address}}
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "X-Client-Ip", "Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip",
		"Fastly-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For", "X-Forwarded", "X-Remote-Addr", "Via"} {
		h[name] = []string{address}
	}
	return h
}

// LESSONS 3: forwarded headers trusted (better-auth GHSA-3529-5m8x-rpv3,
// ZITADEL CVE-2025-64101).
func TestWithoutTrustedProxiesNoHeaderIsBelieved(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, peer := range []string{"192.0.2.1:4711", "127.0.0.1:4711", "10.0.0.1:4711", "[::1]:4711"} {
		want := h.addrOf(t, peer, nil)
		require.Equal(t, want, h.addrOf(t, peer, everyForwardingHeader("203.0.113.9")))
	}
	require.Equal(t, none, h.addrOf(t, "@", everyForwardingHeader("203.0.113.9")))
}

// And with them, none but the two that proxies are told to write.
func TestOtherForwardingHeadersAreNeverBelieved(t *testing.T) {
	h := newHouse(t, httpadapter.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	header := everyForwardingHeader("203.0.113.9")
	header.Del("Forwarded")
	header.Del("X-Forwarded-For")
	require.Equal(t, "10.0.0.1", h.addrOf(t, "10.0.0.1:80", header))
}

func TestAProxyThatIsNotConfiguredIsReportedOnce(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	h.addrOf(t, "10.0.0.1:80", nil)
	require.Empty(t, h.audit.Events(auth.EventProxyUnset))
	for range 3 {
		h.addrOf(t, "10.0.0.1:80", xff("203.0.113.9"))
		h.addrOf(t, "10.0.0.2:80", forwarded("for=203.0.113.9"))
	}
	events := h.audit.Events(auth.EventProxyUnset)
	require.Len(t, events, 1)
	require.Equal(t, "10.0.0.1", events[0].Remote.String())
	require.Contains(t, events[0].Reason, "TrustedProxies")
	require.False(t, events[0].Time.IsZero())
	require.NoError(t, events[0].Err)

	deaf := newHouse(t, httpadapter.Options{})
	deaf.audit.Fail(errors.New("disk full"))
	require.Equal(t, "10.0.0.1", deaf.addrOf(t, "10.0.0.1:80", xff("203.0.113.9")), "a login does not depend on that event")
}

// obedient is an Auditor that, as a database would, refuses an ended context.
type obedient struct{ *authtest.Recorder }

func (o obedient) Audit(ctx context.Context, e auth.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return o.Recorder.Audit(ctx, e)
}

func TestTheReportOfAProxyOutlivesTheRequestThatCausedIt(t *testing.T) {
	kept := &authtest.Recorder{}
	h := newHouse(t, httpadapter.Options{Auditor: obedient{kept}})
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := loginAs(auth.RoleUser).WithContext(ctx)
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	ask(t, h, r)
	require.Len(t, kept.Events(auth.EventProxyUnset), 1)
}
