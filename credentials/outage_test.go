package credentials_test

import (
	"context"
	"fmt"
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

// A provider goes away and comes back under 50 clients of the endpoint: first
// what was known, then 503, then the new key, and never a joined one.
func TestTheEndpointThroughAnOutageUnderLoad(t *testing.T) {
	for name, outage := range map[string]func(context.Context, int64) (auth.Secrets, error){"fails": down, "hangs": hangs} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answers := func(n int) func(context.Context, int64) (auth.Secrets, error) {
					src := credentials.Static(map[string]map[string]string{"aws": keyOf(n)})
					return func(ctx context.Context, _ int64) (auth.Secrets, error) { return src.Secrets(ctx, "aws") }
				}
				src := &remote{does: answers(1)}
				c := newCache(t, src, &credentials.CacheOptions{MaxStale: 2 * time.Minute, Timeout: 2 * time.Second})
				e := newEndpoint(t, c)
				seen := func() string {
					var first atomic.Pointer[string]
					var clients sync.WaitGroup
					for range 50 {
						clients.Go(func() {
							status, n := e.shows(t)
							got := fmt.Sprint(status, " ", n)
							if !first.CompareAndSwap(nil, &got) {
								assert.Equal(t, *first.Load(), got, "all clients see the same")
							}
						})
					}
					clients.Wait()
					return *first.Load()
				}
				require.Equal(t, "200 1", seen())
				known := time.Now()
				src.now(outage)
				for time.Since(known) < 3*time.Minute-2*time.Second {
					require.Equal(t, "200 1", seen(), "%v after", time.Since(known))
					time.Sleep(7 * time.Second)
				}
				time.Sleep(3*time.Minute - time.Since(known))
				require.Equal(t, "503 0", seen())
				src.now(answers(2))
				time.Sleep(17 * time.Second) // the back-off, and a call that hangs
				require.Equal(t, "200 2", seen())
				require.Less(t, src.calls.Load(), int64(30))
			})
		})
	}
}
