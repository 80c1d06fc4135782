package password_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

// occupy takes a slot of g until the returned function is called.
func occupy(t *testing.T, g *password.Gate) (release func()) {
	t.Helper()
	held := make(chan struct{})
	go func() {
		if err := g.Do(context.Background(), func() { <-held }); err != nil {
			t.Errorf("a free slot was refused: %v", err)
		}
	}()
	synctest.Wait()
	return func() { close(held); synctest.Wait() }
}

func promiseStats(t *testing.T, g *password.Gate, running, waiting int) {
	t.Helper()
	if s := g.Stats(); s.Running != running || s.Waiting != waiting {
		t.Errorf("got %+v, promised %d running and %d waiting", s, running, waiting)
	}
}

func TestGateServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 128, time.Minute)
		release := occupy(t, g)
		var order, want []int
		for i := range 100 {
			want = append(want, i)
			go g.Do(t.Context(), func() { order = append(order, i) })
			synctest.Wait()
		}
		promiseStats(t, g, 1, 100)
		release()
		if !slices.Equal(order, want) {
			t.Errorf("callers were served in the order %v, promised first come, first served", order)
		}
		promiseStats(t, g, 0, 0)
	})
}

func TestGateRefusesAtOnceWhenTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 2, time.Minute)
		release := occupy(t, g)
		served := 0
		for range 2 {
			go g.Do(t.Context(), func() { served++ })
		}
		synctest.Wait()
		begun := time.Now()
		err := g.Do(t.Context(), func() { t.Error("the work of a refused caller was done") })
		if !errors.Is(err, password.ErrBusy) || time.Since(begun) != 0 {
			t.Errorf("the third in a queue of two: got %v after %v, promised ErrBusy at once", err, time.Since(begun))
		}
		release()
		if served != 2 {
			t.Errorf("%d of the 2 that waited were served", served)
		}
	})
}

func TestGateBoundsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 128, 5*time.Second)
		release := occupy(t, g)
		begun := time.Now()
		err := g.Do(t.Context(), func() { t.Error("the work of a refused caller was done") })
		if !errors.Is(err, password.ErrBusy) || time.Since(begun) != 5*time.Second {
			t.Errorf("got %v after %v, promised ErrBusy after 5s", err, time.Since(begun))
		}
		promiseStats(t, g, 1, 0)
		release()
		promiseStats(t, g, 0, 0)
	})
}

// busyFor is how long a refusal says that those who wait will take.
func busyFor(t *testing.T, err error) time.Duration {
	t.Helper()
	var busy *password.BusyError
	if !errors.Is(err, password.ErrBusy) || !errors.As(err, &busy) {
		t.Fatalf("got %v, promised ErrBusy in a *BusyError", err)
	}
	return busy.After
}

// Who is refused hears how long those in line will take.
func TestGateMeasuresItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(2, 6, 7*time.Second)
		work := func(d time.Duration) func() { return func() { time.Sleep(d) } }
		refused := func() time.Duration {
			begun := time.Now()
			after := busyFor(t, g.Do(t.Context(), func() {}))
			if !time.Now().Equal(begun) {
				t.Errorf("refused after %v, promised at once", time.Since(begun))
			}
			return after
		}
		if err := g.Do(t.Context(), work(2*time.Second)); err != nil {
			t.Fatal(err)
		}
		for range 2 + 6 { // at work, and in line for three times 2 s
			go g.Do(t.Context(), work(2*time.Second))
		}
		synctest.Wait()
		promiseStats(t, g, 2, 6)
		if after := refused(); after != 6*time.Second {
			t.Errorf("told %v, promised the 6s of those in line", after)
		}
		time.Sleep(time.Minute)

		// A process that was stopped for a while keeps nobody out.
		if err := g.Do(t.Context(), work(time.Hour)); err != nil {
			t.Fatal(err)
		}
		release := []func(){occupy(t, g), occupy(t, g)}
		for range 6 {
			go g.Do(t.Context(), func() {})
		}
		synctest.Wait()
		promiseStats(t, g, 2, 6)
		if after := refused(); after != 7*time.Second {
			t.Errorf("told %v, promised the 7s that anybody waits", after)
		}
		for _, f := range release {
			f()
		}
		promiseStats(t, g, 0, 0)
	})
}

