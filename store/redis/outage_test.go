package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/internal/cable"
	"github.com/sallyport-go/sallyport/store/memory"
)

// How long an answer may take, and how long after Redis the service may be
// back.
const within = 5 * time.Second

const janesPassword = "lantern orbit walnut"

type plainHasher struct{}

func (plainHasher) Hash(_ context.Context, pw string) (string, error) { return "plain:" + pw, nil }

func (plainHasher) Verify(_ context.Context, hash, pw string) (password.Result, error) {
	return password.Result{OK: hash == "plain:"+pw}, nil
}

// overCable connects to the one server of SALLYPORT_TEST_REDIS by a cable, with
// the options that the package comment asks for.
func overCable(t *testing.T) (*goredis.Client, *cable.Cable) {
	t.Helper()
	if _, one := dial(t).(*goredis.Client); !one {
		t.Skip("SALLYPORT_TEST_REDIS names a cluster, whose nodes tell their own addresses")
	}
	opts, err := goredis.ParseURL(os.Getenv("SALLYPORT_TEST_REDIS"))
	require.NoError(t, err)
	c := cable.Lay(t, opts.Addr)
	opts.Addr, opts.ContextTimeoutEnabled, opts.ClientName = c.Addr, true, "sallyport-"+rand.Text()
	client := goredis.NewClient(opts)
	t.Cleanup(func() { _ = client.Close() })
	return client, c
}

// LESSONS 15 and 19: whatever becomes of Redis, nobody is let in or logged out
// by it, each fault is answered in time, and all is well soon after it is back.
func TestRedisIsCutPausedAndSlowed(t *testing.T) {
	prefix := newPrefix(t)
	client, c := overCable(t)
	svc := service(t, client, prefix)
	login := func() (*auth.Grant, error) {
		return svc.Login(t.Context(), auth.LoginRequest{Login: "jane", Password: janesPassword})
	}
	live, err := login()
	require.NoError(t, err)
	ended, err := login()
	require.NoError(t, err)
	require.NoError(t, svc.Logout(t.Context(), ended.Token))

	// round asks everything once, in parallel, and counts the faults.
	round := func() (faults int) {
		var mu sync.Mutex
		var all sync.WaitGroup
		ask := func(what string, want error, question func() error) {
			all.Go(func() {
				began := time.Now()
				err := question()
				mu.Lock()
				defer mu.Unlock()
				var retry *auth.RetryAfter
				if errors.Is(err, auth.ErrUnavailable) && errors.As(err, &retry) {
					faults++
				} else if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v or 503", what, err, want)
				}
				if took := time.Since(began); took > within {
					t.Errorf("%s: answered after %v: %v", what, took, err)
				}
			})
		}
		for range 4 {
			ask("a live session", nil, func() error { _, err := svc.Validate(t.Context(), live.Token, 0); return err })
			ask("an ended session", auth.ErrInvalidToken, func() error { _, err := svc.Validate(t.Context(), ended.Token, 0); return err })
			ask("in and out", nil, func() error {
				g, err := login()
				if err != nil {
					return err
				}
				return svc.Logout(t.Context(), g.Token)
			})
		}
		all.Wait()
		return faults
	}
	for _, fault := range []struct {
		name string
		do   func()
	}{
		{"cut", c.Cut},
		{"paused", c.Pause},
		{"slowed", func() { c.Slow(4 * time.Second) }},
		{"lost", func() { c.Pause(); time.AfterFunc(time.Second, c.Lose) }},
	} {
		fault.do()
		require.NotZero(t, round(), "Redis is %s, and nobody noticed", fault.name)
		c.Heal()
		healed := time.Now()
		for round() > 0 {
			require.Less(t, time.Since(healed), within, "Redis was %s: the service is not back", fault.name)
		}
	}
}

func service(t *testing.T, client goredis.UniversalClient, prefix string) *auth.Service {
	t.Helper()
	users, kept := memory.NewUsers(), open(t, client, prefix)
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	many := auth.Limit{Max: 1 << 20} // slots that nobody could settle stay counted
	svc, err := auth.New(auth.Compose(users, kept, kept), tokens, &auth.Options{
		Hasher: plainHasher{}, Logger: slog.New(slog.DiscardHandler), AccountLimit: many, AddressLimit: many,
	})
	require.NoError(t, err)
	_, err = auth.NewAccounts(users, svc).Create(t.Context(), auth.NewAccount{Username: "jane", Password: auth.NewSecret(janesPassword)})
	require.NoError(t, err)
	return svc
}

// After a client that broke often is closed, Redis has none of its connections
// and this process none of its goroutines.
func TestLostConnectionsLeaveNothing(t *testing.T) {
	direct, prefix := dial(t), newPrefix(t)
	require.NoError(t, direct.Ping(t.Context()).Err())
	client, c := overCable(t)
	before := runtime.NumGoroutine() // of a client that was never used
	name, s := client.Options().ClientName, open(t, client, prefix)
	connected := func() int {
		return strings.Count(direct.ClientList(t.Context()).Val(), "name="+name)
	}
	for _, fault := range []func(){c.Cut, c.Pause, c.Lose, func() {}} {
		fault()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				ctx, done := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer done()
				_, err := s.SessionByID(ctx, "unknown")
				if err == nil {
					t.Error("SessionByID found what is not there")
				}
			})
		}
		all.Wait()
		c.Heal()
	}
	_, err := s.SessionByID(t.Context(), "unknown")
	require.ErrorIs(t, err, auth.ErrSessionNotFound, "it works again")
	require.Positive(t, connected(), "this is how connections are counted")
	require.LessOrEqual(t, connected(), client.Options().PoolSize)
	require.NoError(t, client.Close())
	c.Remove()
	for end := time.Now().Add(30 * time.Second); connected() > 0 || runtime.NumGoroutine() > before; <-time.After(20 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "%d connections and %d goroutines are left, of which %d were there before",
			connected(), runtime.NumGoroutine(), before)
	}
}
