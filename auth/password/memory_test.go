package password_test

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

// heapInUse is the bytes of live and not yet swept objects.
func heapInUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func TestMemoryIsBoundedByTheSlots(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("computes 64 hashes of 19 MiB")
	}
	const slots, bound = 2, 2*3*19<<20 + 16<<20
	h, err := password.New(&password.Options{QueueTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	h.SetSlots(slots)
	stored := hash(t, h, right)
	runtime.GC()
	before := heapInUse()

	var peak uint64
	var logins, sampler sync.WaitGroup
	done := make(chan struct{})
	sampler.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, heapInUse())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	for range 64 {
		logins.Go(func() {
			if _, err := h.Verify(t.Context(), stored, "wrong"); err != nil {
				t.Errorf("64 logins fit in the queue: %v", err)
			}
		})
	}
	logins.Wait()
	close(done)
	sampler.Wait()
	used := peak - min(before, peak)
	t.Logf("64 concurrent logins in %d slots: %d MiB at most", slots, used>>20)
	if used > bound {
		t.Errorf("64 concurrent logins took %d MiB, promised about %d", used>>20, bound>>20)
	}
}
