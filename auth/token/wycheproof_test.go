//lint:file-ignore SA1019 the vectors give coordinates, some of them off the curve

package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// group is some vectors of Wycheproof that share a key; testdata/wycheproof
// says where they are from.
type group struct {
	Comment         string
	Public, Private jwk
	PublicKey       struct{ Uncompressed, PK string }
	Tests           []struct {
		TcID                           int
		Comment, JWS, Msg, Sig, Result string
	}
}

type jwk struct {
	Kty, Alg, Crv, K, X, Y, N, E string
	Keys                         []jwk
}

func wycheproof(t *testing.T, name string) (groups []group) {
	t.Helper()
	file := must[[]byte](t)(os.ReadFile(filepath.Join("testdata", "wycheproof", name)))
	var vectors struct {
		NumberOfTests int
		TestGroups    []group
	}
	require.NoError(t, json.Unmarshal(file, &vectors))
	n := 0
	for _, g := range vectors.TestGroups {
		n += len(g.Tests)
	}
	require.Equal(t, vectors.NumberOfTests, n, "%s: all vectors are read", name)
	return vectors.TestGroups
}

// key makes a key of a JWK by our own constructors.
func (j jwk) key() (*token.Key, error) {
	number := func(s string) *big.Int { return new(big.Int).SetBytes(octets(s)) }
	switch j.Kty {
	case "oct":
		return token.HS256(octets(j.K))
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[j.Crv]
		return token.Public(j.Alg, &ecdsa.PublicKey{Curve: curve, X: number(j.X), Y: number(j.Y)})
	}
	return token.Public(j.Alg, &rsa.PublicKey{N: number(j.N), E: int(number(j.E).Int64())})
}

// octets is the material of a vector, which may be spelled in any way.
func octets(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil
	}
	return b
}

func (g group) jwk() jwk {
	if g.Public.Kty != "" {
		return g.Public
	}
	return g.Private
}

// The vectors that say otherwise than we do, each with the reason.
var (
	// The file calls them valid with a "?" in the header or the payload, which
	// is not base64url (RFC 7515, section 2) and RFC 8725bis has refused.
	saidValid = map[int]bool{372: true, 373: true}

	// About padding that the stored file has lost: byte for byte they are the
	// valid tcId 357. TestBase64IsCanonical pads for itself.
	lostPadding = map[int]bool{367: true, 370: true}
)

// The headers of the vectors are foreign, so the framing and the signature are
// asked alone.
func TestWycheproofSignatures(t *testing.T) {
	ran, others, twins := map[string]int{}, 0, 0
	var valid357 string
	for _, g := range wycheproof(t, "json_web_signature_test.json") {
		alg := g.jwk().Alg
		if alg != "HS256" && alg != "ES256" && alg != "RS256" {
			others += len(g.Tests) // other algorithms, and four keys for encryption: no JWK is read here
			continue
		}
		key := must[*token.Key](t)(g.jwk().key())
		for _, v := range g.Tests {
			want := v.Result == "valid"
			switch {
			case v.TcID == 357:
				valid357 = v.JWS
			case saidValid[v.TcID]:
				require.True(t, want)
				want = false
			case lostPadding[v.TcID]:
				require.Equal(t, valid357, v.JWS, "tcId %d, %s, has its padding again: run it", v.TcID, v.Comment)
				twins++
				continue
			}
			ran[alg]++
			require.Equal(t, want, token.Fits(key, v.JWS), "tcId %d, %s: %s", v.TcID, v.Comment, v.JWS)
		}
	}
	require.Equal(t, map[string]int{"HS256": 38, "ES256": 39, "RS256": 233}, ran)
	require.Equal(t, []int{2, 89}, []int{twins, others}, "and the rest are these")
}

// What is refused as a key never verifies; no vector of the algorithms that we
// have is accepted that should not be.
func TestWycheproofKeys(t *testing.T) {
	because := map[int]string{
		1:  "a set of secrets and public keys: here each key is given on its own, and JWKS publishes no secret",
		4:  "two keys with one kid: here a kid is a digest of the key",
		7:  "a factorisable RSA modulus of one vendor's chips (ROCA): keys are the host's own, and are not examined",
		21: "a use that is not sig: no JWK is read",
		25: "an oct key of another algorithm: no JWK is read",
		26: "an oct key of another algorithm: no JWK is read",
	}
	ran, refusedKeys := 0, 0
	for _, g := range wycheproof(t, "json_web_key_test.json") {
		keys := g.jwk().Keys
		if keys == nil {
			keys = []jwk{g.jwk()}
		}
		for _, v := range g.Tests {
			if because[v.TcID] != "" || keys[0].Kty == "oct" && keys[0].Alg != "HS256" {
				continue
			}
			ran++
			fits, made := false, false
			for _, j := range keys {
				key, err := j.key()
				made = made || err == nil
				fits = fits || err == nil && token.Fits(key, v.JWS)
			}
			if !made {
				refusedKeys++
			}
			require.Equal(t, v.Result == "valid", fits, "tcId %d, %s", v.TcID, v.Comment)
		}
	}
	require.Equal(t, 14, ran)
	require.Equal(t, 10, refusedKeys, "keys that are weak or not of the algorithm are refused before any token")
}

// ES256 is r and s of 32 bytes each (RFC 7518, section 3.4).
func TestWycheproofECDSA(t *testing.T) {
	checkVectors(t, "ecdsa_secp256r1_sha256_p1363_test.json", 262, "ES256", func(g group) crypto.PublicKey {
		return must[*ecdsa.PublicKey](t)(ecdsa.ParseUncompressedPublicKey(elliptic.P256(), unhex(t, g.PublicKey.Uncompressed)))
	})
}

func TestWycheproofEdDSA(t *testing.T) {
	checkVectors(t, "ed25519_test.json", 151, "EdDSA", func(g group) crypto.PublicKey {
		return ed25519.PublicKey(unhex(t, g.PublicKey.PK))
	})
}

func checkVectors(t *testing.T, file string, want int, alg string, public func(group) crypto.PublicKey) {
	t.Helper()
	ran := 0
	for _, g := range wycheproof(t, file) {
		key := must[*token.Key](t)(token.Public(alg, public(g)))
		for _, v := range g.Tests {
			ran++
			require.Equal(t, v.Result == "valid", token.Checks(key, unhex(t, v.Msg), unhex(t, v.Sig)), "tcId %d, %s", v.TcID, v.Comment)
		}
	}
	require.Equal(t, want, ran)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	return must[[]byte](t)(hex.DecodeString(s))
}
