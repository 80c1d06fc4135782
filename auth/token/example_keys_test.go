package token_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

// mint issues a token and says under which algorithm.
func mint(key *token.Key) string {
	tokens, err := token.New(key, nil)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	tok, err := tokens.Issue(context.Background(), auth.Claims{SessionID: rand.Text(), UserID: "u-1", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
	if err != nil {
		log.Fatal(err)
	}
	segment, _, _ := strings.Cut(tok, ".")
	header, _ := base64.RawURLEncoding.DecodeString(segment)
	fmt.Println(strings.Split(string(header), ",")[0])
	return tok
}

func ExampleES256() {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // or x509.ParsePKCS8PrivateKey
	if err != nil {
		log.Fatal(err)
	}
	key, err := token.ES256(private)
	if err != nil {
		log.Fatal(err)
	}
	mint(key)
	// Output: {"alg":"ES256"
}

func ExampleRS256() {
	private, err := rsa.GenerateKey(rand.Reader, 2048) // or x509.ParsePKCS8PrivateKey
	if err != nil {
		log.Fatal(err)
	}
	key, err := token.RS256(private)
	if err != nil {
		log.Fatal(err)
	}
	mint(key)
	// Output: {"alg":"RS256"
}

// A verifier that wants the newer name of the algorithm gets it. Tokens under
// both names are accepted.
func ExampleEd25519() {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	former, err1 := token.EdDSA(private)
	key, err2 := token.Ed25519(private)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	tok := mint(former)
	mint(key)
	tokens, err := token.New(key, nil)
	if err != nil {
		log.Fatal(err)
	}
	_, err = tokens.Verify(context.Background(), tok)
	fmt.Println(err)
	// Output:
	// {"alg":"EdDSA"
	// {"alg":"Ed25519"
	// <nil>
}

// A node that only verifies has no key that could mint.
func ExamplePublic() {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	key, err1 := token.EdDSA(private)
	shared, err2 := token.Public("EdDSA", public)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	verifier, err := token.New(shared, nil)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := verifier.Verify(context.Background(), mint(key))
	fmt.Println(claims.UserID, err)
	_, err = verifier.Issue(context.Background(), claims)
	fmt.Println(err)
	// Output:
	// {"alg":"EdDSA"
	// u-1 <nil>
	// token: the key is public and only verifies: give New a private key to mint with
}

// A key has leaked: another mints, and the tokens of the former are refused at
// once.
func ExampleTokens_Revoke() {
	leaked, err1 := token.HS256([]byte("a secret of at least 32 bytes, one"))
	next, err2 := token.HS256([]byte("a secret of at least 32 bytes, two"))
	tokens, err3 := token.New(leaked, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	tok := mint(leaked)

	fmt.Println(tokens.Revoke(leaked))
	fmt.Println(tokens.Rotate(next.Named()))
	fmt.Println(tokens.Revoke(leaked))
	_, err := tokens.Verify(context.Background(), tok)
	fmt.Println(errors.Is(err, auth.ErrInvalidToken))
	// Output:
	// {"alg":"HS256"
	// token: cannot revoke the key that mints: rotate to another first
	// <nil>
	// <nil>
	// true
}
