package josetest

import (
	"fmt"
	"time"

	golangjwt "github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v2/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v2/jwt"
)

// said is what an implementation makes of a token.
type said struct {
	Issuer, Subject, ID string
	Audience            []string
	IssuedAt, ExpiresAt int64
}

// Both peers are told what we know: the key, its algorithm, the issuer and the
// audience. Their clock is the token's own: whether it has expired is not
// Verify's question.

// jwx asks lestrrat-go/jwx.
func (s *signer) jwx(tok string, at time.Time) (*said, error) {
	t, err := jwxjwt.Parse([]byte(tok), jwxjwt.WithKey(jwa.SignatureAlgorithm(s.alg), s.public), jwxjwt.WithValidate(true),
		jwxjwt.WithIssuer("sallyport"), jwxjwt.WithAudience("sallyport"), jwxjwt.WithClock(jwxjwt.ClockFunc(func() time.Time { return at })))
	if err != nil {
		return nil, err
	}
	return &said{t.Issuer(), t.Subject(), t.JwtID(), t.Audience(), t.IssuedAt().Unix(), t.Expiration().Unix()}, nil
}

func init() {
	// golang-jwt knows the older name only.
	golangjwt.RegisterSigningMethod("Ed25519", func() golangjwt.SigningMethod { return golangjwt.SigningMethodEdDSA })
}

// golang asks golang-jwt.
func (s *signer) golang(tok string, at time.Time) (*said, error) {
	var c golangjwt.RegisteredClaims
	_, err := golangjwt.ParseWithClaims(tok, &c, func(*golangjwt.Token) (any, error) { return s.public, nil },
		golangjwt.WithValidMethods([]string{s.alg}), golangjwt.WithIssuer("sallyport"), golangjwt.WithAudience("sallyport"),
		golangjwt.WithTimeFunc(func() time.Time { return at }))
	if err != nil {
		return nil, err
	}
	if c.IssuedAt == nil || c.ExpiresAt == nil {
		return &said{}, nil
	}
	return &said{c.Issuer, c.Subject, c.ID, c.Audience, c.IssuedAt.Unix(), c.ExpiresAt.Unix()}, nil
}

func (s said) String() string { return fmt.Sprintf("%+v", struct{ said }{s}) }
