//lint:file-ignore SA1019 the coordinates are what is tested: no newer API shows or breaks them

package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

func decode(t *testing.T, s string) []byte {
	t.Helper()
	return must[[]byte](t)(base64.RawURLEncoding.DecodeString(s))
}

// The examples of RFC 8037, appendix A, RFC 7515, appendix A.3, and RFC 7638,
// section 3.1.
const (
	rfc8037D     = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
	rfc8037X     = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	rfc8037Kid   = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	rfc8037Token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." +
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

	rfc7515X     = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	rfc7515Y     = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
	rfc7515Claim = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	rfc7515ES256 = "eyJhbGciOiJFUzI1NiJ9." + rfc7515Claim +
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	rfc7515Kid   = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
	rfc7515K     = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	rfc7515HS256 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + rfc7515Claim + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

	rfc7638N = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

	rfc7638Kid = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
)

func TestJWKSAsTheStandardsHaveIt(t *testing.T) {
	key := must[*token.Key](t)
	ed := key(token.EdDSA(ed25519.NewKeyFromSeed(decode(t, rfc8037D))))
	ec := key(token.Public("ES256", &ecdsa.PublicKey{
		Curve: elliptic.P256(), X: new(big.Int).SetBytes(decode(t, rfc7515X)), Y: new(big.Int).SetBytes(decode(t, rfc7515Y)),
	}))
	rs := key(token.Public("RS256", &rsa.PublicKey{N: new(big.Int).SetBytes(decode(t, rfc7638N)), E: 65537}))
	accept := []*token.Key{ed, ec, rs}
	tokens := newTokens(t, hs256(t, secret), &token.Options{Accept: accept})
	set, ok := tokens.JWKS()
	require.True(t, ok)
	var got struct{ Keys []map[string]string }
	require.NoError(t, json.Unmarshal(set, &got))
	require.ElementsMatch(t, []map[string]string{
		{"kty": "OKP", "use": "sig", "alg": "EdDSA", "kid": rfc8037Kid, "crv": "Ed25519", "x": rfc8037X},
		{"kty": "EC", "use": "sig", "alg": "ES256", "kid": rfc7515Kid, "crv": "P-256", "x": rfc7515X, "y": rfc7515Y},
		{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": rfc7638Kid, "n": rfc7638N, "e": "AQAB"},
	}, got.Keys)
	require.True(t, strings.HasPrefix(string(set), `{"keys":[{"kty":"EC","use":"sig","alg":"ES256","kid":"`+rfc7515Kid+`","crv":"P-256","x":"`), "%s", set)

	accept[0], accept[2] = accept[2], accept[0]
	again, _ := newTokens(t, hs256(t, other), &token.Options{Accept: accept}).JWKS()
	require.Equal(t, string(set), string(again), "the same keys in another order are the same bytes")
}

// jwk.PublicSetOf and its like publish a symmetric key.
func TestJWKSNeverHasASecret(t *testing.T) {
	for _, k := range []*token.Key{hs256(t, secret), hs256(t, secret).Named()} {
		set, ok := newTokens(t, k, &token.Options{Accept: []*token.Key{hs256(t, other).Named()}}).JWKS()
		require.False(t, ok, "there is nothing to publish")
		require.Empty(t, set)
	}
	_, priv := must2(t)(ed25519.GenerateKey(nil))
	tokens := newTokens(t, must[*token.Key](t)(token.EdDSA(priv)), &token.Options{Accept: []*token.Key{hs256(t, secret)}})
	set, ok := tokens.JWKS()
	require.True(t, ok)
	var got struct{ Keys []map[string]string }
	require.NoError(t, json.Unmarshal(set, &got))
	require.Len(t, got.Keys, 1)
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
		require.NotContains(t, got.Keys[0], private)
	}
	require.NotContains(t, string(set), base64.RawURLEncoding.EncodeToString(priv.Seed()))
}

// A key with two names is one key, listed under the name that it mints.
func TestJWKSListsAKeyOnce(t *testing.T) {
	_, priv := must2(t)(ed25519.GenerateKey(nil))
	key := must[*token.Key](t)
	old, newer := key(token.EdDSA(priv)), key(token.Ed25519(priv))
	algs := func(tokens *token.Tokens) (algs []string) {
		set, _ := tokens.JWKS()
		var got struct{ Keys []struct{ Alg string } }
		require.NoError(t, json.Unmarshal(set, &got))
		for _, k := range got.Keys {
			algs = append(algs, k.Alg)
		}
		return algs
	}
	tokens := newTokens(t, newer, &token.Options{Accept: []*token.Key{old}})
	require.Equal(t, []string{"Ed25519"}, algs(tokens))
	require.NoError(t, tokens.Accept(old))
	require.Equal(t, []string{"Ed25519"}, algs(tokens), "what is accepted already changes nothing")
	require.NoError(t, tokens.Rotate(old))
	require.Equal(t, []string{"EdDSA"}, algs(tokens))
}

// A verifier must be able to fetch the next key before it is used, and the
// former one while its tokens live.
func TestJWKSFollowsRotation(t *testing.T) {
	key := must[*token.Key](t)
	_, a := must2(t)(ed25519.GenerateKey(nil))
	_, b := must2(t)(ed25519.GenerateKey(nil))
	first, second := key(token.EdDSA(a)), key(token.EdDSA(b))
	count := func(tokens *token.Tokens) int {
		set, _ := tokens.JWKS()
		return strings.Count(string(set), `"kid"`)
	}
	synctest.Test(t, func(t *testing.T) {
		tokens := newTokens(t, first, nil)
		require.Equal(t, 1, count(tokens))
		require.NoError(t, tokens.Accept(second))
		require.Equal(t, 2, count(tokens), "the next key is published when it is accepted")
		require.NoError(t, tokens.Rotate(second))
		time.Sleep(24*time.Hour - time.Second)
		require.Equal(t, 2, count(tokens), "the former key is published while it verifies")
		time.Sleep(time.Second)
		require.Equal(t, 1, count(tokens), "and no longer")
	})
}

// The examples of the RFCs, with the headers they have.
func TestSignaturesAsTheStandardsHaveThem(t *testing.T) {
	ed := ed25519.NewKeyFromSeed(decode(t, rfc8037D)).Public()
	ec := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(decode(t, rfc7515X)), Y: new(big.Int).SetBytes(decode(t, rfc7515Y))}
	hs := decode(t, rfc7515K)
	for _, v := range []struct {
		alg   string
		key   any
		token string
	}{{"EdDSA", ed, rfc8037Token}, {"ES256", ec, rfc7515ES256}, {"HS256", hs, rfc7515HS256}} {
		require.True(t, token.VerifySignature(v.alg, v.key, v.token), v.alg)
		require.False(t, token.VerifySignature(v.alg, v.key, v.token[:len(v.token)-1]+"w"), "%s: another signature", v.alg)
		require.False(t, token.VerifySignature(v.alg, v.key, strings.Replace(v.token, ".", ".A", 1)), "%s: another payload", v.alg)
	}
	require.False(t, token.VerifySignature("ES256", ed, rfc8037Token), "a key of another kind")
	require.False(t, token.VerifySignature("HS256", ed, rfc8037Token), "a public key as a secret")
}
