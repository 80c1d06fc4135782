package token_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

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
	var log bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, tokens.Accept(third))
	require.Empty(t, log.String(), "what is kept is not logged as well")
	audit.Fail(errors.New("the disk is full"))
	require.NoError(t, tokens.Rotate(third))
	accepted(t, tokens, issue(t, tokens, claimsNow()), "the change holds")
	require.Contains(t, log.String(), "rotated to the "+third.String())
	require.Contains(t, log.String(), "the disk is full")
}

// auditorFunc is told with the context alone.
type auditorFunc func(ctx context.Context) error

func (f auditorFunc) Audit(ctx context.Context, _ auth.Event) error { return f(ctx) }

// An auditor that says nothing holds a change up for three seconds.
func TestASilentAuditorOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told context.Context
		silent := true
		tokens := newTokens(t, hs256(t, secret), &token.Options{Auditor: auditorFunc(func(ctx context.Context) error {
			if told = ctx; silent {
				<-ctx.Done()
			}
			return nil
		})})
		began := time.Now()
		require.NoError(t, tokens.Accept(hs256(t, other).Named()))
		require.Equal(t, 3*time.Second, time.Since(began))
		silent = false
		require.NoError(t, tokens.Accept(hs256(t, other).Named()))
		require.ErrorIs(t, told.Err(), context.Canceled, "and is let go of when it has answered")
	})
}
