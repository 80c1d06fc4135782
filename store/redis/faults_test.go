package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
	"github.com/sallyport-go/sallyport/store/storetest"
)

var clusterOK = regexp.MustCompile(`cluster_state:ok\s[\s\S]*cluster_known_nodes:3\s`)

func TestOnAClusterOfThreeMasters(t *testing.T) {
	cluster := startCluster(t)
	fresh := func(t *testing.T) *redisstore.Store { return open(t, cluster, rand.Text()+":") }
	t.Run("Sessions", func(t *testing.T) {
		storetest.Sessions(t, func(t *testing.T) auth.SessionStore { return fresh(t) })
	})
	t.Run("Throttle", func(t *testing.T) {
		storetest.Throttle(t, func(t *testing.T) auth.ThrottleStore { return fresh(t) })
	})
	used := 0
	require.NoError(t, forEachMaster(cluster, func(ctx context.Context, c goredis.Cmdable) error {
		n, err := c.DBSize(ctx).Result()
		if n > 0 {
			used++
		}
		return err
	}))
	require.Equal(t, 3, used, "sessions and counts are spread over the masters")
}

// The commands that the package comment names are enough for a user of the
// server, and so are all that the scripts call.
func TestTheCommandsOfThePackageCommentSuffice(t *testing.T) {
	ctx, admin := t.Context(), startServer(t, memoryOnly...)
	rules := []any{"acl", "setuser", "app", "on", ">app-password", "~sallyport:*", "+hello", "+client"}
	for _, command := range strings.Fields("EVAL EVALSHA DEL EXISTS HDEL HGET HGETALL HINCRBY HLEN HMGET HSET PEXPIREAT TIME ZADD ZRANGE ZREM ZREMRANGEBYSCORE ZSCORE") {
		rules = append(rules, "+"+command)
	}
	require.NoError(t, admin.client(t).Do(ctx, rules...).Err())
	client := goredis.NewClient(&goredis.Options{Addr: admin.addr, Username: "app", Password: "app-password", ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	require.ErrorContains(t, client.Set(ctx, "sallyport:x", "y", 0).Err(), "NOPERM", "the rules must hold")
	fresh := func(t *testing.T) *redisstore.Store { return open(t, client, "sallyport:"+rand.Text()+":") }
	t.Run("Sessions", func(t *testing.T) {
		storetest.Sessions(t, func(t *testing.T) auth.SessionStore { return fresh(t) })
	})
	t.Run("Throttle", func(t *testing.T) {
		storetest.Throttle(t, func(t *testing.T) auth.ThrottleStore { return fresh(t) })
	})
}

// LESSONS 15: while nobody is master every call is a fault, and afterwards the
// same store works again.
func TestAFailoverIsAFaultAndThenOver(t *testing.T) {
	ctx, master := t.Context(), startServer(t, memoryOnly...)
	replica := startServer(t, append(memoryOnly, "--replicaof", "127.0.0.1 "+master.port)...)
	sentinel := startSentinel(t, master)
	asked := sentinel.client(t)
	require.Eventually(t, func() bool {
		known, err := goredis.NewSentinelClient(asked.Options()).Replicas(ctx, "main").Result()
		return err == nil && len(known) == 1 && known[0]["master-link-status"] == "ok"
	}, 30*time.Second, 50*time.Millisecond, "the sentinel must know the replica")

	client := goredis.NewFailoverClient(&goredis.FailoverOptions{
		MasterName: "main", SentinelAddrs: []string{sentinel.addr}, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { _ = client.Close() })
	s := open(t, client, "")
	require.NoError(t, s.CreateSession(ctx, session(1)))
	require.Eventually(t, func() bool {
		return replica.client(t).Exists(ctx, "sallyport:session:session-1").Val() == 1
	}, 10*time.Second, 20*time.Millisecond, "the session must reach the replica")

	master.kill()
	faults := 0
	require.Eventually(t, func() bool {
		call, done := context.WithTimeout(ctx, 300*time.Millisecond) // less than a failover takes
		defer done()
		_, err := s.SessionByID(call, "session-1")
		require.NotErrorIs(t, err, auth.ErrSessionNotFound, "a failover logs nobody out")
		if err != nil {
			faults++
		}
		return err == nil
	}, time.Minute, 20*time.Millisecond, "the store must find the new master without a restart")
	require.NotZero(t, faults, "without a master a call is a fault")
	require.NoError(t, s.CreateSession(ctx, session(2)), "the new master is written to")
	slot := reserve(t, s, "key", hour, auth.Granted)
	require.NoError(t, s.Settle(ctx, slot, true))
	require.NoError(t, s.EndUserSessions(ctx, "jane", ""))
	_, err := s.SessionByID(ctx, "session-1")
	require.ErrorIs(t, err, auth.ErrSessionNotFound)
}

// The package comment promises: a full Redis refuses logins with a fault,
// answers for the sessions there are, and ends them.
func TestAFullRedisRefusesLoginsOnly(t *testing.T) {
	ctx, server := t.Context(), startServer(t, memoryOnly...)
	client := server.client(t)
	s := open(t, client, "")
	require.NoError(t, s.CreateSession(ctx, session(1)))
	require.NoError(t, s.CreateSession(ctx, session(2)))
	slot := reserve(t, s, "known", hour, auth.Granted)
	before := keys(t, client, "sallyport:")
	require.NoError(t, client.ConfigSet(ctx, "maxmemory", "1").Err())
	require.NoError(t, client.ConfigSet(ctx, "maxmemory-policy", "noeviction").Err())

	_, err := s.Reserve(ctx, "new", hour)
	require.ErrorContains(t, err, "OOM", "an attempt under a new key is a fault")
	_, err = s.Reserve(ctx, "known", hour)
	require.ErrorContains(t, err, "OOM", "an attempt under a known key is a fault")
	stranger := session(3)
	stranger.UserID = "joe"
	require.ErrorContains(t, s.CreateSession(ctx, stranger), "OOM", "a new session is a fault")
	require.ElementsMatch(t, before, keys(t, client, "sallyport:"), "what was refused has written nothing")

	_, err = s.SessionByID(ctx, "session-1")
	require.NoError(t, err, "who is logged in stays so")
	require.NoError(t, s.Settle(ctx, slot, true), "an attempt from before is settled")
	require.NoError(t, s.EndSession(ctx, "session-1"), "a logout works")
	require.NoError(t, s.EndUserSessions(ctx, "jane", ""), "a logout everywhere works")
	for _, id := range []string{"session-1", "session-2"} {
		_, err = s.SessionByID(ctx, id)
		require.ErrorIs(t, err, auth.ErrSessionNotFound)
	}
	require.NoError(t, s.Forget(ctx, "known"), "an operator unlocks")
	require.NoError(t, client.ConfigSet(ctx, "maxmemory", "0").Err())
	reserve(t, s, "new", hour, auth.Granted)
}

// A restart without persistence logs everybody out and forgets the counts;
// the same store goes on, and its scripts are sent again.
func TestARestartWithoutPersistenceLogsEverybodyOut(t *testing.T) {
	ctx, server := t.Context(), startServer(t, memoryOnly...)
	s := open(t, server.client(t), "")
	require.NoError(t, s.CreateSession(ctx, session(1)))
	slot := reserve(t, s, "key", auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour}, auth.Granted)

	server.kill()
	_, err := s.SessionByID(ctx, "session-1")
	require.Error(t, err)
	require.False(t, errors.Is(err, auth.ErrSessionNotFound), "a Redis that is down is a fault: %v", err)
	server.run(t)

	require.Eventually(t, func() bool {
		_, err = s.SessionByID(ctx, "session-1")
		return errors.Is(err, auth.ErrSessionNotFound)
	}, 10*time.Second, 20*time.Millisecond, "everybody is logged out: %v", err)
	require.NoError(t, s.Settle(ctx, slot, true), "an attempt from before changes nothing")
	require.NoError(t, s.TouchSession(ctx, "session-1", time.Now()))
	require.NoError(t, s.EndUserSessions(ctx, "jane", ""))
	require.NoError(t, s.CreateSession(ctx, session(1)), "logging in again works")
	_, err = s.SessionByID(ctx, "session-1")
	require.NoError(t, err)
	reserve(t, s, "key", hour, auth.Granted)
}

// A Redis that neither answers nor hangs up costs a call its context's time
// and no more.
func TestAPausedRedisIsAFaultInTime(t *testing.T) {
	server := startServer(t, memoryOnly...)
	s := open(t, server.client(t), "")
	require.NoError(t, s.CreateSession(t.Context(), session(1)))
	require.NoError(t, server.cmd.Process.Signal(syscall.SIGSTOP))
	call, done := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer done()
	began := time.Now()
	_, err := s.SessionByID(call, "session-1")
	took := time.Since(began)
	require.NoError(t, server.cmd.Process.Signal(syscall.SIGCONT))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, took, 2*time.Second, "a call ends with its context")
	_, err = s.SessionByID(t.Context(), "session-1")
	require.NoError(t, err, "and then it works again")
}
