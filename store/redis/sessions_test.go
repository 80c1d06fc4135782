package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// session returns the nth session of jane, live for an hour.
func session(n int) *auth.Session {
	now := time.Now()
	return &auth.Session{
		ID: fmt.Sprintf("session-%d", n), UserID: "jane", Stamp: "stamp",
		CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour),
	}
}

// A logout on every device may come between the two steps of a login; the
// next one must find the session all the same.
func TestSessionCreatedDuringLogoutEverywhereIsFoundByTheNext(t *testing.T) {
	ctx, prefix := t.Context(), newPrefix(t)
	other := open(t, dial(t), prefix)
	client := dial(t)
	client.AddHook(before("evalsha", 1, func() {
		require.NoError(t, other.EndUserSessions(ctx, "jane", ""))
	}))
	require.NoError(t, open(t, client, prefix).CreateSession(ctx, session(1)))

	require.NoError(t, other.EndUserSessions(ctx, "jane", ""))
	_, err := other.SessionByID(ctx, "session-1")
	require.ErrorIs(t, err, auth.ErrSessionNotFound, "EndUserSessions ends every session whose CreateSession had returned")
}

func TestRefusedIDLeavesTheSessionInItsUsersIndex(t *testing.T) {
	ctx, s := t.Context(), open(t, dial(t), newPrefix(t))
	require.NoError(t, s.CreateSession(ctx, session(1)))
	again := session(1)
	again.ExpiresAt = time.Now().Add(-time.Hour)
	require.Error(t, s.CreateSession(ctx, again), "an ID is not usable twice")
	require.NoError(t, s.CreateSession(ctx, session(2)), "which drops old entries")

	require.NoError(t, s.EndUserSessions(ctx, "jane", ""))
	_, err := s.SessionByID(ctx, "session-1")
	require.ErrorIs(t, err, auth.ErrSessionNotFound, "EndUserSessions ends the session that was there first")
}

func TestTouchPutsALostIndexEntryBack(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	require.NoError(t, s.CreateSession(ctx, session(1)))
	require.NoError(t, client.Del(ctx, prefix+"user:jane").Err()) // as a failover may

	require.NoError(t, s.TouchSession(ctx, "session-1", time.Now()))
	require.NoError(t, s.EndUserSessions(ctx, "jane", ""))
	_, err := s.SessionByID(ctx, "session-1")
	require.ErrorIs(t, err, auth.ErrSessionNotFound, "a session in use is in its user's index again")
}

func TestSessionsLeaveNothingBehind(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	for n := range 4 {
		require.NoError(t, s.CreateSession(ctx, session(n)))
	}
	require.NoError(t, s.EndSession(ctx, "session-0"))
	require.NoError(t, s.EndUserSessions(ctx, "jane", "session-3"))
	require.Len(t, keys(t, client, prefix), 2, "one session and the index it is in")
	require.NoError(t, s.EndSession(ctx, "session-3"))
	require.Empty(t, keys(t, client, prefix), "ended sessions take no room")
}

func TestIndexDropsSessionsThatExpired(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	require.NoError(t, s.CreateSession(ctx, session(1)))
	over := session(2)
	over.ExpiresAt = time.Now().Add(-time.Hour)
	require.NoError(t, s.CreateSession(ctx, over))
	require.NoError(t, s.CreateSession(ctx, session(3)))
	ids, err := client.ZRange(ctx, prefix+"user:jane", 0, -1).Result()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"session-1", "session-3"}, ids, "an index does not grow with every login there ever was")
}

// The index of a user may hold the ID of another's session: that of a
// CreateSession which was refused.
func TestUsersChangeTheirOwnSessionsAlone(t *testing.T) {
	ctx, s := t.Context(), open(t, dial(t), newPrefix(t))
	require.NoError(t, s.CreateSession(ctx, session(1)))
	taken := session(1)
	taken.UserID = "eve"
	require.Error(t, s.CreateSession(ctx, taken), "an ID is not usable twice")

	require.NoError(t, s.RestampSessions(ctx, "eve", "stamp", "other"))
	require.NoError(t, s.EndUserSessions(ctx, "eve", ""))
	found, err := s.SessionByID(ctx, "session-1")
	require.NoError(t, err, "EndUserSessions of another user spares it")
	require.Equal(t, "stamp", found.Stamp, "RestampSessions of another user spares it")
}

