package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

func newCache(t testing.TB, src auth.SecretProvider, opts *credentials.CacheOptions) *credentials.Cache {
	t.Helper()
	c, err := credentials.NewCache(src, opts)
	require.NoError(t, err)
	return c
}

// remote is a source that counts its calls and does what a test says.
type remote struct {
	calls atomic.Int64
	mu    sync.Mutex
	does  func(ctx context.Context, call int64) (auth.Secrets, error)
}

func (r *remote) Secrets(ctx context.Context, _ string) (auth.Secrets, error) {
	call := r.calls.Add(1)
	r.mu.Lock()
	does := r.does
	r.mu.Unlock()
	return does(ctx, call)
}

func (r *remote) now(does func(ctx context.Context, call int64) (auth.Secrets, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.does = does
}

// numbered answers each call with its own number, and fails all others.
func numbered(_ context.Context, call int64) (auth.Secrets, error) {
	return set(fmt.Sprint(call)), nil
}

func set(key string) auth.Secrets {
	return auth.Secrets{Values: map[string]auth.Secret{"NVIDIA_API_KEY": auth.NewSecret(key)}}
}

var errDown = errors.New("vault is sealed")

func down(context.Context, int64) (auth.Secrets, error) { return auth.Secrets{}, errDown }

func hangs(ctx context.Context, _ int64) (auth.Secrets, error) {
	<-ctx.Done()
	return auth.Secrets{}, ctx.Err()
}

// key is what a reader gets.
func key(c *credentials.Cache) (string, error) {
	s, err := c.Secrets(context.Background(), "nvidia")
	return s.Values["NVIDIA_API_KEY"].Reveal(), err
}

func mustKey(t testing.TB, c *credentials.Cache, want string) {
	t.Helper()
	got, err := key(c)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestCacheAsksOnceWhileFreshAndRenewsInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: numbered}
		c := newCache(t, src, nil)
		for range 44 {
			mustKey(t, c, "1")
			time.Sleep(time.Second)
		}
		require.EqualValues(t, 1, src.calls.Load())
		time.Sleep(time.Second)
		mustKey(t, c, "1") // the last quarter: served, and renewed behind
		synctest.Wait()
		require.EqualValues(t, 2, src.calls.Load())
		mustKey(t, c, "2")

		time.Sleep(time.Hour)
		mustKey(t, c, "3") // nobody read it: who comes now waits
	})
}

func TestCacheReadersShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: func(ctx context.Context, call int64) (auth.Secrets, error) {
			time.Sleep(500 * time.Millisecond)
			return numbered(ctx, call)
		}}
		c := newCache(t, src, nil)
		for round := int64(1); round <= 3; round++ {
			var readers sync.WaitGroup
			for range 1000 {
				readers.Go(func() { mustKey(t, c, fmt.Sprint(round)) })
			}
			readers.Wait()
			require.Equal(t, round, src.calls.Load(), "1,000 readers make one fetch")
			time.Sleep(2 * time.Minute)
		}
	})
}

func TestCacheReadersShareOneFetchOnRealProcessors(t *testing.T) {
	src := &remote{does: numbered}
	c := newCache(t, src, &credentials.CacheOptions{Fresh: time.Hour})
	var readers sync.WaitGroup
	start := make(chan struct{})
	for range 1000 {
		readers.Go(func() { <-start; got, err := key(c); assert.NoError(t, err); assert.Equal(t, "1", got) })
	}
	close(start)
	readers.Wait()
	require.EqualValues(t, 1, src.calls.Load())
}

func TestCacheWaiterLeavesWithoutCancellingTheFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: func(ctx context.Context, call int64) (auth.Secrets, error) {
			select {
			case <-ctx.Done():
				return auth.Secrets{}, ctx.Err()
			case <-time.After(4 * time.Second):
				return numbered(ctx, call)
			}
		}}
		c := newCache(t, src, nil)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := c.Secrets(ctx, "nvidia")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		mustKey(t, c, "1")
		require.EqualValues(t, 1, src.calls.Load())
	})
}

