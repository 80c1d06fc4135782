package token_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// LESSONS 9: Okta 2024-10-30, LiteLLM CVE-2026-35030, a truncated cache key. An
// identity is cached by the whole session ID, behind a verification of the
// whole token: sessions whose names begin alike do not share an entry, and
// nothing is let in for being like a token that was.
func TestNoTwoTokensShareACachedIdentity(t *testing.T) {
	store := memory.New()
	tokens := newTokens(t, hs256(t, secret), nil)
	svc, err := auth.New(store, tokens, nil)
	require.NoError(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	longPrefix := strings.Repeat("s", 200)
	var minted []string
	for _, name := range []string{"alice", "bob"} {
		user := auth.User{ID: longPrefix + name, Username: name, Email: name + "@example.com", Role: auth.RoleUser, Active: true, CreatedAt: now, UpdatedAt: now}
		require.NoError(t, store.CreateAccount(t.Context(), &auth.Account{User: user}))
		created, err := store.UserByID(t.Context(), user.ID)
		require.NoError(t, err)
		s := auth.Session{ID: longPrefix + name, UserID: user.ID, Stamp: created.Stamp, CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour)}
		require.NoError(t, store.CreateSession(t.Context(), &s))
		minted = append(minted, issue(t, tokens, auth.Claims{SessionID: s.ID, UserID: user.ID, IssuedAt: now, ExpiresAt: now.Add(time.Hour)}))
	}
	for range 2 { // the second time from the cache
		for i, name := range []string{"alice", "bob"} {
			id, err := svc.Validate(t.Context(), minted[i], time.Minute)
			require.NoError(t, err)
			require.Equal(t, name, id.User.Username, "each token shows its own user")
		}
	}
	a, b := minted[0], minted[1]
	at := strings.LastIndexByte(a, '.') + 1
	for _, like := range []string{a[:len(a)-1], a + "A", a[:at] + b[at:], b[:at] + a[at:], a[:at], longPrefix + "alice", strings.ToLower(a)} {
		id, err := svc.Validate(t.Context(), like, time.Minute)
		require.ErrorIs(t, err, auth.ErrInvalidToken, "a token that is like one in the cache: %s", like)
		require.Nil(t, id)
	}
	_, err = svc.Validate(t.Context(), issue(t, tokens, auth.Claims{
		SessionID: longPrefix, UserID: longPrefix + "alice", IssuedAt: now, ExpiresAt: now.Add(time.Hour),
	}), time.Minute)
	require.ErrorIs(t, err, auth.ErrInvalidToken, "a session whose name is the beginning of one in the cache")
}
