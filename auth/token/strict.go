package token

import (
	"encoding/base64"
	"strings"
)

// maxToken bounds a token in bytes. With a 4096-bit RSA key this leaves more
// than 2 KiB for the claims.
const maxToken = 4096

// encoding is base64url without padding whose unused last bits must be zero
// (RFC 4648, section 3.5): one octet string has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// segments is a token in the JWS Compact Serialization (RFC 7515, section 7.1)
// whose header is spelled right and of which nothing else is checked.
type segments struct {
	header string // as it stands in the token, not decoded
	token  string // the whole
	second int    // where the second dot is
}

// split takes a token apart where its first two dots are. It fails for what is
// too long, for a header with any character beside the base64url alphabet, and
// for line breaks, which the decoder would let pass; the decoder refuses the
// rest, a third dot among it.
func split(token string) (segments, bool) {
	if len(token) > maxToken {
		return segments{}, false
	}
	header, rest, _ := strings.Cut(token, ".")
	second := strings.IndexByte(rest, '.')
	if second < 0 || strings.IndexByte(rest, '\n') >= 0 || strings.IndexByte(rest, '\r') >= 0 {
		return segments{}, false
	}
	for i := range len(header) {
		if !inAlphabet(header[i]) {
			return segments{}, false
		}
	}
	return segments{header: header, token: token, second: len(header) + 1 + second}, true
}

func inAlphabet(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// scratch is where a token is decoded: its bytes, then those of two segments.
type scratch [2 * maxToken]byte

// decode returns what the signature covers (RFC 7515, section 5.1), the payload
// and the signature, all of them in buf. It fails for base64 that is not
// canonical.
func (s segments) decode(buf *scratch) (input, payload, signature []byte, ok bool) {
	n := copy(buf[:], s.token)
	input = buf[:s.second]
	start := n
	n, err := encoding.Decode(buf[start:], buf[len(s.header)+1:s.second])
	if err != nil {
		return nil, nil, nil, false
	}
	payload = buf[start : start+n]
	m, err := encoding.Decode(buf[start+n:], buf[s.second+1:start])
	if err != nil {
		return nil, nil, nil, false
	}
	return input, payload, buf[start+n : start+n+m], true
}
