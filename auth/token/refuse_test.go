package token_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

// All of these carry the right signature for what they are, and differ from a
// good token in the header only. Used bare, JOSE libraries accept most of them.
func TestHeadersOtherThanOurs(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	accepted(t, tokens, forge(documented, goodPayload(), secret), "the forging itself must work")
	for name, header := range map[string]string{
		"alg none":              `{"alg":"none","typ":"JWT"}`,
		"alg None":              `{"alg":"None","typ":"JWT"}`,
		"alg empty":             `{"alg":"","typ":"JWT"}`,
		"alg in lower case":     `{"alg":"hs256","typ":"JWT"}`,
		"alg missing":           `{"typ":"JWT"}`,
		"alg null":              `{"alg":null,"typ":"JWT"}`,
		"alg HS512":             `{"alg":"HS512","typ":"JWT"}`,
		"alg RS256":             `{"alg":"RS256","typ":"JWT"}`,
		"alg twice":             `{"alg":"none","alg":"HS256","typ":"JWT"}`,
		"typ missing":           `{"alg":"HS256"}`,
		"typ of another kind":   `{"alg":"HS256","typ":"at+jwt"}`,
		"typ in lower case":     `{"alg":"HS256","typ":"jwt"}`,
		"another order":         `{"typ":"JWT","alg":"HS256"}`,
		"a space":               `{"alg":"HS256", "typ":"JWT"}`,
		"unknown crit":          `{"alg":"HS256","crit":["x"],"typ":"JWT","x":1}`,
		"empty crit":            `{"alg":"HS256","crit":[],"typ":"JWT"}`,
		"b64 false":             `{"alg":"HS256","b64":false,"crit":["b64"],"typ":"JWT"}`,
		"b64 false, not crit":   `{"alg":"HS256","b64":false,"typ":"JWT"}`,
		"nested":                `{"alg":"HS256","cty":"JWT","typ":"JWT"}`,
		"compressed":            `{"alg":"HS256","typ":"JWT","zip":"DEF"}`,
		"unknown kid":           `{"alg":"HS256","kid":"x","typ":"JWT"}`,
		"kid that is a path":    `{"alg":"HS256","kid":"../../dev/null","typ":"JWT"}`,
		"its own key":           `{"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"typ":"JWT"}`,
		"a key to fetch":        `{"alg":"HS256","jku":"https://192.0.2.1/","typ":"JWT"}`,
		"a certificate":         `{"alg":"HS256","typ":"JWT","x5c":[""]}`,
		"a certificate's place": `{"alg":"HS256","typ":"JWT","x5u":"https://192.0.2.1/"}`,
		"no object":             `[]`,
		"nothing":               ``,
	} {
		refused(t, tokens, forge(encode(header), goodPayload(), secret), name)
		refused(t, tokens, encode(header)+"."+encode(goodPayload())+".", name+", no signature")
	}
}

