package credentials

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// cached is one set of a Cache.
type cached struct {
	cache *Cache
	set   string
	last  atomic.Pointer[snapshot] // nil: nothing was answered yet

	mu       sync.Mutex
	running  *call // at most one; also when its callers have stopped waiting
	failures int   // in a row
	failed   error
	failedAt time.Time
	retry    time.Time // not before this
}

// call is one question to the source.
type call struct {
	asked time.Time
	over  chan struct{} // closed once what is below is set
	got   *snapshot
	err   error
}

func (c *call) isOver() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// renew asks in the background, unless that is under way or has just failed.
func (e *cached) renew(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil && !now.Before(e.retry) && !now.Before(e.last.Load().renew) {
		e.start(now)
	}
}

// join returns a fresh snapshot, or the call to wait for, which is over when it
// is overdue, or the fault for which none is made now.
func (e *cached) join(now time.Time) (*snapshot, *call, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch last := e.last.Load(); {
	case last.isFresh(now): // since the caller looked
		return last, nil, nil
	case e.running != nil:
		return nil, e.running, nil
	case now.Before(e.retry):
		return nil, nil, e.failed
	}
	return nil, e.start(now), nil
}

func (e *cached) start(now time.Time) *call {
	c := &call{asked: now, over: make(chan struct{})}
	e.running = c
	go e.run(c)
	return c
}

// run asks the source. Nobody's context is used, because everybody waits for
// the answer.
func (e *cached) run(c *call) {
	ctx, cancel := context.WithTimeout(context.Background(), e.cache.opts.Timeout)
	defer cancel()
	inTime := context.AfterFunc(ctx, func() { e.overdue(c) })
	var s auth.Secrets
	err := fmt.Errorf("credentials: the source of set %q ended its goroutine", e.set)
	defer func() { // for runtime.Goexit too
		inTime()
		e.finish(c, s, err)
	}()
	s, err = ask(ctx, e.cache.src, e.set)
}

// ask makes a fault of a panic. What the source panicked with may hold
// anything, so only its type is told.
func ask(ctx context.Context, src auth.SecretProvider, set string) (s auth.Secrets, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = auth.Secrets{}, fmt.Errorf("credentials: the source of set %q panicked (%T)", set, p)
		}
	}()
	return src.Secrets(ctx, set)
}

// overdue ends the waiting. The call stays the running one until the source
// returns, so that a source that hangs is not asked again and again.
func (e *cached) overdue(c *call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == c && !c.isOver() {
		e.fail(c, fmt.Errorf("credentials: the source of set %q has not answered within %v", e.set, e.cache.opts.Timeout))
	}
}

func (e *cached) finish(c *call, s auth.Secrets, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = nil
	switch {
	case err == nil && !configured(s):
		err = auth.ErrSecretNotFound
	case err == nil && expired(s, time.Now()):
		err = fmt.Errorf("credentials: the source of set %q answered with one that has expired", e.set)
	}
	if err != nil && !errors.Is(err, auth.ErrSecretNotFound) {
		if !c.isOver() {
			e.fail(c, err)
		}
		return
	}
	got := e.cache.snapshot(c.asked, s, err)
	e.last.Store(got)
	e.failures, e.retry = 0, time.Time{}
	if !c.isOver() {
		c.got = got
		close(c.over)
	}
}

// fail ends a call with a fault and says when the next may be made.
func (e *cached) fail(c *call, err error) {
	c.err = err
	close(c.over)
	wait := min(firstBackOff<<min(e.failures, 10), maxBackOff)
	e.failures++
	e.failed, e.failedAt = err, time.Now()
	e.retry = e.failedAt.Add(wait)
}

// wait returns what c ends with. Who has something to show waits for a second.
func (e *cached) wait(ctx context.Context, c *call) (auth.Secrets, error) {
	var enough <-chan time.Time
	if e.last.Load().isUsable(time.Now()) {
		timer := time.NewTimer(time.Until(c.asked.Add(patience)))
		defer timer.Stop()
		enough = timer.C
	}
	for {
		select {
		case <-c.over:
			if c.err != nil {
				return e.fallBack(c.err)
			}
			return c.got.answer()
		case <-ctx.Done():
			return auth.Secrets{}, ctx.Err()
		case <-enough:
			if last := e.last.Load(); last.isUsable(time.Now()) {
				return last.answer()
			}
			enough = nil // it has expired meanwhile
		}
	}
}

// fallBack serves what was last known in place of a fault, for a time.
func (e *cached) fallBack(err error) (auth.Secrets, error) {
	if last := e.last.Load(); last.isUsable(time.Now()) {
		return last.answer()
	}
	return auth.Secrets{}, err
}
