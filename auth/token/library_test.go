package token_test

import (
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// libraryVerifies is the JOSE library's own judgement of a whole token.
// testdata/library_jwx3_test.go.txt is this file for its next version.
func libraryVerifies(alg string, key any, tok string) error {
	if alg == "Ed25519" {
		alg = "EdDSA" // the library knows the older name only
	}
	_, err := jws.Verify([]byte(tok), jws.WithKey(jwa.SignatureAlgorithm(alg), key))
	return err
}
