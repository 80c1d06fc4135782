//lint:file-ignore SA1019 the coordinates are what is tested: no newer API shows or breaks them

package token_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// LESSONS 17: Navidrome CVE-2023-51442. A weak or wrong key is an error that
// says what to do, never a key and never a panic.
func TestWeakKeysAreRefused(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	small := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	p384 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	a := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	b := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	mixed := &ecdsa.PrivateKey{PublicKey: b.PublicKey, D: a.D}
	pub, edPriv := must2(t)(ed25519.GenerateKey(rand.Reader))
	halves := append(bytes.Clone(edPriv[:32]), make([]byte, 32)...)
	for name, make := range map[string]func() (*token.Key, error){
		"HS256, nothing":       func() (*token.Key, error) { return token.HS256(nil) },
		"HS256, one byte":      func() (*token.Key, error) { return token.HS256([]byte("k")) },
		"HS256, 31 bytes":      func() (*token.Key, error) { return token.HS256(secret[:31]) },
		"EdDSA, nothing":       func() (*token.Key, error) { return token.EdDSA(nil) },
		"EdDSA, a seed":        func() (*token.Key, error) { return token.EdDSA(ed25519.PrivateKey(edPriv.Seed())) },
		"EdDSA, halves of two": func() (*token.Key, error) { return token.EdDSA(halves) },
		"Ed25519, nothing":     func() (*token.Key, error) { return token.Ed25519(nil) },
		"ES256, nothing":       func() (*token.Key, error) { return token.ES256(nil) },
		"ES256, zero":          func() (*token.Key, error) { return token.ES256(new(ecdsa.PrivateKey)) },
		"ES256, half-built": func() (*token.Key, error) {
			return token.ES256(&ecdsa.PrivateKey{D: a.D, PublicKey: ecdsa.PublicKey{Curve: elliptic.P256()}})
		},
		"ES256, P-384":            func() (*token.Key, error) { return token.ES256(p384) },
		"ES256, halves of two":    func() (*token.Key, error) { return token.ES256(mixed) },
		"RS256, nothing":          func() (*token.Key, error) { return token.RS256(nil) },
		"RS256, zero":             func() (*token.Key, error) { return token.RS256(new(rsa.PrivateKey)) },
		"RS256, 1024 bits":        func() (*token.Key, error) { return token.RS256(small) },
		"RS256, public half only": func() (*token.Key, error) { return token.RS256(&rsa.PrivateKey{PublicKey: rsaKey().PublicKey}) },
		"public, nothing":         func() (*token.Key, error) { return token.Public("RS256", nil) },
		"public, nil pointer":     func() (*token.Key, error) { return token.Public("RS256", (*rsa.PublicKey)(nil)) },
		"public, EC nil pointer":  func() (*token.Key, error) { return token.Public("ES256", (*ecdsa.PublicKey)(nil)) },
		"public, 1024 bits":       func() (*token.Key, error) { return token.Public("RS256", &small.PublicKey) },
		"public, 2047 bits": func() (*token.Key, error) {
			return token.Public("RS256", &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 2046, 1), E: 65537})
		},
		"public, even modulus": func() (*token.Key, error) {
			return token.Public("RS256", &rsa.PublicKey{N: new(big.Int).Lsh(rsaKey().N, 1), E: 65537})
		},
		"public, negative": func() (*token.Key, error) {
			return token.Public("RS256", &rsa.PublicKey{N: new(big.Int).Neg(rsaKey().N), E: 65537})
		},
		"public, exponent 2": func() (*token.Key, error) { return token.Public("RS256", &rsa.PublicKey{N: rsaKey().N, E: 2}) },
		"public, exponent 4": func() (*token.Key, error) { return token.Public("RS256", &rsa.PublicKey{N: rsaKey().N, E: 4}) },
		"public, exponent 1": func() (*token.Key, error) { return token.Public("RS256", &rsa.PublicKey{N: rsaKey().N, E: 1}) },
		"public, off the curve": func() (*token.Key, error) {
			return token.Public("ES256", &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)})
		},
		"public, short":         func() (*token.Key, error) { return token.Public("EdDSA", pub[:31]) },
		"public, a secret":      func() (*token.Key, error) { return token.Public("HS256", secret) },
		"public, alg none":      func() (*token.Key, error) { return token.Public("none", pub) },
		"public, RSA as ES256":  func() (*token.Key, error) { return token.Public("ES256", &rsaKey().PublicKey) },
		"public, RSA as RS512":  func() (*token.Key, error) { return token.Public("RS512", &rsaKey().PublicKey) },
		"public, EC as EdDSA":   func() (*token.Key, error) { return token.Public("EdDSA", &a.PublicKey) },
		"public, Ed25519 as HS": func() (*token.Key, error) { return token.Public("HS256", pub) },
		"public, private given": func() (*token.Key, error) { return token.Public("EdDSA", edPriv) },
	} {
		k, err := make()
		require.Error(t, err, name)
		require.Nil(t, k, "%s: no key beside an error", name)
		require.True(t, strings.HasPrefix(err.Error(), "token: "), "%s: %v", name, err)
	}
}

