package josetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

var base64url = base64.RawURLEncoding

// signer is one key, as we have it and as others do.
type signer struct {
	name    string
	alg     string // as the other implementations know it
	key     *token.Key
	tokens  *token.Tokens
	public  any
	sign    func(input string) []byte
	headers []string // the first segments that are ours
}

// signers has one of each kind.
func signers(t *testing.T) []signer {
	secret := []byte("0123456789abcdef0123456789abcdef")
	pub, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)

	mac := func(input string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(input))
		return h.Sum(nil)
	}
	key := func(k *token.Key, err error) *token.Key { require.NoError(t, err); return k }
	all := []signer{
		{name: "HS256", alg: "HS256", key: key(token.HS256(secret)), public: secret, sign: mac},
		{name: "HS256 named", alg: "HS256", key: key(token.HS256(secret)).Named(), public: secret, sign: mac},
		{name: "EdDSA", alg: "EdDSA", key: key(token.EdDSA(ed)), public: pub, sign: func(input string) []byte { return ed25519.Sign(ed, []byte(input)) }},
		{name: "Ed25519", alg: "EdDSA", key: key(token.Ed25519(ed)), public: pub, sign: func(input string) []byte { return ed25519.Sign(ed, []byte(input)) }},
		{name: "ES256", alg: "ES256", key: key(token.ES256(ec)), public: &ec.PublicKey, sign: func(input string) []byte {
			sum := sha256.Sum256([]byte(input))
			r, s, err := ecdsa.Sign(rand.Reader, ec, sum[:])
			require.NoError(t, err)
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}},
		{name: "RS256", alg: "RS256", key: key(token.RS256(rs)), public: &rs.PublicKey, sign: func(input string) []byte {
			sum := sha256.Sum256([]byte(input))
			sig, err := rsa.SignPKCS1v15(rand.Reader, rs, crypto.SHA256, sum[:])
			require.NoError(t, err)
			return sig
		}},
	}
	for i := range all {
		all[i].mint(t)
	}
	// Both names of one Ed25519 key are accepted.
	all[2].headers = append(all[2].headers, all[3].headers[0])
	all[3].headers = append(all[3].headers, all[2].headers[0])
	return all
}

// mint makes the tokens of a key and reads from one what header it has.
func (s *signer) mint(t *testing.T) {
	var err error
	s.tokens, err = token.New(s.key, nil)
	require.NoError(t, err)
	now := time.Now().Truncate(time.Second)
	tok, err := s.tokens.Issue(t.Context(), auth.Claims{SessionID: "s", UserID: "u", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
	require.NoError(t, err)
	header, _, _ := strings.Cut(tok, ".")
	s.headers = []string{header}
}

func (s *signer) headerJSON() string {
	b, err := base64url.DecodeString(s.headers[0])
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// seal appends the right signature.
func (s *signer) seal(input string) string {
	return input + "." + base64url.EncodeToString(s.sign(input))
}
