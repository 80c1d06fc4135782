package auth

import (
	"context"
	"time"
)

// Claims is what a token says: which session, whose, and for how long. Role
// and active are never in it; they are read from the store.
type Claims struct {
	SessionID string
	UserID    string
	IssuedAt  time.Time // whole seconds
	ExpiresAt time.Time // whole seconds
}

// Tokens turns claims into tokens and back. Package token has the JWT one.
type Tokens interface {
	// Issue returns a signed token for c.
	Issue(ctx context.Context, c Claims) (string, error)

	// Verify returns the claims of a token that this party issued: signature,
	// issuer, audience and form are checked, the expiry is not, since a logout
	// accepts an expired token. Callers check ExpiresAt.
	//
	// Errors: ErrInvalidToken for every token that is not ours. Any other
	// error is a fault of the key source and is answered 503.
	Verify(ctx context.Context, token string) (Claims, error)
}
