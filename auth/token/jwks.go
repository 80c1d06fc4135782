package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// jwk is a public key as RFC 7517 and, for "OKP", RFC 8037 write it. The order
// of the fields is the order in the JSON.
type jwk struct {
	Kty string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
}

// newJWK fails for a key that is weak, invalid or not of the algorithm's type.
func newJWK(alg string, key crypto.PublicKey) (*jwk, error) {
	j := &jwk{Use: "sig", Alg: alg}
	var err error
	switch key := key.(type) {
	case ed25519.PublicKey:
		err = j.edwards(key)
	case *ecdsa.PublicKey:
		err = j.ecdsa(key)
	case *rsa.PublicKey:
		err = j.rsa(key)
	default:
		err = fmt.Errorf("token: %T is no public key of %q: use an ed25519.PublicKey, *ecdsa.PublicKey or *rsa.PublicKey", key, alg)
	}
	if err != nil {
		return nil, err
	}
	j.Kid = j.thumbprint()
	return j, nil
}

func (j *jwk) edwards(key ed25519.PublicKey) error {
	if j.Alg != "EdDSA" && j.Alg != "Ed25519" {
		return fmt.Errorf("token: an Ed25519 key cannot be used with %q: its algorithm is EdDSA or Ed25519", j.Alg)
	}
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("token: %s public key has %d bytes, needs %d: make one with ed25519.GenerateKey", j.Alg, len(key), ed25519.PublicKeySize)
	}
	j.Kty, j.Crv, j.X = "OKP", "Ed25519", encoding.EncodeToString(key)
	return nil
}

func (j *jwk) ecdsa(key *ecdsa.PublicKey) error {
	if j.Alg != "ES256" {
		return fmt.Errorf("token: an ECDSA key cannot be used with %q: its algorithm is ES256", j.Alg)
	}
	x, y, err := p256(key)
	if err != nil {
		return err
	}
	j.Kty, j.Crv, j.X, j.Y = "EC", "P-256", encoding.EncodeToString(x), encoding.EncodeToString(y)
	return nil
}

// p256 returns the coordinates of a point that is on the curve.
func p256(key *ecdsa.PublicKey) (x, y []byte, err error) {
	//lint:ignore SA1019 only read, so that a half-built key is an error and no panic
	if key == nil || key.Curve != elliptic.P256() || key.X == nil || key.Y == nil {
		return nil, nil, errors.New("token: ES256 key is not on P-256: make one with ecdsa.GenerateKey on elliptic.P256()")
	}
	point, err := key.Bytes()
	if err != nil {
		return nil, nil, fmt.Errorf("token: ES256 key is not valid, make one with ecdsa.GenerateKey on elliptic.P256(): %w", err)
	}
	return point[1:33], point[33:], nil // after the 4 that says "uncompressed"
}

func (j *jwk) rsa(key *rsa.PublicKey) error {
	if j.Alg != "RS256" {
		return fmt.Errorf("token: an RSA key cannot be used with %q: its algorithm is RS256", j.Alg)
	}
	if key == nil || key.N == nil || key.N.BitLen() < minModulus {
		return fmt.Errorf("token: RS256 key has fewer than %d bits: make one with rsa.GenerateKey of 3072 bits", minModulus)
	}
	if key.E < 3 || key.E%2 == 0 || key.N.Sign() < 0 || key.N.Bit(0) == 0 {
		return errors.New("token: RS256 key is not valid: make one with rsa.GenerateKey of 3072 bits")
	}
	j.Kty = "RSA"
	j.N = encoding.EncodeToString(key.N.Bytes())
	j.E = encoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
	return nil
}

// thumbprint is the digest of RFC 7638 and RFC 8037, section 2, over the
// members that make the key, in alphabetical order.
func (j *jwk) thumbprint() string {
	var text string
	switch j.Kty {
	case "OKP":
		text = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q}`, j.Crv, j.Kty, j.X)
	case "EC":
		text = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q,"y":%q}`, j.Crv, j.Kty, j.X, j.Y)
	case "RSA":
		text = fmt.Sprintf(`{"e":%q,"kty":%q,"n":%q}`, j.E, j.Kty, j.N)
	}
	sum := sha256.Sum256([]byte(text))
	return encoding.EncodeToString(sum[:])
}

// JWKS returns the public keys in use as a JWK Set (RFC 7517, section 5), the
// same bytes each time, and false when there is none. Secrets of HS256 are
// never in it, and an Ed25519 key is there once, with the name that it was made
// with. It fits httpadapter.Options.JWKS.
func (t *Tokens) JWKS() (set []byte, ok bool) {
	now := time.Now()
	var keys []*jwk
	for _, m := range t.keys.Load().sorted() {
		if m.live(now) && m.key.jwk != nil {
			keys = append(keys, m.key.jwk)
		}
	}
	if len(keys) == 0 {
		return nil, false
	}
	set, err := json.Marshal(map[string]any{"keys": keys})
	return set, err == nil
}
