package token

import "encoding/base64"

// maxToken bounds a token in bytes. With a 4096-bit RSA key this leaves more
// than 2 KiB for the claims.
const maxToken = 4096

// encoding is base64url without padding whose unused last bits must be zero
// (RFC 4648, section 3.5): one octet string has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// segments is a token in the JWS Compact Serialization (RFC 7515, section 7.1)
// whose framing is right and whose content is unchecked.
type segments struct {
	header string // as it stands in the token, not decoded
	raw    []byte // the whole token
	first  int    // where the two dots are
	second int
}

// split takes a token apart. It fails for what is too long, has any character
// beside the base64url alphabet and the dot, or has not exactly two dots. The
// decoder alone would let line breaks pass.
func split(token string) (segments, bool) {
	if len(token) > maxToken {
		return segments{}, false
	}
	var at [2]int
	dots := 0
	for i := range len(token) {
		switch c := token[i]; {
		case c == '.':
			if dots == len(at) {
				return segments{}, false
			}
			at[dots] = i
			dots++
		case !inAlphabet(c):
			return segments{}, false
		}
	}
	if dots != len(at) {
		return segments{}, false
	}
	return segments{header: token[:at[0]], raw: []byte(token), first: at[0], second: at[1]}, true
}

// input is what the signature covers (RFC 7515, section 5.1).
func (s segments) input() []byte { return s.raw[:s.second] }

// decode returns the payload and the signature. It fails for base64 that is
// not canonical.
func (s segments) decode() (payload, signature []byte, ok bool) {
	buf := make([]byte, 0, encoding.DecodedLen(len(s.raw)-s.first))
	buf, err := encoding.AppendDecode(buf, s.raw[s.first+1:s.second])
	if err != nil {
		return nil, nil, false
	}
	n := len(buf)
	buf, err = encoding.AppendDecode(buf, s.raw[s.second+1:])
	if err != nil {
		return nil, nil, false
	}
	return buf[:n], buf[n:], true
}

func inAlphabet(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
