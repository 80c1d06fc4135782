//go:build wycheproof

package token_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// The JSON Web Signature vectors of Wycheproof, from a checkout of
// github.com/C2SP/wycheproof that the environment variable WYCHEPROOF names.
// Their headers are foreign, so the framing and the signature are asked alone.
func TestWycheproof(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(os.Getenv("WYCHEPROOF"), "testvectors_v1", "json_web_signature_test.json"))
	require.NoError(t, err, "set WYCHEPROOF to a checkout of github.com/C2SP/wycheproof")
	var vectors struct {
		TestGroups []struct {
			Public, Private map[string]any
			Tests           []struct {
				TcID                 int
				Comment, JWS, Result string
			}
		}
	}
	require.NoError(t, json.Unmarshal(file, &vectors))
	ran := map[string]int{}
	for _, g := range vectors.TestGroups {
		jwk := g.Public
		if jwk == nil {
			jwk = g.Private
		}
		alg, _ := jwk["alg"].(string)
		key := wycheproofKey(t, alg, jwk)
		if key == nil {
			continue // an algorithm that is not ours, or none: the use of a JWK is not checked where none is read
		}
		valid := map[string]bool{}
		for _, v := range g.Tests {
			if v.TcID == 372 || v.TcID == 373 {
				continue // said to be valid with a "?" in a segment, which is not base64url (RFC 7515, section 2)
			}
			if valid[v.JWS] && v.Result == "invalid" {
				t.Logf("tcId %d, %s, is byte for byte a token said to be valid", v.TcID, v.Comment)
				continue // so far 367 and 370, which have lost the padding they are about
			}
			valid[v.JWS] = v.Result == "valid"
			ran[alg]++
			require.Equal(t, v.Result == "valid", token.VerifySignature(alg, key, v.JWS), "tcId %d, %s: %s", v.TcID, v.Comment, v.JWS)
		}
	}
	t.Logf("ran %v", ran)
	for _, alg := range []string{"HS256", "ES256", "RS256"} {
		require.Greater(t, ran[alg], 30, "the vectors of %s must have been found", alg)
	}
}

func wycheproofKey(t *testing.T, alg string, jwk map[string]any) any {
	member := func(name string) []byte {
		s, _ := jwk[name].(string)
		return decode(t, s)
	}
	number := func(name string) *big.Int { return new(big.Int).SetBytes(member(name)) }
	switch alg {
	case "HS256":
		return member("k")
	case "ES256":
		return &ecdsa.PublicKey{Curve: elliptic.P256(), X: number("x"), Y: number("y")}
	case "RS256":
		return &rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}
	}
	return nil
}
