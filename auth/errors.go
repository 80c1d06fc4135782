package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

// The errors callers tell apart with errors.Is.
var (
	// ErrCredentialsRequired: the login or the password is empty.
	ErrCredentialsRequired = errors.New("auth: username and password are required")

	// ErrInvalidCredentials is every refused login that is not throttled. The
	// reason is in the audit event only.
	ErrInvalidCredentials = errors.New("auth: invalid username or password")

	// ErrWrongPassword is every refused change of one's own password that is
	// neither throttled nor the policy's. It is not ErrInvalidCredentials since
	// whoever asked stays signed in.
	ErrWrongPassword = errors.New("auth: the current password is wrong")

	// ErrInvalidToken is every token that does not name a live session of an
	// active user.
	ErrInvalidToken = errors.New("auth: invalid or expired token")

	// ErrThrottled: too many failed logins; it comes in a *RetryAfter.
	ErrThrottled = errors.New("auth: too many login attempts")

	// ErrUnavailable: a store, the key source or the hashing queue could not
	// answer. Nobody is let in, nobody is logged out, nothing is counted.
	ErrUnavailable = errors.New("auth: temporarily unavailable")

	// ErrUserNotFound: no such user, or more than one with that login.
	ErrUserNotFound = errors.New("auth: user not found")

	// ErrAmbiguousLogin is an ErrUserNotFound by which a UserStore says that
	// two accounts have the login; who asked is told nothing else, the record is.
	ErrAmbiguousLogin = fmt.Errorf("%w: two accounts have this login", ErrUserNotFound)

	// ErrUserExists: the username or e-mail is taken.
	ErrUserExists = errors.New("auth: username or e-mail is taken")

	// ErrUserPresent: an import finds the account there already, as it is given.
	ErrUserPresent = errors.New("auth: the account is there already")

	// ErrUserChanged: AccountChange.IfHash no longer holds.
	ErrUserChanged = errors.New("auth: the account was changed meanwhile")

	// ErrInvalidAccount: a field of an account cannot be accepted; the text
	// says which and why.
	ErrInvalidAccount = errors.New("auth: invalid account")

	// ErrSessionNotFound: no such session, or it has ended or expired.
	ErrSessionNotFound = errors.New("auth: session not found")

	// ErrSecretNotFound: the secret is not configured, which is no fault.
	ErrSecretNotFound = errors.New("auth: secret not configured")
)

// RetryAfter is an error that says when another try can succeed.
type RetryAfter struct {
	Err   error         // ErrThrottled or ErrUnavailable, perhaps with its cause
	After time.Duration // more than zero
}

// Error returns the text of Err and the waiting time.
func (e *RetryAfter) Error() string {
	return fmt.Sprintf("%v: retry after %v", e.Err, e.After.Round(time.Second))
}

// Unwrap returns Err.
func (e *RetryAfter) Unwrap() error { return e.Err }

// PolicyError is a new password that the policy does not take. To errors.Is it
// is password.ErrPolicy.
type PolicyError struct {
	Reason string // for the person who chose it, as in "needs at least 15 characters, has 9"
}

// Error returns "password: " and the reason.
func (e *PolicyError) Error() string { return password.ErrPolicy.Error() + ": " + e.Reason }

// Unwrap returns password.ErrPolicy.
func (e *PolicyError) Unwrap() error { return password.ErrPolicy }
