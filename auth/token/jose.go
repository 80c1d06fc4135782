package token

import (
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// This file is all that knows of the JOSE library: two functions that bind a
// key to one algorithm, once. The library parses nothing, never sees a header,
// and its process-wide settings, which belong to the host, are left alone.
// testdata/jose_jwx3.go.txt is this file for the library's next version.

// signer returns a function that signs with a private key, or with the secret
// of an HMAC. alg is as RFC 7518 and RFC 8037 spell it.
func signer(alg string, key any) (func(input []byte) ([]byte, error), error) {
	s, err := jws.NewSigner(jwa.SignatureAlgorithm(alg))
	if err != nil {
		return nil, err
	}
	return func(input []byte) ([]byte, error) { return s.Sign(input, key) }, nil
}

// verifier returns a function that checks a signature with a public key. The
// function's error says no more than that it does not fit.
func verifier(alg string, key any) (func(input, signature []byte) error, error) {
	v, err := jws.NewVerifier(jwa.SignatureAlgorithm(alg))
	if err != nil {
		return nil, err
	}
	return func(input, signature []byte) error { return v.Verify(input, signature, key) }, nil
}
