package auth

import (
	"context"
	"net/netip"
	"time"
)

// Authenticator is all that the documented endpoints and the middleware ask
// for. [Service] is the one to use; authtest has one for tests.
//
// No method returns a Grant or an Identity together with an error.
type Authenticator interface {
	// Login checks a password and opens a session, in the place of those that
	// req.Replaces names.
	//
	// Errors: ErrCredentialsRequired, ErrInvalidCredentials (every refusal,
	// whatever its reason), ErrThrottled, ErrUnavailable; the last two come in
	// a *RetryAfter.
	Login(ctx context.Context, req LoginRequest) (*Grant, error)

	// Validate returns who the token belongs to now. A maxAge of zero reads
	// the session and the user from the store; a positive one, at most a
	// minute, accepts what this process read no longer ago than that.
	//
	// Errors: ErrInvalidToken (every refusal), ErrUnavailable.
	Validate(ctx context.Context, token string, maxAge time.Duration) (*Identity, error)

	// Logout ends the token's session. A token that is not ours, or whose
	// session has ended, is no error; an expired one still ends its session.
	//
	// Errors: ErrUnavailable.
	Logout(ctx context.Context, token string) error
}

// LoginRequest is what a person typed and where they typed it. It prints
// without the login, the password and the tokens: people type passwords into
// the name field.
type LoginRequest struct {
	Login     string     // e-mail or username, as typed
	Password  string     // as typed: never trimmed, folded or cut
	Remote    netip.Addr // the client; the zero Addr is not counted per address
	UserAgent string

	// Replaces are tokens that the client gives up for the new one, such as that
	// of a cookie. A login that succeeds ends their sessions, whoever's they are,
	// and then has them no longer count for MaxSessions. The first four different
	// ones are looked at, and tokens that are not ours passed over. That a session
	// could not be ended is an event; the login is good all the same.
	Replaces []string
}
