package token

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

// maxTime is the last second of the year 9999, which bounds iat and exp.
const maxTime = 253402300799

// claims is the payload of a token, checked for form.
type claims struct {
	iss, sub, jti []byte // of the payload, where nothing is escaped
	aud           bool   // it names the audience asked for
	iat, exp      int64  // seconds since 1970
}

// parseClaims reads the payload {"iss":…,"aud":…,"sub":…,"jti":…,"iat":…,"exp":…}.
// Each claim must be there once, in any order and of its type (RFC 7519,
// section 4.1); an aud is a string or an array of strings (RFC 7519, section
// 4.1.3), and must hold the audience exactly.
//
// Any other claim is refused. None is minted, so such a token comes from
// another program or another version that holds our key, and a claim that is
// not understood may well narrow what the token is good for: nbf, cnf and scope
// all do.
//
// It is written by hand because encoding/json takes the last of several equal
// names, folds their case and mends broken UTF-8, and because this is most of
// what a verification costs beside the MAC.
func parseClaims(payload []byte, audience string) (c claims, ok bool) {
	s := scanner{text: payload, failed: !utf8.Valid(payload)}
	var seen, all = 0, 1<<6 - 1
	s.expect('{')
	for more := true; more && !s.failed; more = s.accept(',') {
		claim := 0
		switch string(s.name()) {
		case "iss":
			claim, c.iss = 1<<0, s.string()
		case "aud":
			claim, c.aud = 1<<1, s.strings(audience)
		case "sub":
			claim, c.sub = 1<<2, s.string()
		case "jti":
			claim, c.jti = 1<<3, s.string()
		case "iat":
			claim, c.iat = 1<<4, s.seconds()
		case "exp":
			claim, c.exp = 1<<5, s.seconds()
		}
		if claim == 0 || seen&claim != 0 {
			return claims{}, false
		}
		seen |= claim
	}
	s.expect('}')
	s.end()
	if s.failed || seen != all {
		return claims{}, false
	}
	return c, true
}

// payload writes the claims that parseClaims reads.
func (t *Tokens) payload(c auth.Claims) []byte {
	buf := make([]byte, 0, 256)
	buf = appendString(append(buf, `{"iss":`...), t.issuer)
	buf = appendString(append(buf, `,"aud":`...), t.audience)
	buf = appendString(append(buf, `,"sub":`...), c.UserID)
	buf = appendString(append(buf, `,"jti":`...), c.SessionID)
	buf = strconv.AppendInt(append(buf, `,"iat":`...), c.IssuedAt.Unix(), 10)
	buf = strconv.AppendInt(append(buf, `,"exp":`...), c.ExpiresAt.Unix(), 10)
	return append(buf, '}')
}

// appendString appends s as a JSON string. A user ID is the host's and may
// hold anything.
func appendString(buf []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // no string fails
		return append(buf, "null"...)
	}
	return append(buf, quoted...)
}
