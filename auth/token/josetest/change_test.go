package josetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// draft is a token before it is put together: members as they are spelled.
type draft struct {
	members [][2]string // name and value, both JSON
	before  string      // white space, or what should not be there
	after   string
	header  string // JSON
	foreign bool   // signed by nobody we know
}

// good is a draft of what the signer's node would mint.
func (s *signer) good(t *rapid.T) draft {
	iat := time.Now().Unix() - int64(rapid.IntRange(0, 100000).Draw(t, "age"))
	exp := iat + int64(rapid.IntRange(1, 86400).Draw(t, "lifetime"))
	word := rapid.StringMatching(`[a-z0-9é/"\\ -]{1,12}`)
	return draft{header: s.headerJSON(), members: [][2]string{
		{`"iss"`, `"sallyport"`}, {`"aud"`, `"sallyport"`},
		{`"sub"`, jsonString(word.Draw(t, "sub"))}, {`"jti"`, jsonString(word.Draw(t, "jti"))},
		{`"iat"`, strconv.FormatInt(iat, 10)}, {`"exp"`, strconv.FormatInt(exp, 10)},
	}}
}

func jsonString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// changeClaims changes up to two things that are signed.
func (d *draft) changeClaims(t *rapid.T) {
	i := rapid.IntRange(0, len(d.members)-1).Draw(t, "member")
	name := d.members[i][0]
	switch rapid.IntRange(0, 14).Draw(t, "claim change") {
	case 0:
		d.members = slices.Delete(d.members, i, i+1)
	case 1:
		d.members[i][1] = rapid.SampledFrom(values(name)).Draw(t, "value")
	case 2:
		again := [2]string{name, rapid.SampledFrom(append(values(name), d.members[i][1])).Draw(t, "again")}
		d.members = slices.Insert(d.members, rapid.IntRange(0, len(d.members)).Draw(t, "where"), again)
	case 3:
		d.members = append(d.members, rapid.SampledFrom([][2]string{
			{`"nbf"`, "1"}, {`"role"`, `"super_admin"`}, {`"scope"`, `"read"`}, {`"cnf"`, `{"jkt":"x"}`}, {`""`, "null"}, {`"EXP"`, "1"},
		}).Draw(t, "extra"))
	case 4:
		d.members = rapid.Permutation(d.members).Draw(t, "order")
	case 5:
		d.members[i][0] = rapid.SampledFrom([]string{
			strings.ToUpper(name), fmt.Sprintf(`"\u%04x%s`, name[1], name[2:]), `" ` + name[1:],
		}).Draw(t, "name")
	case 6:
		d.before, d.after = rapid.SampledFrom([]string{"", " ", "\n\t", "\ufeff", "\f"}).Draw(t, "before"),
			rapid.SampledFrom([]string{"", " ", "\r\n", "{}", "x"}).Draw(t, "after")
	case 7:
		d.members[i][1] += rapid.SampledFrom([]string{" ", "\n"}).Draw(t, "space")
	case 8:
		d.before = strings.Repeat(" ", rapid.IntRange(2500, 3200).Draw(t, "long"))
	case 9:
		i = slices.IndexFunc(d.members, func(m [2]string) bool { return m[0] == `"sub"` || m[0] == `"jti"` })
		if i >= 0 {
			d.members[i][1] = rapid.SampledFrom([]string{`""`, `"\ud800"`, "\"\xff\"", `"\ud83d\ude00"`, `"\/\u0000"`}).Draw(t, "text")
		}
	default:
		d.changeTimes(t)
	}
}

// changeTimes gives iat and exp other values, which fit each other or nearly so.
func (d *draft) changeTimes(t *rapid.T) {
	now := time.Now().Unix()
	iat := rapid.SampledFrom([]int64{0, 1, now - 100000, now, now + 30, now + 90, now + 600, now + 3600, 253402300000}).Draw(t, "iat")
	exp := iat + rapid.SampledFrom([]int64{-1, 0, 1, 3600, 86400, 86401, 1 << 32}).Draw(t, "exp - iat")
	for i, m := range d.members {
		spelled := rapid.SampledFrom([]string{"%d", "%d", "%d", "%d.0", "%de0", "%d0e-1"}).Draw(t, "spelled")
		switch m[0] {
		case `"iat"`:
			d.members[i][1] = fmt.Sprintf(spelled, iat)
		case `"exp"`:
			d.members[i][1] = fmt.Sprintf(spelled, exp)
		}
	}
}

