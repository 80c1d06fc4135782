package otelauth_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
)

func TestHashes(t *testing.T) {
	h := build(t, nil)
	inner, err := password.New(&password.Options{Waited: h.Waited})
	require.NoError(t, err)
	hasher := h.Hasher(inner)
	hash, err := hasher.Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	result, err := hasher.Verify(t.Context(), hash, "correct horse battery")
	require.NoError(t, err)
	require.True(t, result.OK)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = hasher.Verify(gone, hash, "correct horse battery")
	require.ErrorIs(t, err, context.Canceled)

	require.Equal(t, map[string]int{"outcome=ok": 1}, h.values(t, "sallyport.password.hash.duration"))
	require.Equal(t, map[string]int{"outcome=ok": 1, "error.type=canceled outcome=canceled": 1}, h.values(t, "sallyport.password.verify.duration"))
	require.Equal(t, map[string]int{"": 3}, h.values(t, "sallyport.password.gate.wait"), "a call that gave up has waited too")
	require.Equal(t, map[string]int{"": inner.Stats().Slots}, h.values(t, "sallyport.password.gate.slots"))
	require.Equal(t, map[string]int{"": 0}, h.values(t, "sallyport.password.gate.running"))
	require.Equal(t, map[string]int{"": 0}, h.values(t, "sallyport.password.gate.waiting"))
	require.Len(t, h.spans.Ended(), 3)
}

// What auth asks of the hasher itself is there if the inner one has it, and not
// otherwise.
func TestTheWrapperReadsWhatTheInnerOneDoes(t *testing.T) {
	h := build(t, nil)
	inner, err := password.New(nil)
	require.NoError(t, err)
	reader, ok := h.Hasher(inner).(auth.HashReader)
	require.True(t, ok)
	require.False(t, reader.Reads("$2y$10$unknown"))
	hash, err := inner.Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	require.True(t, reader.Reads(hash))
	_, ok = h.Hasher(crowded{}).(auth.HashReader)
	require.False(t, ok, "it would refuse, or take, what nobody knows of")
}

// crowded is a host's own hasher, whose queue is full.
type crowded struct{}

func (crowded) Hash(context.Context, string) (string, error) { return "", password.ErrBusy }
func (crowded) Verify(context.Context, string, string) (password.Result, error) {
	return password.Result{}, errors.Join(password.ErrBusy)
}

// busy has 2 of its 3 slots in use and 5 calls that wait.
type busy struct{ crowded }

func (busy) Stats() password.Stats { return password.Stats{Slots: 3, Running: 2, Waiting: 5} }

func TestTheQueueIsWatched(t *testing.T) {
	h := build(t, nil)
	require.Empty(t, h.values(t, "sallyport.password.gate.waiting"), "there is nothing to watch yet")
	_, err := h.Hasher(crowded{}).Hash(t.Context(), "x")
	require.ErrorIs(t, err, password.ErrBusy)
	require.Empty(t, h.values(t, "sallyport.password.gate.waiting"), "this hasher says nothing of its queue")
	require.Equal(t, map[string]int{"error.type=busy outcome=busy": 1}, h.values(t, "sallyport.password.hash.duration"))
	h.Hasher(busy{})
	h.Hasher(busy{})
	require.Equal(t, map[string]int{"": 6}, h.values(t, "sallyport.password.gate.slots"))
	require.Equal(t, map[string]int{"": 4}, h.values(t, "sallyport.password.gate.running"))
	require.Equal(t, map[string]int{"": 10}, h.values(t, "sallyport.password.gate.waiting"))
}