// An outage: stale within MaxStale, then the fault, then recovery.
func TestCacheOutageAndRecovery(t *testing.T) {
	for name, outage := range map[string]func(context.Context, int64) (auth.Secrets, error){"fails": down, "hangs": hangs} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := &remote{does: numbered}
				c := newCache(t, src, &credentials.CacheOptions{Fresh: time.Minute, MaxStale: 5 * time.Minute, Timeout: 5 * time.Second})
				mustKey(t, c, "1")
				began := time.Now()
				src.now(outage)
				for time.Since(began) < 6*time.Minute-2*time.Second {
					asked := time.Now()
					mustKey(t, c, "1")
					require.LessOrEqual(t, time.Since(asked), time.Second, "who can be shown something waits for a second at most")
					time.Sleep(700 * time.Millisecond)
				}
				require.Less(t, src.calls.Load(), int64(40), "failing fetches back off")
				time.Sleep(6*time.Minute - time.Since(began))
				_, err := key(c)
				require.Error(t, err, "nothing is served past MaxStale")
				require.NotErrorIs(t, err, auth.ErrSecretNotFound)

				src.now(func(context.Context, int64) (auth.Secrets, error) { return set("back"), nil })
				time.Sleep(15 * time.Second)
				mustKey(t, c, "back")
				require.Zero(t, c.Health()[0].Failures)
			})
		})
	}
}

func TestCacheBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		began := time.Now()
		src := &remote{does: func(context.Context, int64) (auth.Secrets, error) {
			at = append(at, time.Since(began))
			return auth.Secrets{}, errDown
		}}
		c := newCache(t, src, nil)
		for time.Since(began) < time.Minute {
			_, err := key(c)
			require.ErrorIs(t, err, errDown)
			time.Sleep(100 * time.Millisecond)
		}
		require.Equal(t, []time.Duration{0, 1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 30 * time.Second, 45 * time.Second}, at)
	})
}

func TestCacheNeverServesPastExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expires := time.Now().Add(90 * time.Second)
		src := &remote{does: func(_ context.Context, call int64) (auth.Secrets, error) {
			s := set(fmt.Sprint(call))
			s.Expires = expires
			return s, nil
		}}
		c := newCache(t, src, &credentials.CacheOptions{Fresh: time.Hour, MaxStale: time.Hour})
		for time.Now().Before(expires) {
			got, err := key(c)
			require.NoError(t, err)
			require.NotEmpty(t, got)
			time.Sleep(time.Second)
		}
		require.EqualValues(t, 4, src.calls.Load(), "asked again at 68, 85 and 89 s: each time the last quarter of what was left")
		_, err := key(c)
		require.ErrorContains(t, err, "has expired", "a source that answers with an expired set has failed")

		expires = time.Now().Add(time.Minute)
		time.Sleep(15 * time.Second)
		_, err = key(c)
		require.NoError(t, err)
		src.now(down)
		time.Sleep(45 * time.Second)
		_, err = key(c)
		require.ErrorIs(t, err, errDown, "MaxStale does not reach past expiry")
	})
}

func TestCacheBelievesAtOnceThatASetIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: numbered}
		c := newCache(t, src, nil)
		mustKey(t, c, "1")
		gone := fmt.Errorf("deleted: %w", auth.ErrSecretNotFound)
		src.now(func(context.Context, int64) (auth.Secrets, error) { return set("both"), gone })
		time.Sleep(time.Minute)
		got, err := c.Secrets(t.Context(), "nvidia")
		require.ErrorIs(t, err, auth.ErrSecretNotFound)
		require.Empty(t, got.Values, "no value comes with an error")
		require.False(t, c.Health()[0].Configured)

		src.now(down)
		time.Sleep(time.Minute)
		_, err = key(c)
		require.ErrorIs(t, err, errDown, "that nothing is configured is not served in place of a fault")

		src.now(func(context.Context, int64) (auth.Secrets, error) { return auth.Secrets{}, nil })
		time.Sleep(time.Minute)
		_, err = key(c)
		require.ErrorIs(t, err, auth.ErrSecretNotFound, "an empty set is not configured")
	})
}

func TestCacheInvalidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		src := &remote{does: numbered}
		c := newCache(t, src, nil)
		mustKey(t, c, "1")
		c.Invalidate("nvidia")
		mustKey(t, c, "2")

		// A fetch that began before may have read the old secret.
		src.now(func(_ context.Context, call int64) (auth.Secrets, error) {
			if call == 3 {
				<-release
			}
			return set(fmt.Sprint(call)), nil
		})
		time.Sleep(45 * time.Second)
		mustKey(t, c, "2")
		synctest.Wait()
		c.Invalidate("nvidia")
		mustKey(t, c, "4")
		close(release)
		synctest.Wait()
		mustKey(t, c, "4")

		src.now(down)
		c.Invalidate("nvidia")
		_, err := key(c)
		require.ErrorIs(t, err, errDown, "what was invalidated is not served again")
	})
}

