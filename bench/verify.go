package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/jwtauth/v5"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v2/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/bench/internal/timing"
)

const party = "sallyport" // iss and aud of every token here

var errClaims = errors.New("a claim is missing or wrong")

// verify compares what a token costs in process.
func verify(ctx context.Context, l *lab) error {
	if err := verifyHS256(ctx, l); err != nil {
		return err
	}
	return verifyPublic(ctx, l)
}

func verifyHS256(ctx context.Context, l *lab) error {
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := token.HS256(secret)
	if err != nil {
		return err
	}
	ours, tok, err := mint(ctx, key)
	if err != nil {
		return err
	}
	input, signature, err := cut(tok)
	if err != nil {
		return err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(party), jwt.WithAudience(party),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	keyOf := func(*jwt.Token) (any, error) { return secret, nil }
	checks := []jwxjwt.ValidateOption{jwxjwt.WithIssuer(party), jwxjwt.WithAudience(party),
		jwxjwt.WithRequiredClaim("exp"), jwxjwt.WithRequiredClaim("iat"),
		jwxjwt.WithMaxDelta(24*time.Hour, jwxjwt.ExpirationKey, jwxjwt.IssuedAtKey)}
	parsing := []jwxjwt.ParseOption{jwxjwt.WithKey(jwa.HS256, secret)}
	for _, c := range checks {
		parsing = append(parsing, c.(jwxjwt.ParseOption))
	}
	chi := jwtauth.New("HS256", secret, nil, checks...)

	spent, err := timing.Rounds(l.rounds, l.slice,
		timing.Variant{Name: "ours", Do: func() error { _, err := ours.Verify(ctx, tok); return err }},
		timing.Variant{Name: "golang-jwt", Do: func() error {
			var c jwt.RegisteredClaims
			if _, err := parser.ParseWithClaims(tok, &c, keyOf); err != nil {
				return err
			}
			if c.Subject == "" || c.ID == "" || c.IssuedAt == nil || c.ExpiresAt.Sub(c.IssuedAt.Time) > 24*time.Hour {
				return errClaims
			}
			return nil
		}},
		timing.Variant{Name: "pure HMAC", Do: func() error {
			mac := hmac.New(sha256.New, secret)
			mac.Write(input)
			if !hmac.Equal(mac.Sum(nil), signature) {
				return errClaims
			}
			return nil
		}},
		timing.Variant{Name: "lestrrat jwt.Parse", Do: func() error {
			t, err := jwxjwt.Parse([]byte(tok), parsing...)
			if err != nil {
				return err
			}
			if t.Subject() == "" || t.JwtID() == "" {
				return errClaims
			}
			return nil
		}},
		timing.Variant{Name: "jwtauth", Do: func() error {
			t, err := jwtauth.VerifyToken(chi, tok)
			if err != nil {
				return err
			}
			if t.Subject() == "" || t.JwtID() == "" {
				return errClaims
			}
			return nil
		}},
		timing.Variant{Name: "golang-jwt with MapClaims", Do: func() error {
			_, err := parser.ParseWithClaims(tok, jwt.MapClaims{}, keyOf)
			return err
		}},
	)
	if err != nil {
		return err
	}
	l.ratio("verify-golang-jwt", spent[1].Processor, spent[0].Processor)
	l.ratio("verify-hmac", spent[0].Processor, spent[2].Processor)
	l.beside("verify-golang-jwt", "with MapClaims and fewer checks", spent[5].Processor, spent[0].Processor)
	l.beside("verify-golang-jwt", "lestrrat jwt.Parse", spent[3].Processor, spent[0].Processor)
	l.beside("verify-golang-jwt", "jwtauth", spent[4].Processor, spent[0].Processor)
	l.table.Note("verify-golang-jwt", "ours takes %.2f us", spent[0].Processor.Median()/1e3)
	l.table.Add("verify-allocs", []float64{testing.AllocsPerRun(1000, func() { _, _ = ours.Verify(ctx, tok) })})
	return nil
}

// verifyPublic compares the asymmetric algorithms with what crypto does.
func verifyPublic(ctx context.Context, l *lab) error {
	_, edKey, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	one, err1 := token.EdDSA(edKey)
	two, err2 := token.ES256(ecKey)
	three, err3 := token.RS256(rsaKey)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	for _, a := range []struct {
		figure string
		key    *token.Key
		bare   func(input, signature []byte) bool
	}{
		{"verify-eddsa", one, func(input, signature []byte) bool {
			return ed25519.Verify(edKey.Public().(ed25519.PublicKey), input, signature)
		}},
		{"verify-es256", two, func(input, signature []byte) bool {
			digest := sha256.Sum256(input)
			r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
			return ecdsa.Verify(&ecKey.PublicKey, digest[:], r, s)
		}},
		{"verify-rs256", three, func(input, signature []byte) bool {
			digest := sha256.Sum256(input)
			return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, digest[:], signature) == nil
		}},
	} {
		ours, tok, err := mint(ctx, a.key)
		if err != nil {
			return err
		}
		input, signature, err := cut(tok)
		if err != nil {
			return err
		}
		spent, err := timing.Rounds(l.rounds, l.slice,
			timing.Variant{Name: a.figure, Do: func() error { _, err := ours.Verify(ctx, tok); return err }},
			timing.Variant{Name: "bare " + a.figure, Do: func() error {
				if !a.bare(input, signature) {
					return errClaims
				}
				return nil
			}})
		if err != nil {
			return err
		}
		l.ratio(a.figure, spent[0].Processor, spent[1].Processor)
		l.table.Note(a.figure, "ours takes %.1f us", spent[0].Processor.Median()/1e3)
	}
	return nil
}

// mint returns Tokens of a key, and a token as a login makes it.
func mint(ctx context.Context, key *token.Key) (*token.Tokens, string, error) {
	tokens, err := token.New(key, nil)
	if err != nil {
		return nil, "", err
	}
	now := time.Now().Truncate(time.Second)
	tok, err := tokens.Issue(ctx, auth.Claims{
		SessionID: rand.Text(), UserID: "0192f1b4-7d3c-7a55-9d0e-3f6a2b9c8d7e", IssuedAt: now, ExpiresAt: now.Add(24 * time.Hour),
	})
	return tokens, tok, err
}

// cut returns what was signed and the signature.
func cut(tok string) (input, signature []byte, err error) {
	at := strings.LastIndexByte(tok, '.')
	if at < 0 {
		return nil, nil, errors.New("a token without dots")
	}
	signature, err = base64.RawURLEncoding.DecodeString(tok[at+1:])
	return []byte(tok[:at]), signature, err
}