// The edges of what is good.
func TestKeysThatAreJustStrongEnough(t *testing.T) {
	for name, make := range map[string]func() (*token.Key, error){
		"HS256, 32 bytes": func() (*token.Key, error) { return token.HS256(secret[:32]) },
		"RS256, 2048 bits": func() (*token.Key, error) {
			return token.Public("RS256", &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 2047, 1), E: 65537})
		},
		"RS256, exponent 3": func() (*token.Key, error) { return token.Public("RS256", &rsa.PublicKey{N: rsaKey().N, E: 3}) },
	} {
		_, err := make()
		require.NoError(t, err, name)
	}
}

// The JOSE library is only given algorithms that it has; another would be an
// error and no key.
func TestAnAlgorithmThatTheLibraryDoesNotHave(t *testing.T) {
	for _, private := range []any{nil, secret} {
		k, err := token.Bind("none", private, secret)
		require.ErrorContains(t, err, "token: none key cannot be used")
		require.Nil(t, k)
	}
	require.False(t, token.VerifySignature("none", secret, forge(documented, "", secret)))
}

// LESSONS 14: golang-jwt CVE-2024-51744. A key that was broken after it was
// given mints nothing.
func TestNoTokenBesideASigningError(t *testing.T) {
	ec := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	tokens := newTokens(t, must[*token.Key](t)(token.ES256(ec)), nil)
	ec.D.SetInt64(0)
	tok, err := tokens.Issue(t.Context(), claimsNow())
	require.ErrorContains(t, err, "token: ES256: ")
	require.Empty(t, tok)
}

func TestAKeyKeepsItsOwnCopy(t *testing.T) {
	_, ed := must2(t)(ed25519.GenerateKey(rand.Reader))
	edwards := newTokens(t, must[*token.Key](t)(token.EdDSA(ed)), nil)
	before := issue(t, edwards, claimsNow())
	clear(ed)
	accepted(t, edwards, before, "the caller may wipe its key")
	accepted(t, edwards, issue(t, edwards, claimsNow()), "and it still mints")

	mine := bytes.Clone(secret)
	tokens := newTokens(t, hs256(t, mine), nil)
	tok := issue(t, tokens, claimsNow())
	clear(mine)
	accepted(t, tokens, tok, "the caller may wipe its secret")
	require.Equal(t, tok, forge(documented, payloadOf(t, tok), secret))
}

func payloadOf(t *testing.T, tok string) string {
	t.Helper()
	return string(must[[]byte](t)(base64.RawURLEncoding.DecodeString(strings.Split(tok, ".")[1])))
}

