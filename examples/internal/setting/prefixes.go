package setting

import (
	"fmt"
	"net/netip"
	"strings"
)

// Prefixes parses "10.0.0.0/8,::1"; an address alone is itself.
func Prefixes(s string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if addr, aerr := netip.ParseAddr(part); aerr == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a CIDR: name the proxies alone, as in 10.0.0.0/8", part)
		}
		if p.Bits() == 0 || p.Addr().Is4In6() { // as httpadapter would
			return nil, fmt.Errorf("%q is everybody, or IPv4 written as IPv6: name the proxies alone, as in 10.0.0.0/8", part)
		}
		list = append(list, p)
	}
	return list, nil
}
