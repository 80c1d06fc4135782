package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
)

// mac is HMAC with SHA-256 under one secret.
type mac struct {
	hash.Hash
	sum [sha256.Size]byte // of the last input
}

// macVerifier returns a function that checks an HMAC with SHA-256. The JOSE
// library would digest the secret anew for each token, which takes longer than
// the token.
func macVerifier(secret []byte) func(input, signature []byte) error {
	ready := sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }}
	return func(input, signature []byte) error {
		m := ready.Get().(*mac)
		defer ready.Put(m)
		m.Reset()
		m.Write(input)
		if !hmac.Equal(m.Sum(m.sum[:0]), signature) {
			return auth.ErrInvalidToken
		}
		return nil
	}
}