// LESSONS 23: OpenBao CVE-2025-62513. No way of printing shows any 8 bytes of
// the material, in any usual encoding.
func TestKeysDoNotPrintTheirMaterial(t *testing.T) {
	ec := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, ed := must2(t)(ed25519.GenerateKey(rand.Reader))
	key := must[*token.Key](t)
	for _, k := range []struct {
		key      *token.Key
		material []byte
	}{
		{hs256(t, secret), secret},
		{hs256(t, secret).Named(), secret},
		{key(token.EdDSA(ed)), ed.Seed()},
		{key(token.ES256(ec)), must[[]byte](t)(ec.Bytes())},
		{key(token.RS256(rsaKey())), rsaKey().D.Bytes()},
		{key(token.RS256(rsaKey())), rsaKey().Primes[0].Bytes()},
	} {
		tokens := newTokens(t, k.key, nil)
		holder := struct {
			Key    *token.Key
			Tokens *token.Tokens
			Copy   token.Key
			hidden *token.Key
		}{k.key, tokens, *k.key, k.key}
		var out bytes.Buffer
		for _, v := range []any{k.key, *k.key, holder, &holder, tokens, []*token.Key{k.key}, map[string]any{"k": k.key}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
				fmt.Fprintf(&out, verb+"\n", v)
			}
			slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
			if b, err := json.Marshal(v); err == nil {
				out.Write(b)
			}
		}
		for i := range len(k.material) - 8 {
			window := k.material[i : i+8]
			for _, spelled := range []string{
				string(window), hex.EncodeToString(window), strings.ToUpper(hex.EncodeToString(window)),
				strings.Trim(fmt.Sprint(window), "[]"), base64.RawStdEncoding.EncodeToString(window[:6]), base64.RawURLEncoding.EncodeToString(window[:6]),
			} {
				require.NotContains(t, out.String(), spelled, "%v prints its material", k.key)
			}
		}
		require.Contains(t, out.String(), k.key.String(), "and says which key it is")
	}
}

// All nodes name a key alike, and its two headers differ.
func TestNamed(t *testing.T) {
	a, b := hs256(t, secret).Named(), hs256(t, secret).Named()
	tok := issue(t, newTokens(t, a, nil), claimsNow())
	accepted(t, newTokens(t, b, nil), tok, "another node's name for the same secret")
	refused(t, newTokens(t, hs256(t, secret), nil), tok, "another header, though the secret is the same")
	require.Equal(t, a, a.Named(), "named twice is named")
	require.Nil(t, (*token.Key)(nil).Named())
	header := string(must[[]byte](t)(base64.RawURLEncoding.DecodeString(strings.Split(tok, ".")[0])))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("sallyport kid"))
	kid := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
	require.Equal(t, `{"alg":"HS256","kid":"`+kid+`","typ":"JWT"}`, header, "nodes of every version make the same name")
	require.NotContains(t, issue(t, newTokens(t, hs256(t, other).Named(), nil), claimsNow()), strings.Split(tok, ".")[0], "another secret has another name")
}

// One Ed25519 key has two names (RFC 8037, RFC 9864): tokens under either are
// accepted, whichever of them it mints and whichever the public half was given.
func TestBothNamesOfEd25519(t *testing.T) {
	pub, priv := must2(t)(ed25519.GenerateKey(rand.Reader))
	key := must[*token.Key](t)
	all := map[string]*token.Tokens{
		"EdDSA":          newTokens(t, key(token.EdDSA(priv)), nil),
		"Ed25519":        newTokens(t, key(token.Ed25519(priv)), nil),
		"EdDSA, public":  newTokens(t, key(token.Public("EdDSA", pub)), nil),
		"Ed25519 public": newTokens(t, key(token.Public("Ed25519", pub)), nil),
	}
	for _, name := range []string{"EdDSA", "Ed25519"} {
		tok := issue(t, all[name], claimsNow())
		header, _, _ := strings.Cut(tok, ".")
		require.Contains(t, string(decode(t, header)), `{"alg":"`+name+`",`, "the name that is minted is the one asked for")
		for other, tokens := range all {
			accepted(t, tokens, tok, "minted under "+name+", verified by "+other)
		}
		for _, alg := range []string{"ed25519", "EDDSA", "Ed448", "ES256", "none"} {
			signed := encode(strings.Replace(string(decode(t, header)), name, alg, 1)) + "." + strings.Split(tok, ".")[1]
			refused(t, all[name], signed+"."+base64.RawURLEncoding.EncodeToString(ed25519.Sign(priv, []byte(signed))), "named "+alg)
		}
	}
}