// LESSONS 11: jwx CVE-2023-49290, CVE-2024-21664, CVE-2024-28122.
func TestOtherSerialisations(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	good := forge(documented, goodPayload(), secret)
	part := strings.Split(good, ".")
	inner := forge(documented, good, secret)
	for name, tok := range map[string]string{
		"empty":              "",
		"one dot":            part[0] + "." + part[1],
		"only dots":          "..",
		"three dots":         good + ".",
		"a dot first":        "." + good,
		"JWE, five segments": encode(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647}`) + "....",
		"JWE, ours first":    good + "." + part[1] + "." + part[2],
		"flattened JSON":     fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, part[0], part[1], part[2]),
		"general JSON":       fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, part[1], part[0], part[2]),
		"a token in a token": inner,
		"detached payload":   part[0] + ".." + part[2],
		"no signature":       part[0] + "." + part[1] + ".",
		"Bearer in front":    "Bearer " + good,
		"a space behind":     good + " ",
		"a line break":       good + "\n",
		"NUL":                good + "\x00",
		"a list":             good + "," + good,
	} {
		refused(t, tokens, tok, name)
	}
}

// Wycheproof JSON Web Signature, HS256 tcId 374 and its kind: one token has one
// spelling. The signature is right for the spelling given, where it can be.
func TestBase64IsCanonical(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	var tok string
	for n := 1; !strings.ContainsAny(tok, "-_"); n++ { // one that the standard alphabet spells otherwise
		p := payload(time.Now().Unix(), time.Now().Unix()+int64(n))
		for len(p)%3 != 1 { // and that has four unused bits in its payload, two in its signature
			p += " "
		}
		tok = forge(documented, p, secret)
	}
	accepted(t, tokens, tok, "the canonical spelling")
	part := strings.Split(tok, ".")
	input := part[0] + "." + part[1]
	for name, changed := range map[string]string{
		"signature padded":           tok + "=",
		"payload padded":             seal(input+"==", secret),
		"header padded":              seal(part[0]+"=."+part[1], secret),
		"standard alphabet":          strings.NewReplacer("-", "+", "_", "/").Replace(tok),
		"line break in signature":    input + "." + part[2][:20] + "\r\n" + part[2][20:],
		"line break in payload":      seal(part[0]+"."+part[1][:20]+"\n"+part[1][20:], secret),
		"unused bits in payload":     seal(part[0]+"."+next(part[1]), secret),
		"unused bits in signature":   input + "." + next(part[2]),
		"one character too many":     tok + "A",
		"a signature cut short":      tok[:len(tok)-2],
		"an alien in the alphabet":   tok[:len(tok)-1] + "é",
		"payload of impossible size": seal(part[0]+"."+part[1]+"AAA", secret),
	} {
		refused(t, tokens, changed, name)
	}
	decode := base64.RawURLEncoding.DecodeString
	a, _ := decode(part[2])
	b, err := decode(next(part[2]))
	require.NoError(t, err)
	require.Equal(t, a, b, "next must change unused bits only, or the test above shows nothing")
}

// next spells the same bytes with another last character.
func next(segment string) string {
	last := strings.IndexByte(alphabet, segment[len(segment)-1])
	return segment[:len(segment)-1] + alphabet[last+1:last+2]
}

// LESSONS 10: golang-jwt CVE-2025-30204, Vault CVE-2025-6203, unbounded input.
func TestTokensAreCapped(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	longest := ""
	for n := 2900; len(longest) < token.MaxToken; n++ {
		longest = forge(documented, strings.Repeat(" ", n)+goodPayload(), secret)
	}
	require.Equal(t, 4096, token.MaxToken, "as documented")
	require.Len(t, longest, token.MaxToken)
	accepted(t, tokens, longest, "at the cap")
	longer := forge(documented, strings.Repeat(" ", 2950)+goodPayload(), secret)
	require.Greater(t, len(longer), token.MaxToken)
	refused(t, tokens, longer, "over the cap, rightly signed")
	for _, huge := range []string{strings.Repeat(".", 1<<20), strings.Repeat("A", 1<<20), documented + "." + strings.Repeat("A", 1<<20) + ".A"} {
		allocs := testing.AllocsPerRun(10, func() { refused(t, tokens, huge, "a megabyte") })
		require.Less(t, allocs, 5.0, "a megabyte is refused without work")
	}
}

// Key confusion: the public half of a key pair, in any of its spellings, as an
// HMAC secret.
func TestPublicKeysAreNoSecrets(t *testing.T) {
	public := &rsaKey().PublicKey
	der := must[[]byte](t)(x509.MarshalPKIXPublicKey(public))
	key := must[*token.Key](t)(token.RS256(rsaKey()))
	tokens := newTokens(t, key, nil)
	jwks, ok := tokens.JWKS()
	require.True(t, ok)
	own, _, _ := strings.Cut(issue(t, tokens, claimsNow()), ".")
	named, _, _ := strings.Cut(issue(t, newTokens(t, hs256(t, der).Named(), nil), claimsNow()), ".")
	for _, material := range [][]byte{
		der, x509.MarshalPKCS1PublicKey(public), public.N.Bytes(), jwks,
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(public)}),
	} {
		for _, header := range []string{documented, own, named, encode(`{"alg":"HS256"}`)} {
			refused(t, tokens, forge(header, goodPayload(), material), "a public key used as a secret")
		}
	}
	c, err := token.Public("HS256", public)
	require.Error(t, err, "and none can be configured as one")
	require.Zero(t, c)
}

// LESSONS 11 and 16: jwx CVE-2024-28122, Auth.js GHSA-xmf8, caddy
// CVE-2024-21493. Any bytes are a good token or exactly ErrInvalidToken.
func FuzzVerify(f *testing.F) {
	tokens := newTokens(f, hs256(f, secret), nil)
	good := forge(documented, goodPayload(), secret)
	for _, seed := range []string{
		good, "", ".", "..", "...", documented, documented + "..", good + "=", good + "\n", good[:len(good)-1],
		"eyJhbGciOiJub25lIn0." + encode(goodPayload()) + ".", `{"payload":"","signatures":[]}`, strings.Repeat("a.", 4096),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tok string) {
		c, err := tokens.Verify(t.Context(), tok)
		if err != nil {
			require.True(t, err == auth.ErrInvalidToken, "a refusal is exactly ErrInvalidToken")
			require.Zero(t, c)
			return
		}
		require.NoError(t, libraryVerifies("HS256", secret, tok), "the JOSE library accepts what we accept")
	})
}
