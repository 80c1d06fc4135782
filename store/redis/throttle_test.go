package redisstore_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
)

var hour = auth.Limit{Max: 2, Window: time.Hour, Lease: time.Hour}

// reserve fails the test unless Reserve decides as promised.
func reserve(t *testing.T, s *redisstore.Store, key string, l auth.Limit, want auth.Decision) auth.Reservation {
	t.Helper()
	r, err := s.Reserve(t.Context(), key, l)
	require.NoError(t, err)
	require.Equal(t, want, r.Decision, "0 is Denied, 1 Undecided, 2 Granted")
	return r
}

func TestRepeatedCommandCountsOnce(t *testing.T) {
	ctx, client := t.Context(), dial(t)
	client.AddHook(repeat())
	s := open(t, client, newPrefix(t))

	first := reserve(t, s, "key", hour, auth.Granted)
	second := reserve(t, s, "key", hour, auth.Granted)
	reserve(t, s, "key", hour, auth.Undecided)

	require.NoError(t, s.Settle(ctx, first, true))
	one := auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour}
	reserve(t, s, "key", one, auth.Denied)
	reserve(t, s, "key", hour, auth.Undecided) // one failed and not two

	require.NoError(t, s.Settle(ctx, second, false))
	reserve(t, s, "key", hour, auth.Granted)
	reserve(t, s, "key", hour, auth.Undecided) // one was given back and not two
}

func TestCountsExpireWithTheirWindow(t *testing.T) {
	prefix, client := newPrefix(t), dial(t)
	s := open(t, client, prefix)
	reserve(t, s, "a/long", hour, auth.Granted)
	reserve(t, s, "a/brief", auth.Limit{Max: 1, Window: time.Minute, Lease: time.Hour}, auth.Granted)
	for key, want := range map[string]time.Duration{
		"{throttle:a}:a/long": time.Hour, "{throttle:a}:a/brief": time.Minute, "{throttle:a}": time.Hour,
	} {
		ttl, err := client.PTTL(t.Context(), prefix+key).Result()
		require.NoError(t, err)
		require.InDelta(t, want.Seconds(), ttl.Seconds(), 10, key)
	}
}

func TestCountsIndexDropsWhatExpired(t *testing.T) {
	ctx, prefix, client := t.Context(), newPrefix(t), dial(t)
	s := open(t, client, prefix)
	reserve(t, s, "a/over", auth.Limit{Max: 1, Window: time.Millisecond, Lease: time.Hour}, auth.Granted)
	reserve(t, s, "a/long", hour, auth.Granted)
	require.Eventually(t, func() bool {
		_, err := s.Reserve(ctx, "a/next", auth.Limit{Max: 1 << 30, Window: 5 * time.Millisecond, Lease: time.Hour})
		members := client.ZRange(ctx, prefix+"{throttle:a}", 0, -1).Val()
		return err == nil && len(members) == 2 && members[1] == "a/long"
	}, 10*time.Second, 10*time.Millisecond, "an index does not grow with every address there ever was")
}

func TestForgetOfManyAddresses(t *testing.T) {
	prefix, client := newPrefix(t), dial(t)
	s := open(t, client, prefix)
	for n := range 600 { // more than one script is given
		reserve(t, s, "a/"+strconv.Itoa(n), hour, auth.Granted)
	}
	reserve(t, s, "b", hour, auth.Granted)
	require.NoError(t, s.Forget(t.Context(), "a"))
	require.ElementsMatch(t, []string{prefix + "{throttle:b}", prefix + "{throttle:b}:b"}, keys(t, client, prefix),
		"Forget leaves nothing of the account and all of the others")
}

func TestFlushedScriptsAreSentAgain(t *testing.T) {
	ctx, client := t.Context(), dial(t)
	s := open(t, client, newPrefix(t))
	slot := reserve(t, s, "key", hour, auth.Granted)
	require.NoError(t, client.ScriptFlush(ctx).Err()) // as a restart or a failover does
	require.NoError(t, s.Settle(ctx, slot, true))
	reserve(t, s, "key", hour, auth.Granted)
}

func TestLimitThatCountsNothing(t *testing.T) {
	s := open(t, dial(t), newPrefix(t))
	for _, l := range []auth.Limit{
		{}, {Max: 0, Window: time.Hour, Lease: time.Hour}, {Max: 1, Lease: time.Hour}, {Max: 1, Window: time.Hour},
		{Max: -1, Window: time.Hour, Lease: time.Hour}, {Max: 1, Window: -1, Lease: 1},
	} {
		r, err := s.Reserve(t.Context(), "key", l)
		require.Error(t, err, "%+v", l)
		require.Equal(t, auth.Reservation{}, r, "no slot together with an error")
	}
}