func TestCacheMakesAFaultOfAPanic(t *testing.T) {
	for says, does := range map[string]func(context.Context, int64) (auth.Secrets, error){
		"panicked (string)":         func(context.Context, int64) (auth.Secrets, error) { panic(docNVIDIA) },
		"panicked (*errors.errorSt": func(context.Context, int64) (auth.Secrets, error) { panic(errDown) },
		"ended its goroutine":       func(context.Context, int64) (auth.Secrets, error) { runtime.Goexit(); return auth.Secrets{}, nil },
		"panicked (runtime.boundsE": func(_ context.Context, n int64) (auth.Secrets, error) {
			return auth.Secrets{Version: []string{}[n]}, nil
		},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := &remote{does: does}
				c := newCache(t, src, nil)
				var readers sync.WaitGroup
				for range 10 {
					readers.Go(func() {
						began := time.Now()
						_, err := key(c)
						assert.ErrorContains(t, err, says)
						assert.NotContains(t, fmt.Sprint(err), docNVIDIA[:8])
						assert.Zero(t, time.Since(began), "nobody is left waiting")
					})
				}
				readers.Wait()
				src.now(numbered)
				time.Sleep(time.Second)
				mustKey(t, c, "2")
			})
		})
	}
}

// A source that does not look at its context is not asked again while it hangs.
func TestCacheAsksAHungSourceOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		src := &remote{does: func(_ context.Context, call int64) (auth.Secrets, error) {
			if call == 1 {
				<-release
			}
			return set(fmt.Sprint(call)), nil
		}}
		c := newCache(t, src, nil)
		for range 100 {
			began := time.Now()
			_, err := key(c)
			require.ErrorContains(t, err, "not answered within 10s")
			require.LessOrEqual(t, time.Since(began), 10*time.Second)
			time.Sleep(time.Second)
		}
		require.EqualValues(t, 1, src.calls.Load())
		close(release)
		synctest.Wait()
		mustKey(t, c, "2") // what it answered at last is older than Fresh
	})
}

func TestCacheHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: func(context.Context, int64) (auth.Secrets, error) {
			s := set(docNVIDIA)
			s.Version = "v7"
			return s, nil
		}}
		c := newCache(t, src, nil)
		require.Empty(t, c.Health())
		began := time.Now()
		mustKey(t, c, docNVIDIA)
		time.Sleep(10 * time.Second)
		require.Equal(t, []credentials.CacheHealth{{Set: "nvidia", Configured: true, Version: "v7", LastSuccess: began, Age: 10 * time.Second}}, c.Health())

		src.now(func(context.Context, int64) (auth.Secrets, error) {
			return auth.Secrets{}, fmt.Errorf("403 for key %s %s", docNVIDIA, strings.Repeat("é", 500))
		})
		time.Sleep(50 * time.Second)
		mustKey(t, c, docNVIDIA)
		h := c.Health()[0]
		require.True(t, h.Stale)
		require.Equal(t, 1, h.Failures)
		require.Equal(t, began.Add(time.Minute), h.LastFailure)
		require.Contains(t, h.LastError, "403 for key [redacted]")
		require.LessOrEqual(t, len(h.LastError), 256)
		assertPrintsNothing(t, c)
		assertPrintsNothing(t, c.Health())
	})
}

func TestCacheKeepsSixtyFourSets(t *testing.T) {
	src := &remote{does: numbered}
	c := newCache(t, src, nil)
	for range 3 {
		for i := range 100 {
			_, err := c.Secrets(t.Context(), fmt.Sprint("s-", i))
			require.NoError(t, err)
		}
	}
	require.Len(t, c.Health(), 64)
	require.EqualValues(t, 64+3*36, src.calls.Load(), "further sets are asked for each time")
}

func TestCacheAnswersAreTheCallersOwn(t *testing.T) {
	given := set("1")
	c := newCache(t, &remote{does: func(context.Context, int64) (auth.Secrets, error) { return given, nil }}, nil)
	got, err := c.Secrets(t.Context(), "nvidia")
	require.NoError(t, err)
	clear(got.Values)
	clear(given.Values)
	mustKey(t, c, "1")
}

func TestCacheOptionsAreChecked(t *testing.T) {
	_, err := credentials.NewCache(nil, nil)
	require.ErrorContains(t, err, "source of secrets is nil")
	for _, o := range []credentials.CacheOptions{{Fresh: -1}, {MaxStale: -1}, {Timeout: -1}} {
		_, err := credentials.NewCache(&remote{}, &o)
		require.ErrorContains(t, err, "leave it zero")
	}
}