// One piece of work that was held up says little of the next.
func TestGateForgetsADelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 1, time.Minute)
		told := func() time.Duration {
			release := occupy(t, g)
			go g.Do(t.Context(), func() {})
			synctest.Wait()
			defer release()
			return busyFor(t, g.Do(t.Context(), func() {}))
		}
		if after := told(); after != 0 {
			t.Errorf("before any work: told %v, promised zero", after)
		}
		took := func(d time.Duration) { _ = g.Do(t.Context(), func() { time.Sleep(d) }) }
		for range 100 {
			took(80 * time.Millisecond)
		}
		took(8 * time.Second)
		if after := told(); after < time.Second || after > 1100*time.Millisecond {
			t.Errorf("after a delay of 8s: told %v, promised an eighth of it", after)
		}
		for range 100 {
			took(80 * time.Millisecond)
		}
		if after := told(); after > 90*time.Millisecond {
			t.Errorf("long after a delay: told %v, promised the usual 80ms", after)
		}
	})
}

func TestGateWaitHonoursContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 128, time.Minute)
		release := occupy(t, g)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		err := g.Do(ctx, func() { t.Error("work was done for a caller that had gone") })
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, password.ErrBusy) || time.Since(begun) != time.Second {
			t.Errorf("got %v after %v, promised the error of ctx when ctx ended", err, time.Since(begun))
		}
		served := false
		go g.Do(t.Context(), func() { served = true })
		synctest.Wait()
		release()
		if !served {
			t.Error("the one behind a caller that had gone was not served")
		}
	})
}

func TestGateFinishesWhatBegan(t *testing.T) {
	g := password.NewGate(1, 1, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	finished := false
	if err := g.Do(ctx, func() { cancel(); finished = true }); err != nil || !finished {
		t.Errorf("ctx ended during the work: got %v, finished %v, promised that it is finished", err, finished)
	}
}

func TestGatePassesOnTheSlotOfAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := password.NewGate(1, 1, time.Minute)
		held := make(chan struct{})
		go func() {
			defer func() { _ = recover() }()
			g.Do(t.Context(), func() { <-held; panic("planted") })
		}()
		synctest.Wait()
		served := false
		go g.Do(t.Context(), func() { served = true })
		synctest.Wait()
		close(held)
		synctest.Wait()
		if !served {
			t.Error("after a panic the next in the queue was not served: its slot leaked")
		}
		promiseStats(t, g, 0, 0)
	})
}

// A slot that is granted to a caller who is just giving up is not lost.
func TestGateKeepsTheSlotOfWhoGivesUpAtThatMoment(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			g := password.NewGate(1, 8, time.Second)
			go g.Do(t.Context(), func() { time.Sleep(time.Second) })
			synctest.Wait()
			for range 8 {
				go g.Do(t.Context(), func() {})
			}
			time.Sleep(time.Minute)
			promiseStats(t, g, 0, 0)
		})
	}
}

// Callers come, work, time out and go away at the same time; whatever
// meets, no slot may leak and none may be used twice.
func TestGateLeaksNoSlot(t *testing.T) {
	const slots, callers = 3, 64
	g := password.NewGate(slots, callers/2, time.Millisecond)
	var running, most, served, refused atomic.Int64
	work := func() {
		now := running.Add(1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
		}
		served.Add(1)
		for range 200 {
			runtime.Gosched() // let the others come, also on one processor
		}
		running.Add(-1)
	}
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for n := range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+(i*n)%7)*100*time.Microsecond)
				if g.Do(ctx, work) != nil {
					refused.Add(1)
				}
				cancel()
			}
		})
	}
	all.Wait()
	if most.Load() > slots {
		t.Errorf("%d ran at once, promised %d at most", most.Load(), slots)
	}
	if served.Load()+refused.Load() != callers*50 || served.Load() == 0 || refused.Load() == 0 {
		t.Errorf("%d served, %d refused: the test wants both, and %d in all", served.Load(), refused.Load(), callers*50)
	}
	promiseStats(t, g, 0, 0)
}
