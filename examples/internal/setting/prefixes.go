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
			return nil, fmt.Errorf("%q is neither an address nor a CIDR", part)
		}
		list = append(list, p)
	}
	return list, nil
}
