// Package printable makes what a stranger wrote safe to show.
package printable

import (
	"strings"
	"unicode"
)

// most is how many bytes of a client's own description are kept.
const most = 256

// Text returns at most the first 256 bytes of s without what could break a
// line, steer a terminal or turn the direction of reading: what is left is
// valid UTF-8 of graphic characters and the ASCII space.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s[:min(len(s), most)])
}
