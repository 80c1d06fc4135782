package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrInjected is what [Fail] and [LoseAnswer] answer. A Service takes it for a
// fault, as it would a broken connection.
var ErrInjected = errors.New("storetest: injected fault")

// Fault is what happens in place of a store call. ctx is the call's, do makes
// the call and returns its error. Whatever a Fault returns is the call's
// error; with one, the caller gets no value.
//
// Those of this package are the usual ones. A test writes its own where it
// needs another, such as a client that hangs up and a call that is slow.
type Fault func(ctx context.Context, do func() error) error

// Fail answers [ErrInjected] at once; nothing has happened.
func Fail(context.Context, func() error) error { return ErrInjected }

// TimeOut answers when ctx ends, as a store does whose network is gone;
// nothing has happened. A call that gives no deadline hangs.
func TimeOut(ctx context.Context, _ func() error) error {
	<-ctx.Done()
	return ctx.Err()
}

// Cancel answers context.Canceled although nobody has cancelled, as a driver
// does whose query was ended by the server; nothing has happened.
func Cancel(context.Context, func() error) error { return context.Canceled }

// LoseAnswer makes the call and then answers [ErrInjected], whatever came of
// it: what was asked for has happened, and the caller cannot know.
func LoseAnswer(_ context.Context, do func() error) error {
	_ = do()
	return ErrInjected
}

// Faults has chosen calls of a store go wrong, so that a test sees what comes
// of it. Put the parts of a store behind it by Users, Sessions, Throttle,
// Identity and Accounts, which count together, and join the first three by
// [auth.Compose]. Run a flow
// in peace, ask Calls which calls it makes, and run it again for each of them
// with a fault planned there.
//
// The zero value is ready and lets every call through. It is safe for
// concurrent use.
type Faults struct {
	mu    sync.Mutex
	calls []string
	plan  func(method string, n int) Fault // n counts from 1: all calls, and this one
}

// At plans a fault for the nth call from now; 1 is the next one. Like From, On
// and Clear it replaces what was planned and forgets the calls seen.
func (f *Faults) At(n int, fault Fault) {
	f.set(func(_ string, call int) Fault { return when(call == n, fault) })
}

// From plans a fault for the nth call from now and all after it: an outage.
func (f *Faults) From(n int, fault Fault) {
	f.set(func(_ string, call int) Fault { return when(call >= n, fault) })
}

// On plans a fault for the nth call from now of one method, such as
// "EndSession"; 0 is each of its calls.
func (f *Faults) On(method string, n int, fault Fault) {
	seen := 0
	f.set(func(called string, _ int) Fault {
		if called != method {
			return nil
		}
		seen++
		return when(n == 0 || seen == n, fault)
	})
}

// Clear plans nothing: the store is healthy.
func (f *Faults) Clear() { f.set(nil) }

// Calls returns the names of the methods called since the last plan, in order.
func (f *Faults) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *Faults) set(plan func(string, int) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.plan = nil, plan
}

// enter counts a call and returns what is planned for it, or nil.
func (f *Faults) enter(method string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, method)
	if f.plan == nil {
		return nil
	}
	return f.plan(method, len(f.calls))
}

func when(now bool, fault Fault) Fault {
	if now {
		return fault
	}
	return nil
}

// run makes one call, unless something else is planned for it.
func (f *Faults) run(ctx context.Context, method string, do func() error) error {
	if fault := f.enter(method); fault != nil {
		return fault(ctx, do)
	}
	return do()
}

// answer is run for a call with a value, which is lost together with an error.
func answer[T any](ctx context.Context, f *Faults, method string, do func() (T, error)) (T, error) {
	var value, none T
	err := f.run(ctx, method, func() (err error) {
		value, err = do()
		return err
	})
	if err != nil {
		return none, err
	}
	return value, nil
}
