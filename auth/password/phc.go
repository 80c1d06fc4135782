package password

import (
	"encoding/base64"
	"strings"
)

// What the parsers accept as salt and tag, in bytes. RFC 9106, section 3.1,
// has no minimum for a salt, and 4 for a tag: under 16 bytes a tag is too easy
// to hit by chance to log anybody in.
const (
	minSalt, maxSalt = 8, 64
	minTag, maxTag   = 16, 64
)

// phcBase64 is the alphabet of PHC strings: no padding, no stray bits.
var phcBase64 = base64.RawStdEncoding.Strict()

// phc is what follows the name and the version in a PHC string
// (github.com/P-H-C/phc-string-format): numbers, a salt and a tag.
type phc struct {
	numbers   []uint32
	salt, tag []byte
}

// parsePHC reads "<head>a=1,b=2$salt$tag", where the numbers bear these names
// in this order. The form is strict: one hash has one spelling.
func parsePHC(stored, head string, names ...string) (phc, bool) {
	rest, ok := strings.CutPrefix(stored, head)
	if !ok {
		return phc{}, false
	}
	parts := strings.Split(rest, "$")
	if len(parts) != 3 {
		return phc{}, false
	}
	fields := strings.Split(parts[0], ",")
	if len(fields) != len(names) {
		return phc{}, false
	}
	var p phc
	for i, name := range names {
		digits, ok := strings.CutPrefix(fields[i], name+"=")
		n, valid := parseNumber(digits)
		if !ok || !valid {
			return phc{}, false
		}
		p.numbers = append(p.numbers, n)
	}
	var saltOK, tagOK bool
	p.salt, saltOK = decode(phcBase64, parts[1], minSalt, maxSalt)
	p.tag, tagOK = decode(phcBase64, parts[2], minTag, maxTag)
	return p, saltOK && tagOK
}

// parseNumber reads a positive decimal below 10^9 with no sign and no leading
// zero.
func parseNumber(s string) (uint32, bool) {
	if len(s) == 0 || len(s) > 9 || s[0] == '0' {
		return 0, false
	}
	var n uint32
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint32(s[i]-'0')
	}
	return n, true
}

// decode reads base64 of least to most bytes. The standard decoder skips line
// breaks; here they are an error.
func decode(e *base64.Encoding, s string, least, most int) ([]byte, bool) {
	if len(s) > e.EncodedLen(most) || strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := e.DecodeString(s)
	return b, err == nil && len(b) >= least && len(b) <= most
}
