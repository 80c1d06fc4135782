package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

var changeFlows = []flow{
	{name: "change one's password", prepare: signInTwice, again: []error{auth.ErrWrongPassword}, after: changedIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) { return ok(b.change(ctx, b.token)) }},
	{name: "change one's password and sign out", prepare: signInTwice, again: []error{auth.ErrWrongPassword}, after: changedForAllIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) { return ok(b.change(ctx, "")) }},
}

// signInTwice gives John two sessions, both of which this node remembers.
func signInTwice(t *testing.T, b *brittle) {
	signInAndValidate(t, b)
	b.other = b.token
	signInAndValidate(t, b)
}

// change is John's own, from the session of token, if any.
func (b *brittle) change(ctx context.Context, token string) error {
	c := auth.PasswordChange{UserID: b.john.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword), Remote: home}
	if token != "" {
		c.SessionID = sessionOf(token)
	}
	return b.accounts.ChangePassword(ctx, c)
}

// changedIfSaid: who asked is signed in under either password.
func changedIfSaid(t *testing.T, b *brittle, err error) {
	t.Helper()
	_, invalid := b.Validate(t.Context(), b.token, 0)
	require.NoError(t, invalid, "the session that asked lives on")
	b.changed(t, err, b.other)
}

func changedForAllIfSaid(t *testing.T, b *brittle, err error) {
	t.Helper()
	b.changed(t, err, b.token)
	b.changed(t, err, b.other)
}

// changed: under the new password no session from before is good, and this node
// remembers none that has ended.
func (b *brittle) changed(t *testing.T, err error, token string) {
	t.Helper()
	changed := b.row(t).PasswordHash.Reveal() == "v1:"+newPassword
	require.True(t, err != nil || changed, "what was said to be done is done")
	_, gone := b.kept.SessionByID(t.Context(), sessionOf(token))
	for _, age := range []time.Duration{time.Minute, 0} {
		if _, invalid := b.Validate(t.Context(), token, age); changed || gone != nil {
			require.ErrorIs(t, invalid, auth.ErrInvalidToken, "age %v", age)
		} else {
			require.NoError(t, invalid, "age %v", age)
		}
	}
}