func TestKeysOutliveTheirSessionByAMinute(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	require.NoError(t, s.CreateSession(ctx, session(1)))
	brief := session(2)
	brief.ExpiresAt = time.Now().Add(time.Second)
	require.NoError(t, s.CreateSession(ctx, brief))
	for key, want := range map[string]time.Duration{
		"session:session-1": time.Hour + time.Minute,
		"session:session-2": time.Second + time.Minute,
		"user:jane":         time.Hour + time.Minute, // of the session that expires last
	} {
		ttl, err := client.PTTL(ctx, prefix+key).Result()
		require.NoError(t, err)
		require.InDelta(t, want.Seconds(), ttl.Seconds(), 10, key)
	}
}

// LESSONS 15: Auth.js GHSA-8fpg, ArgoCD CVE-2022-29165.
func TestFaultIsNeverARefusal(t *testing.T) {
	ctx := t.Context()
	client := goredis.NewClient(&goredis.Options{Addr: refusing(t), MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	s := open(t, client, "")
	limit := auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour}
	slot, reserved := s.Reserve(ctx, "key", limit)
	found, read := s.SessionByID(ctx, "session-1")
	list, listed := s.SessionsByUser(ctx, "jane")
	require.NotEqual(t, auth.Granted, slot.Decision)
	require.Nil(t, found, "no value together with an error")
	require.Nil(t, list, "no value together with an error")
	for call, err := range map[string]error{
		"Reserve": reserved, "SessionByID": read, "SessionsByUser": listed,
		"Settle":          s.Settle(ctx, auth.Reservation{Key: "key", Epoch: 1}, true),
		"Forget":          s.Forget(ctx, "key"),
		"CreateSession":   s.CreateSession(ctx, session(1)),
		"TouchSession":    s.TouchSession(ctx, "session-1", time.Now()),
		"EndSession":      s.EndSession(ctx, "session-1"),
		"EndUserSessions": s.EndUserSessions(ctx, "jane", ""),
		"RestampSessions": s.RestampSessions(ctx, "jane", "a", "b"),
	} {
		require.Error(t, err, "%s without Redis is a fault", call)
		require.False(t, errors.Is(err, auth.ErrSessionNotFound), "%s without Redis is no refusal: %v", call, err)
	}
}

func TestDamagedSessionIsAFaultAndNotShown(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	for n, field := range []string{"user", "stamp", "agent", "remote", "created", "expires", "seen"} {
		damaged := session(n)
		require.NoError(t, s.CreateSession(ctx, damaged))
		key := prefix + "session:" + damaged.ID
		require.NoError(t, client.HDel(ctx, key, field).Err())
		found, err := s.SessionByID(ctx, damaged.ID)
		require.Nil(t, found, "a session without %q", field)
		require.ErrorContains(t, err, field, "says which field is damaged")
		require.NotErrorIs(t, err, auth.ErrSessionNotFound, "a damaged session is a fault")

		if field == "user" || field == "stamp" || field == "agent" {
			continue // any text is one
		}
		require.NoError(t, client.HSet(ctx, key, field, "planted-secret").Err())
		_, err = s.SessionByID(ctx, damaged.ID)
		require.ErrorContains(t, err, field)
		require.False(t, strings.Contains(err.Error(), "planted"), "an error shows no stored text: %v", err)
	}
}

// refusing returns an address at which nobody listens.
func refusing(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// hook changes how a client sends commands one by one.
type hook struct {
	goredis.Hook
	process func(ctx context.Context, cmd goredis.Cmder, next goredis.ProcessHook) error
}

func (h hook) DialHook(next goredis.DialHook) goredis.DialHook { return next }
func (h hook) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}
func (h hook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error { return h.process(ctx, cmd, next) }
}

// before calls f once, before the command of this name that has skip like it
// before it.
func before(name string, skip int, f func()) goredis.Hook {
	return hook{process: func(ctx context.Context, cmd goredis.Cmder, next goredis.ProcessHook) error {
		if cmd.Name() == name {
			if skip--; skip == -1 {
				f()
			}
		}
		return next(ctx, cmd)
	}}
}

// repeat sends every command twice, as a client does that missed an answer.
func repeat() goredis.Hook {
	return hook{process: func(ctx context.Context, cmd goredis.Cmder, next goredis.ProcessHook) error {
		if err := next(ctx, cmd); err != nil {
			return err
		}
		return next(ctx, cmd)
	}}
}
