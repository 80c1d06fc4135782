package token_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

// One secret is all that is needed. auth.New takes the result.
func Example() {
	secret := make([]byte, 32) // the same on all nodes, and kept over restarts
	rand.Read(secret)
	tokens, err := token.NewHS256(secret, nil)
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	now := time.Now().Truncate(time.Second)
	tok, err := tokens.Issue(ctx, auth.Claims{
		SessionID: rand.Text(), UserID: "u-1", IssuedAt: now, ExpiresAt: now.Add(24 * time.Hour),
	})
	if err != nil {
		log.Fatal(err)
	}
	claims, err := tokens.Verify(ctx, tok)
	fmt.Println(claims.UserID, err)
	_, err = tokens.Verify(ctx, tok+"x")
	fmt.Println(errors.Is(err, auth.ErrInvalidToken))
	header, _, _ := strings.Cut(tok, ".")
	fmt.Println(header)
	// Output:
	// u-1 <nil>
	// true
	// eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
}

// The next key is accepted on every node, then minted with. Tokens of the
// former one stay valid until they expire.
func ExampleTokens_Rotate() {
	former, next := []byte("a secret of at least 32 bytes, one"), []byte("a secret of at least 32 bytes, two")
	tokens, err := token.NewHS256(former, nil)
	if err != nil {
		log.Fatal(err)
	}
	key, err := token.HS256(next)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	now := time.Now().Truncate(time.Second)
	tok, _ := tokens.Issue(ctx, auth.Claims{SessionID: "s", UserID: "u-1", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})

	fmt.Println(tokens.Accept(key.Named())) // first on every node
	fmt.Println(tokens.Rotate(key.Named())) // then, one by one
	_, err = tokens.Verify(ctx, tok)
	fmt.Println(err)

	// From the next start on:
	old, err := token.HS256(former)
	if err != nil {
		log.Fatal(err)
	}
	tokens, err = token.New(key.Named(), &token.Options{Accept: []*token.Key{old}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = tokens.Verify(ctx, tok)
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// <nil>
}

// Other programs verify the tokens with the public keys.
func ExampleTokens_JWKS() {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	key, err := token.EdDSA(private)
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := token.New(key, nil)
	if err != nil {
		log.Fatal(err)
	}
	set, ok := tokens.JWKS()
	var parsed struct{ Keys []map[string]string }
	fmt.Println(ok, json.Unmarshal(set, &parsed))
	fmt.Println(parsed.Keys[0]["kty"], parsed.Keys[0]["crv"], parsed.Keys[0]["alg"])
	// Output:
	// true <nil>
	// OKP Ed25519 EdDSA
}
