package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

// documented is the first segment of the token in the API document.
const documented = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

var (
	secret = []byte("0123456789abcdef0123456789abcdef")
	other  = []byte("fedcba9876543210fedcba9876543210")
)

// rsaKey takes a moment to make, so all tests share it.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// forge signs whatever it is given: the first segment as it stands, and the
// payload in clear.
func forge(header, payload string, secret []byte) string {
	return seal(header+"."+encode(payload), secret)
}

// seal appends the right HS256 signature to any input.
func seal(input string, secret []byte) string {
	return input + "." + base64.RawURLEncoding.EncodeToString(mac(input, secret))
}

func mac(input string, secret []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(input))
	return h.Sum(nil)
}

// payload is what a node would mint for those times.
func payload(iat, exp int64) string {
	return fmt.Sprintf(`{"iss":"sallyport","aud":"sallyport","sub":"user","jti":"session","iat":%d,"exp":%d}`, iat, exp)
}

func goodPayload() string {
	now := time.Now().Unix()
	return payload(now, now+3600)
}

func claimsNow() auth.Claims {
	now := time.Now().UTC().Truncate(time.Second)
	return auth.Claims{SessionID: "session", UserID: "user", IssuedAt: now, ExpiresAt: now.Add(24 * time.Hour)}
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

func newTokens(t testing.TB, key *token.Key, opts *token.Options) *token.Tokens {
	t.Helper()
	return must[*token.Tokens](t)(token.New(key, opts))
}

func hs256(t testing.TB, secret []byte) *token.Key {
	t.Helper()
	return must[*token.Key](t)(token.HS256(secret))
}

// keyPair is a key that mints, and the public half as the standard library has it.
type keyPair struct {
	name, alg string
	private   *token.Key
	public    any
}

// keys has one key of each kind.
func keys(t testing.TB) []keyPair {
	t.Helper()
	pub, priv := must2(t)(ed25519.GenerateKey(rand.Reader))
	ec := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	key := must[*token.Key](t)
	return []keyPair{
		{"HS256", "HS256", hs256(t, secret), secret},
		{"HS256 named", "HS256", hs256(t, secret).Named(), secret},
		{"EdDSA", "EdDSA", key(token.EdDSA(priv)), pub},
		{"Ed25519", "Ed25519", key(token.Ed25519(priv)), pub},
		{"ES256", "ES256", key(token.ES256(ec)), &ec.PublicKey},
		{"RS256", "RS256", key(token.RS256(rsaKey())), &rsaKey().PublicKey},
	}
}

func must2(t testing.TB) func(ed25519.PublicKey, ed25519.PrivateKey, error) (ed25519.PublicKey, ed25519.PrivateKey) {
	return func(pub ed25519.PublicKey, priv ed25519.PrivateKey, err error) (ed25519.PublicKey, ed25519.PrivateKey) {
		t.Helper()
		require.NoError(t, err)
		return pub, priv
	}
}

func issue(t testing.TB, tokens *token.Tokens, c auth.Claims) string {
	t.Helper()
	return must[string](t)(tokens.Issue(t.Context(), c))
}

func accepted(t testing.TB, tokens *token.Tokens, tok, why string) auth.Claims {
	t.Helper()
	c, err := tokens.Verify(t.Context(), tok)
	require.NoError(t, err, why)
	return c
}

// refused also holds LESSONS 14 (golang-jwt CVE-2024-51744, OpenBao
// CVE-2026-46405): a refusal is one error, tells nothing, and has no value.
func refused(t testing.TB, tokens *token.Tokens, tok, why string) {
	t.Helper()
	c, err := tokens.Verify(t.Context(), tok)
	require.True(t, err == auth.ErrInvalidToken, "%s: must be exactly ErrInvalidToken, was %v", why, err)
	require.Zero(t, c, "%s: no claims beside an error", why)
}
