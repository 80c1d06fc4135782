package token_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/token"
)

// Which keys are in use is on record, by their public names, and whatever
// becomes of the record the change holds.
func TestChangesOfKeysAreOnRecord(t *testing.T) {
	audit := &authtest.Recorder{}
	first, second, third := hs256(t, secret), hs256(t, other).Named(), hs256(t, []byte("a third one, of thirty-two bytes.")).Named()
	tokens := newTokens(t, first, &token.Options{Auditor: audit})
	require.Empty(t, audit.Events(), "the first key is no change")
	require.NoError(t, tokens.Accept(second))
	require.NoError(t, tokens.Rotate(second))
	require.NoError(t, tokens.Revoke(first))
	require.Error(t, tokens.Revoke(second))
	var told []string
	for _, e := range audit.Events() {
		require.Equal(t, auth.EventKeyRotated, e.Kind)
		require.False(t, e.Time.IsZero())
		told = append(told, e.Reason)
	}
	require.Equal(t, []string{"accepted the " + second.String(), "rotated to the " + second.String(), "revoked the " + first.String()}, told,
		"what was refused is none")
	audit.Fail(errors.New("the disk is full"))
	require.NoError(t, tokens.Rotate(third))
	accepted(t, tokens, issue(t, tokens, claimsNow()), "the change holds")
}
