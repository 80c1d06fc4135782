package token

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
)

const (
	minSecret  = 32   // bytes; RFC 7518, section 3.2
	minModulus = 2048 // bits; RFC 7518, section 3.3
)

// unnamed is the documented header {"alg":"HS256","typ":"JWT"}, encoded. It is
// the only one without a kid.
const unnamed = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

// Key mints, or only verifies, tokens with exactly one header; an Ed25519 key
// also verifies those under its other name. Make it with [HS256], [EdDSA],
// [Ed25519], [ES256], [RS256] or [Public]; a zero Key is refused wherever it is
// given.
//
// A Key prints without its material: functions hold that, and nothing that
// walks a value by reflection can look into one.
type Key struct {
	alg    string                              // as in the header
	id     string                              // a digest that names the material; the kid, where there is one
	header string                              // encoded: the first segment of its tokens
	alias  string                              // another that is accepted and never minted; empty: none
	jwk    *jwk                                // nil: symmetric, so never published
	sign   func(input []byte) ([]byte, error)  // nil: only verifies
	verify func(input, signature []byte) error // nil: the zero Key
}

// HS256 returns a key whose header is {"alg":"HS256","typ":"JWT"}, without a
// kid. The secret is at least 32 random bytes, the same on all nodes. Whoever
// can verify with it can also mint.
//
// One key without a kid is in use at a time; to rotate to another, see
// [Key.Named].
func HS256(secret []byte) (*Key, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("token: HS256 key has %d bytes, needs at least %d: make one with authctl key new",
			len(secret), minSecret)
	}
	secret = bytes.Clone(secret)
	k := &Key{alg: "HS256", id: secretID(secret), header: unnamed}
	return k.bind(secret, macVerifier(secret))
}

// secretID names a secret. Its tokens already show what it makes of other
// inputs, none of which is this one, so the name gives nothing away.
func secretID(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("sallyport kid"))
	return encoding.EncodeToString(mac.Sum(nil)[:16])
}

// EdDSA returns an Ed25519 key whose header says "EdDSA" (RFC 8037), the name
// that every verifier knows. Tokens that say "Ed25519" are accepted as well.
func EdDSA(key ed25519.PrivateKey) (*Key, error) { return edwards("EdDSA", key) }

// Ed25519 returns an Ed25519 key whose header says "Ed25519", the name that
// RFC 9864 puts in the place of "EdDSA". Tokens that say "EdDSA" are accepted
// as well: nodes that use one key change its name one by one.
func Ed25519(key ed25519.PrivateKey) (*Key, error) { return edwards("Ed25519", key) }

func edwards(alg string, key ed25519.PrivateKey) (*Key, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("token: %s key has %d bytes, needs %d: make one with ed25519.GenerateKey",
			alg, len(key), ed25519.PrivateKeySize)
	}
	key = bytes.Clone(key)
	return pair(alg, key, key.Public())
}

// ES256 returns an ECDSA key on the curve P-256, which must not be changed
// afterwards.
func ES256(key *ecdsa.PrivateKey) (*Key, error) {
	//lint:ignore SA1019 only read, so that a half-built key is an error and no panic
	if key == nil || key.D == nil {
		return nil, errors.New("token: ES256 key is nil: make one with ecdsa.GenerateKey on elliptic.P256()")
	}
	return pair("ES256", key, &key.PublicKey)
}

// RS256 returns an RSA key of at least 2048 bits, which must not be changed
// afterwards.
func RS256(key *rsa.PrivateKey) (*Key, error) {
	if key == nil {
		return nil, errors.New("token: RS256 key is nil: make one with rsa.GenerateKey of 3072 bits")
	}
	return pair("RS256", key, &key.PublicKey)
}

// Public returns a key that only verifies, for nodes that mint nothing. The
// algorithm is the one in the tokens' header: "EdDSA" or "Ed25519", which both
// accept either, with an ed25519.PublicKey, "ES256" with an *ecdsa.PublicKey,
// "RS256" with an *rsa.PublicKey.
func Public(alg string, key crypto.PublicKey) (*Key, error) { return pair(alg, nil, key) }

// pair returns the key made of a public key and, unless nil, its private half.
func pair(alg string, private crypto.Signer, public crypto.PublicKey) (*Key, error) {
	j, err := newJWK(alg, public)
	if err != nil {
		return nil, err
	}
	k := &Key{alg: alg, id: j.Kid, header: header(alg, j.Kid), jwk: j}
	if other := otherName[alg]; other != "" {
		k.alias = header(other, j.Kid)
	}
	verify, err := verifier(k.jose(), public)
	if err != nil {
		return nil, k.unfit(err)
	}
	if private == nil { // as an interface with a type it would not be nil
		return k.bind(nil, verify)
	}
	return k.bind(private, verify)
}

// otherName has the two names of one scheme, RFC 8032 with Ed25519.
var otherName = map[string]string{"EdDSA": "Ed25519", "Ed25519": "EdDSA"}

// headers are the first segments of the tokens that a key verifies.
func (k *Key) headers() []string {
	if k.alias == "" {
		return []string{k.header}
	}
	return []string{k.header, k.alias}
}

// header returns an encoded header. Neither part needs escaping.
func header(alg, kid string) string {
	return encoding.EncodeToString([]byte(`{"alg":"` + alg + `","kid":"` + kid + `","typ":"JWT"}`))
}

// jose is what the JOSE library calls the algorithm: it knows the older name of
// Ed25519 only.
func (k *Key) jose() string {
	if k.alg == "Ed25519" {
		return "EdDSA"
	}
	return k.alg
}

func (k *Key) unfit(err error) error {
	return fmt.Errorf("token: %s key cannot be used, make another: %w", k.alg, err)
}

// bind gives the key its functions, and tries them once: halves that do not
// belong together would mint tokens that nobody accepts.
func (k *Key) bind(private any, verify func(input, signature []byte) error) (*Key, error) {
	k.verify = verify
	if private == nil {
		return k, nil
	}
	var err error
	if k.sign, err = signer(k.jose(), private); err != nil {
		return nil, k.unfit(err)
	}
	probe := []byte(k.header)
	signature, err := k.sign(probe)
	if err != nil || k.verify(probe, signature) != nil {
		return nil, fmt.Errorf("token: %s key does not verify what it signs: give the two halves that were generated together", k.alg)
	}
	return k, nil
}

// Named returns the same key with a kid in its header, which is derived from
// the key: all nodes agree on it. A named HS256 key is what [Tokens.Rotate]
// and [Tokens.Accept] take; once rotated to, it is named in the configuration
// for as long as it is in use. Keys other than HS256 always have a kid, the
// thumbprint of RFC 7638.
func (k *Key) Named() *Key {
	if k == nil || k.header != unnamed {
		return k
	}
	named := *k
	named.header = header(k.alg, k.id)
	return &named
}

// String returns the algorithm and the name of the key, as in
// "HS256 key 3q2-7wAAAAAAAAAAAAAAAA".
func (k Key) String() string { return k.alg + " key " + k.id }

// usable fails for what no constructor made.
func (k *Key) usable() error {
	if k == nil || k.verify == nil {
		return errors.New("token: there is no key: make one with HS256, EdDSA, ES256, RS256 or Public")
	}
	return nil
}
