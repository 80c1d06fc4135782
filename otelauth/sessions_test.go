package otelauth_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/sallyport-go/sallyport/otelauth"
)

// Who collects often, or with many, does not make a store count as often.
func TestSessionsAreCountedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		h := build(t, &otelauth.Options{LiveSessions: func(context.Context) (int64, error) {
			calls++
			return int64(40 + calls), nil
		}})
		seen := make(chan map[string]int, 20)
		for range 20 {
			go func() { seen <- h.values(t, "sallyport.sessions.live") }()
		}
		for range 20 {
			require.Equal(t, map[string]int{"": 41}, <-seen)
		}
		require.Equal(t, 1, calls)
		time.Sleep(9 * time.Second)
		require.Equal(t, map[string]int{"": 41}, h.values(t, "sallyport.sessions.live"))
		time.Sleep(time.Second)
		require.Equal(t, map[string]int{"": 42}, h.values(t, "sallyport.sessions.live"))
	})
}

// A store that fails gives no value, and its error, which may hold anything, no
// text; one that is silent holds nothing up for long.
func TestACountThatFailsIsNoValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := error(errors.New("password=hunter2hunter2"))
		h := build(t, &otelauth.Options{LiveSessions: func(ctx context.Context) (int64, error) {
			if fail == nil {
				<-ctx.Done()
				return 5, ctx.Err()
			}
			return 5, fail
		}})
		collect := func() (time.Duration, error) {
			begun, all := time.Now(), metricdata.ResourceMetrics{}
			err := h.reader.Collect(t.Context(), &all)
			for _, s := range all.ScopeMetrics {
				for _, m := range s.Metrics {
					if m.Name == "sallyport.sessions.live" {
						require.Empty(t, points(m))
					}
				}
			}
			return time.Since(begun), err
		}
		_, err := collect()
		require.ErrorContains(t, err, "LiveSessions")
		require.NotContains(t, err.Error(), "hunter2")
		fail = nil
		time.Sleep(10 * time.Second)
		took, err := collect()
		require.ErrorContains(t, err, "LiveSessions")
		require.Equal(t, 3*time.Second, took)
	})
}
