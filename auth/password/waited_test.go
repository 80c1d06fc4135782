package password_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

// Options.Waited is told of every call, whatever became of it.
func TestWaitedIsToldOfEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []time.Duration
		h := cheap(t, &password.Options{Queue: 2, QueueTimeout: 4 * time.Second, Waited: func(ctx context.Context, d time.Duration) {
			if ctx.Value(caller{}) == nil {
				t.Error("Waited was given another context than the call's")
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, d)
		}})
		ctx := context.WithValue(t.Context(), caller{}, true)
		stored, err := h.Hash(ctx, right)
		if err != nil {
			t.Fatal(err)
		}
		h.SetSlots(1)
		h.OnWork(func(string) { time.Sleep(3 * time.Second) })
		told = nil
		verify := func(ctx context.Context, want error) {
			if _, err := h.Verify(ctx, stored, right); !errors.Is(err, want) {
				t.Errorf("Verify: %v, want %v", err, want)
			}
			synctest.Wait()
		}
		go verify(ctx, nil) // at once
		synctest.Wait()
		go verify(ctx, nil) // after the first
		synctest.Wait()
		go verify(ctx, password.ErrBusy) // waits too long behind the second
		synctest.Wait()
		verify(ctx, password.ErrBusy) // finds the queue full
		time.Sleep(time.Second)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		verify(gone, context.Canceled) // never queues
		time.Sleep(9 * time.Second)
		synctest.Wait() // for the race detector too
		want := []time.Duration{0, 0, 0, 3 * time.Second, 4 * time.Second}
		if !slices.Equal(told, want) {
			t.Errorf("Waited was told %v, want %v", told, want)
		}
	})
}

type caller struct{}

// What is told must not cost a slot, whatever it does.
func TestAPanicInWaitedHoldsNoSlot(t *testing.T) {
	calls := 0
	h := cheap(t, &password.Options{Waited: func(context.Context, time.Duration) {
		if calls++; calls > 1 {
			panic("planted")
		}
	}})
	stored := hash(t, h, right)
	func() {
		defer func() { _ = recover() }()
		_, _ = h.Verify(t.Context(), stored, right)
		t.Error("the panic was swallowed")
	}()
	if s := h.Stats(); s.Running != 0 {
		t.Errorf("after a panic: %+v, promised no slot in use", s)
	}
}
