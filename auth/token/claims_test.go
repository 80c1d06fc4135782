package token_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// claimNames are those that a token has, each of them once.
var claimNames = []string{"iss", "aud", "sub", "jti", "iat", "exp"}

// with returns a good payload in which one claim has another value, as JSON. An
// empty value leaves it out.
func with(name, value string) string {
	now := time.Now().Unix()
	values := map[string]string{
		"iss": `"sallyport"`, "aud": `"sallyport"`, "sub": `"user"`, "jti": `"session"`,
		"iat": strconv.FormatInt(now, 10), "exp": strconv.FormatInt(now+3600, 10),
	}
	values[name] = value
	var members []string
	for _, n := range claimNames {
		if values[n] != "" {
			members = append(members, `"`+n+`":`+values[n])
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// LESSONS 13: ZITADEL GHSA-wxg7-w2v3-w38g, Vault CVE-2021-32923. Each claim is
// removed, null, empty, repeated, and of every other type.
func TestEachClaimIsRequiredAndTyped(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	accepted(t, tokens, forge(documented, with("", ""), secret), "the payload itself must be good")
	for _, name := range claimNames {
		_, ok := token.ParseClaims(with(name, ""), "sallyport")
		require.False(t, ok, "%s is missing, and is not taken for a zero", name)
		values := []string{"", "null", `""`, "true", "false", "{}", "[]", "[null]", `[[]]`, "0", "-1", "1.5", `{"a":1}`, "nul", `"`}
		if name == "iat" || name == "exp" {
			now := strconv.FormatInt(time.Now().Unix()+60, 10)
			values = append(values, `"`+now+`"`, "["+now+"]", now+".0", now+"e0", "+"+now, "0"+now, "0x10", "1e9", now+"L",
				"253402300800", "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "-"+now, "1", "253402300799")
		} else {
			values = append(values, "1", `["x"]`, `['sallyport']`, `'sallyport'`)
		}
		for _, v := range values {
			refused(t, tokens, forge(documented, with(name, v), secret), name+" is "+v)
		}
		good := with("", "")
		for _, again := range []string{`"` + name + `":null`, `"` + name + `":0`, member(good, name)} {
			refused(t, tokens, forge(documented, good[:len(good)-1]+","+again+"}", secret), name+" stands twice")
		}
		for _, spelled := range []string{strings.ToUpper(name), " " + name, name + `\u0000`, `\u00` + strconv.FormatInt(int64(name[0]), 16) + name[1:]} {
			changed := strings.Replace(good, `"`+name+`"`, `"`+spelled+`"`, 1)
			refused(t, tokens, forge(documented, changed, secret), name+" is spelled "+spelled)
		}
	}
}

func member(payload, name string) string {
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(payload), &m); err != nil {
		return err.Error()
	}
	return `"` + name + `":` + string(m[name])
}

// LESSONS 12: jwt-go CVE-2020-26160, ZITADEL CVE-2026-55669.
func TestAudience(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	for _, good := range []string{`"sallyport"`, `["sallyport"]`, `["other","sallyport"]`, `[ "sallyport" , "other" ]`, `"sallypor\u0074"`} {
		accepted(t, tokens, forge(documented, with("aud", good), secret), good)
	}
	for _, bad := range []string{
		`"other"`, `"Sallyport"`, `"sallyport "`, `"sallyport\u0000"`, `"sally"`, `"sallyportx"`, `["other"]`, `[]`, `[""]`,
		`["sallyport",1]`, `[1,"sallyport"]`, `["sallyport",null]`, `["sallyport",]`, `["sallyport"`, `[["sallyport"]]`, `{"sallyport":1}`, `"*"`,
	} {
		refused(t, tokens, forge(documented, with("aud", bad), secret), "aud is "+bad)
	}
}

// A claim that is not understood may narrow what the token is good for.
func TestOtherClaimsAndOtherJSON(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	good := with("", "")
	for name, p := range map[string]string{
		"nbf":              good[:len(good)-1] + `,"nbf":1}`,
		"role":             good[:len(good)-1] + `,"role":"super_admin"}`,
		"cnf":              good[:len(good)-1] + `,"cnf":{"jkt":"x"}}`,
		"an empty name":    good[:len(good)-1] + `,"":1}`,
		"a trailing comma": good[:len(good)-1] + `,}`,
		"a leading comma":  "{," + good[1:],
		"two commas":       strings.Replace(good, ",", ",,", 1),
		"no comma":         strings.Replace(good, ",", " ", 1),
		"no colon":         strings.Replace(good, ":", " ", 1),
		"an equals sign":   strings.Replace(good, ":", "=", 1),
		"no value":         `{"nbf":,` + good[1:],
		"trailing data":    good + "{}",
		"two documents":    good + good,
		"an array":         "[" + good + "]",
		"a string":         `"x"`,
		"null":             "null",
		"nothing":          "",
		"an empty object":  "{}",
		"not closed":       good[:len(good)-1],
		"a BOM":            "\ufeff" + good,
		"a comment":        "/**/" + good,
		"a no-break space": "\u00a0" + good,
		"a form feed":      "\f" + good,
		"broken UTF-8":     with("sub", "\"\xff\""),
		"UTF-8 too long":   with("sub", "\"\xc0\xaf\""),
		"half a pair":      with("sub", `"\ud800"`),
		"the other half":   with("sub", `"\udc00"`),
		"halves reversed":  with("sub", `"\udc00\ud800"`),
		"half and a rune":  with("sub", `"\ud800\u0041"`),
		"cut escape":       with("sub", `"\u00"`),
		"3 digits":         with("sub", `"\u004"`),
		"no digits":        with("sub", `"\u"`),
		"signed escape":    with("sub", `"\u+041"`),
		"spaced escape":    with("sub", `"\u_041"`),
		"unknown escape":   with("sub", `"\x41"`),
		"capital escape":   with("sub", `"\U0041"`),
		"bare newline":     with("sub", "\"a\nb\""),
		"bare NUL":         with("sub", "\"a\x00b\""),
		"deep nesting":     strings.Repeat("[", 1000),
	} {
		refused(t, tokens, forge(documented, p, secret), name)
	}
	for name, p := range map[string]string{
		"space before numbers": strings.NewReplacer(`"iat":`, "\"iat\" :\n", `"exp":`, "\"exp\": \t\r").Replace(good),
		"white space":          " {\t\"aud\" :\n\"sallyport\",\r" + strings.Replace(good[1:], `"aud":"sallyport",`, "", 1) + " ",
		"escapes":              with("sub", `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`),
	} {
		c := accepted(t, tokens, forge(documented, p, secret), name)
		if name == "escapes" {
			require.Equal(t, "\"\\/\b\f\n\r\té😀", c.UserID)
		}
	}
}

// LESSONS 13: a number that no clock shows.
func TestTimesAreBounded(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	now := time.Now().Unix()
	accepted(t, tokens, forge(documented, payload(1, 2), secret), "the first second there is")
	refused(t, tokens, forge(documented, payload(0, 2), secret), "no clock has shown 0")
	refused(t, tokens, forge(documented, payload(now, now), secret), "exp is iat")
	accepted(t, tokens, forge(documented, payload(now, now+1), secret), "a second later")
	for value, want := range map[string]bool{"0": true, "253402300799": true, "253402300800": false, "9223372036854775807": false} {
		_, ok := token.ParseClaims(with("exp", value), "sallyport")
		require.Equal(t, want, ok, "exp is %s; the year 9999 ends at 253402300799", value)
	}
}

// What the scanner accepts, encoding/json decodes to the same values.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		with("", ""), with("aud", `["other","sallyport"]`), with("aud", `[]`), with("sub", `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`),
		with("sub", `"\ud800"`), with("sub", "\"\xff\""), with("exp", "1e9"), with("exp", "01"), with("iat", `"1"`), with("jti", "null"),
		with("sub", `"`+strings.Repeat(`\\`, 9)+`"`), " { } ", "{,}", "[]", `{"iss":"a","iss":"b"}`, with("", "") + "\n", with("iss", `"a" `),
		strings.Replace(with("iss", ""), "{", `{"nbf":,`, 1),       // an unknown name without a value in the place of a claim
		strings.Replace(with("sub", ""), "{", "{\"sub\":\",\n", 1), // a string that is cut off, and what follows it is a member
		strings.TrimSuffix(with("exp", ""), "}") + `,"exp":1,"sub":"}`, strings.TrimSuffix(with("jti", ""), "}") + `,"jti":"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		got, ok := token.ParseClaims(payload, "sallyport")
		if !ok {
			require.Zero(t, got, "nothing beside a refusal")
			return
		}
		var want struct {
			Iss, Sub, Jti *string
			Aud           any
			Iat, Exp      *int64
		}
		require.NoError(t, json.Unmarshal([]byte(payload), &want), "what we accept is JSON")
		require.Equal(t, []any{*want.Iss, *want.Sub, *want.Jti, *want.Iat, *want.Exp},
			[]any{got.Issuer, got.Subject, got.ID, got.IssuedAt, got.ExpiresAt}, "and says the same")
		require.Equal(t, names(want.Aud, "sallyport"), got.Audience, "as does aud")
		require.Equal(t, len(claimNames), members(t, payload), "each claim stands there once, and no other")
	})
}

// names reports whether an aud, as encoding/json decodes it, has the audience.
func names(aud any, audience string) bool {
	list, ok := aud.([]any)
	if !ok {
		return aud == audience
	}
	for _, a := range list {
		if a == audience {
			return true
		}
	}
	return false
}

// members counts the names in an object, equal ones too.
func members(t *testing.T, payload string) (n int) {
	dec := json.NewDecoder(strings.NewReader(payload))
	_, err := dec.Token() // {
	require.NoError(t, err)
	for dec.More() {
		_, err := dec.Token()
		require.NoError(t, err)
		var value json.RawMessage
		require.NoError(t, dec.Decode(&value))
		n++
	}
	return n
}
