package httpadapter

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// clientAddr returns the address that a request counts for. It is the peer's,
// unless that is a trusted proxy, which then says for whom it speaks. The zero
// Addr is a peer without one, such as a Unix socket.
func (h *Handler) clientAddr(r *http.Request) netip.Addr {
	peer, _ := parseAddr(r.RemoteAddr)
	if len(h.proxies) == 0 {
		h.warnOfProxy(r, peer)
		return peer
	}
	if !h.trusts(peer) {
		return peer
	}
	return h.behind(peer, r.Header)
}

// behind asks the headers that a trusted peer sent on. A proxy writes one of
// the two and hands the other on as the client wrote it, and which one cannot
// be known: where both are there and disagree, neither is believed.
func (h *Handler) behind(peer netip.Addr, header http.Header) netip.Addr {
	xff, rfc7239 := header.Values("X-Forwarded-For"), header.Values("Forwarded")
	switch {
	case len(rfc7239) == 0:
		return h.walk(peer, xff, splitForwardedFor)
	case len(xff) == 0:
		return h.walk(peer, rfc7239, splitForwarded)
	}
	a, b := h.walk(peer, xff, splitForwardedFor), h.walk(peer, rfc7239, splitForwarded)
	if a != b {
		return peer
	}
	return a
}

// walk goes from the peer towards the client, which is the first address that
// is no trusted proxy. What that one said before is not looked at. At a hop
// that cannot be read the walk ends with the proxy that wrote it.
func (h *Handler) walk(peer netip.Addr, lines []string, split func(line string) []string) netip.Addr {
	hop := peer
	for _, line := range slices.Backward(lines) {
		for _, node := range slices.Backward(split(line)) {
			addr, ok := parseAddr(node)
			if !ok {
				return hop
			}
			if hop = addr; !h.trusts(hop) {
				return hop
			}
		}
	}
	return hop
}

func (h *Handler) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(h.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// warnOfProxy tells the auditor, once, that limits count a proxy as if it were
// all of its clients.
func (h *Handler) warnOfProxy(r *http.Request, peer netip.Addr) {
	if r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == "" {
		return
	}
	if !h.proxyUnset.CompareAndSwap(false, true) {
		return
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), h.timeout)
	defer done()
	err := h.auditor.Audit(ctx, auth.Event{
		Kind:   auth.EventProxyUnset,
		Time:   time.Now().UTC(),
		Remote: peer,
		Reason: "requests arrive with X-Forwarded-For or Forwarded: if a proxy of yours writes it, name that in Options.TrustedProxies",
	})
	if err != nil {
		h.log.ErrorContext(ctx, "httpadapter: audit that no proxy is trusted", "err", err)
	}
}

// parseAddr reads an address with or without a port: 192.0.2.1,
// 192.0.2.1:4711, 2001:db8::1, [2001:db8::1], [2001:db8::1]:4711. One address
// has one form: IPv4 in IPv6 is IPv4, and a zone, which only means something
// on the machine that wrote it, is dropped.
func parseAddr(s string) (netip.Addr, bool) {
	s = strings.Trim(s, " \t")
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().WithZone("").Unmap(), true
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if s, ok = strings.CutSuffix(inner, "]"); !ok || !strings.Contains(s, ":") {
			return netip.Addr{}, false
		}
	}
	addr, err := netip.ParseAddr(s)
	return addr.WithZone("").Unmap(), err == nil
}
