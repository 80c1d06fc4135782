package auth

import (
	"context"
	"errors"
	"time"
)

// errUnfinished: the answer is given before this was done, which goes on.
var errUnfinished = errors.New("auth: not done in the time of one request")

// allowance is the time that the store calls of one request have together, so
// that a store gone silent is waited for once and not once a call. It stands
// still while a request hashes or waits for others; those have bounds of their
// own. Only the request's goroutine uses it.
type allowance struct {
	context.Context // of the request
	total           time.Duration
	ends            time.Time // zero before the first call
}

// from returns when it ends, which the first call decides.
func (a *allowance) from(now time.Time) time.Time {
	if a.ends.IsZero() {
		a.ends = now.Add(a.total)
	}
	return a.ends
}

type allowanceKey struct{}

// Value finds the allowance in its own context.
func (a *allowance) Value(key any) any {
	if key == (allowanceKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// allow returns ctx with an allowance, unless it has one already: a third more
// than one call may take.
func allow(ctx context.Context, timeout time.Duration) context.Context {
	if allowanceOf(ctx) != nil {
		return ctx
	}
	return &allowance{Context: ctx, total: timeout + timeout/3}
}

func allowanceOf(ctx context.Context) *allowance {
	a, _ := ctx.Value(allowanceKey{}).(*allowance)
	return a
}

// apart returns ctx for what outlives the request: nobody cancels it and the
// request's allowance is not its own.
func apart(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), allowanceKey{}, (*allowance)(nil))
}

// pause has the allowance stand still until resume is called.
func pause(ctx context.Context) (resume func()) {
	a, began := allowanceOf(ctx), time.Now()
	return func() {
		if a != nil && !a.ends.IsZero() {
			a.ends = a.ends.Add(time.Since(began))
		}
	}
}

// bounded returns ctx with the time that one call may take.
func bounded(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	now := time.Now()
	ends := now.Add(timeout)
	if a := allowanceOf(ctx); a != nil && a.from(now).Before(ends) {
		ends = a.ends
	}
	l := &late{Context: ctx, ends: ends}
	return l, l.cancel
}

// errEnded: a store ended the goroutine it was called in.
var errEnded = errors.New("auth: the goroutine of a call was ended")

// outcome is how a call came out: an error, or what it panicked with.
type outcome struct {
	err   error
	panic any
}

// finish does what is left to do once the answer is decided, whatever has
// become of the client. It is waited for while the allowance lasts; then it
// goes on behind the answer, and errUnfinished is returned. A panic is the
// request's, as if it had made the call itself, while that waits.
func (r *reporter) finish(ctx context.Context, operation string, f func(ctx context.Context) error) error {
	a := allowanceOf(ctx)
	if a == nil {
		return f(apart(ctx))
	}
	done, left := make(chan outcome), make(chan struct{})
	go func() {
		o := outcome{err: errEnded}
		defer func() {
			var err error
			if o.panic = recover(); o.panic != nil {
				err = r.recovered(ctx, operation, o.panic)
			}
			select {
			case done <- o:
			case <-left:
				if err != nil {
					_ = r.fault(apart(ctx), operation, err)
				}
			}
		}()
		o.err = f(apart(ctx))
	}()
	timer := time.NewTimer(time.Until(a.from(time.Now())))
	defer timer.Stop()
	select {
	case o := <-done:
		if o.panic != nil {
			panic(o.panic)
		}
		return o.err
	case <-timer.C:
		close(left)
		return errUnfinished
	}
}