// values are JSON values for a claim, few of which are as they must be.
func values(name string) []string {
	now := time.Now().Unix()
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	all := []string{"null", `""`, "true", "{}", "[]", "0", "-1", `"other"`}
	switch name {
	case `"aud"`:
		return append(all, `["sallyport"]`, `["other","sallyport"]`, `["sallyport",1]`, `["other"]`, `"Sallyport"`, `"sallypor\u0074"`)
	case `"iat"`, `"exp"`:
		return append(all, n(now), n(now)+".0", n(now)+".5", n(now/10)+"e1", `"`+n(now)+`"`, "0"+n(now), "1", n(now+59), n(now+3600),
			n(now+90000), n(now-90000), "253402300799", "253402300800", "9223372036854775807", "1e300")
	}
	return append(all, `"sallyport"`, `"sallyport "`, `"\ud800"`, `"\ud83d\ude00"`, "\"\xff\"", "\"a\x01b\"", `"\x"`, `["sallyport"]`)
}

// changeHeader has the right signature still.
func (d *draft) changeHeader(t *rapid.T) {
	own := d.header
	member := func(m string) string { return own[:len(own)-1] + "," + m + "}" }
	alg := strings.Split(own, `"`)[3]
	d.header = rapid.SampledFrom([]string{
		strings.Replace(own, alg, "none", 1), strings.Replace(own, alg, strings.ToLower(alg), 1), strings.Replace(own, alg, "HS384", 1),
		strings.Replace(own, alg, "Ed25519", 1), strings.Replace(own, alg, "EdDSA", 1),
		strings.Replace(own, ",", ", ", 1), `{"alg":"` + alg + `"}`, `{"typ":"JWT","alg":"` + alg + `"}`, strings.Replace(own, "JWT", "at+jwt", 1),
		member(`"kid":"x"`), member(`"cty":"JWT"`), member(`"zip":"DEF"`), member(`"crit":["exp"]`), member(`"crit":[]`),
		member(`"b64":false,"crit":["b64"]`), member(`"jku":"https://192.0.2.1/"`), member(`"jwk":{"kty":"oct","k":"AA"}`), member(`"alg":"none"`),
	}).Draw(t, "header")
}

// token puts a draft together.
func (s *signer) token(d draft) string {
	var members []string
	for _, m := range d.members {
		members = append(members, m[0]+":"+m[1])
	}
	payload := d.before + "{" + strings.Join(members, ",") + "}" + d.after
	tok := s.seal(base64url.EncodeToString([]byte(d.header)) + "." + base64url.EncodeToString([]byte(payload)))
	if d.foreign {
		at := strings.LastIndexByte(tok, '.') + 1
		return tok[:at] + strings.Repeat("A", len(tok)-at)
	}
	return tok
}

// changeText changes how a whole token is spelled; the last two do so before it
// is signed.
func (s *signer) changeText(t *rapid.T, tok string) string {
	at := rapid.IntRange(0, len(tok)-1).Draw(t, "at")
	part := strings.Split(tok, ".")
	switch rapid.IntRange(0, 8).Draw(t, "text change") {
	case 0:
		changed := []byte(tok)
		changed[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		return string(changed)
	case 1:
		return tok[:at] + tok[at+1:]
	case 2:
		return tok[:at] + rapid.SampledFrom([]string{"\n", "\r\n", ".", " ", "=", "A"}).Draw(t, "put in") + tok[at:]
	case 3:
		return tok + rapid.SampledFrom([]string{"=", "==", "\n", ".", " ", "A"}).Draw(t, "put behind")
	case 4:
		return strings.NewReplacer("-", "+", "_", "/").Replace(tok)
	case 5:
		return part[0] + "." + part[1] + "." + unusedBit(part[2])
	case 6:
		return part[0] + "." + part[1] + "."
	case 7:
		return s.seal(part[0] + "." + unusedBit(part[1]))
	}
	cut := rapid.IntRange(0, len(part[1])).Draw(t, "cut")
	return s.seal(part[0] + "." + part[1][:cut] + rapid.SampledFrom([]string{"\n", "\r\n", ""}).Draw(t, "break") + part[1][cut:])
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// unusedBit spells the same octets otherwise, where the last character has bits
// to spare.
func unusedBit(segment string) string {
	if segment == "" || len(segment)%4 == 0 {
		return segment
	}
	last := strings.IndexByte(alphabet, segment[len(segment)-1])
	return segment[:len(segment)-1] + string(alphabet[last^1])
}
