package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// testCase is one promise of the contract and how to see that it is kept.
type testCase[S any] struct {
	name    string
	promise string // a sentence
	run     func(c *check, s S)
}

// run gives each case a fresh store.
func run[S any](t *testing.T, open func(t *testing.T) S, cases []testCase[S]) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			tc.run(&check{T: t, promise: tc.promise}, open(t))
		})
	}
}

// check is a case under way.
type check struct {
	*testing.T
	promise string
}

// broken ends the case: what was promised, and what was got instead.
func (c *check) broken(format string, got ...any) {
	c.Helper()
	c.Fatalf("broken promise: %s\n\tgot: %s", c.promise, fmt.Sprintf(format, got...))
}

// ok ends the case if a call that must succeed did not.
func (c *check) ok(err error, call string) {
	c.Helper()
	if err != nil {
		c.broken("%s: error %v", call, err)
	}
}

// there ends the case unless a call returned its value, which is not nil, and
// no error.
func (c *check) there(value bool, err error, call string) {
	c.Helper()
	c.ok(err, call)
	if !value {
		c.broken("%s: nil and no error", call)
	}
}

// is ends the case unless err is the error that is promised.
func (c *check) is(err, want error, call string) {
	c.Helper()
	if !errors.Is(err, want) {
		c.broken("%s: error %v, want %q", call, err, want)
	}
}

// cancelled returns a context that has ended already.
func (c *check) cancelled() context.Context {
	ctx, cancel := context.WithCancel(c.Context())
	cancel()
	return ctx
}

// eventually asks again and again until done, for at most half a minute. It
// is for the few promises about time, which is the store's to keep.
func (c *check) eventually(done func() bool) {
	c.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.broken("no change within 30 s")
		}
	}
}

// atOnce calls f n times in parallel and returns its errors.
func atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// oneWins ends the case unless exactly one of the errors is nil and all others
// are refusal. Another error is a fault: a caller would be answered 503.
func (c *check) oneWins(errs []error, refusal error) {
	c.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, refusal):
			c.broken("one of %d at once: error %v, want nil or %q", len(errs), err, refusal)
		}
	}
	if won != 1 {
		c.broken("%d of %d at once succeeded", won, len(errs))
	}
}
