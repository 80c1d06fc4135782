package auth

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/internal/seldom"
)

// faultRetry is what a caller is told to wait after a fault.
const faultRetry = time.Second

// reporter bounds calls to the outside and tells the auditor of what happened.
type reporter struct {
	auditor Auditor
	log     *slog.Logger
	timeout time.Duration
	unkept  *atomic.Int64   // events the auditor did not take
	faults  *seldom.Counter // by operation
}

func newReporter(opts *Options) reporter {
	r := reporter{
		auditor: opts.Auditor, log: opts.Logger, timeout: or(opts.StoreTimeout, defaultStoreTimeout),
		unkept: new(atomic.Int64), faults: new(seldom.Counter),
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.auditor == nil {
		r.auditor = NewLogAuditor(r.log)
	}
	return r
}

// allow returns ctx with the time that one request's calls have together.
func (r *reporter) allow(ctx context.Context) context.Context { return allow(ctx, r.timeout) }

// allowSince is allow for a request that began to make calls then.
func (r *reporter) allowSince(ctx context.Context, began time.Time) context.Context {
	ctx = r.allow(ctx)
	allowanceOf(ctx).from(began)
	return ctx
}

// bounded returns ctx with the time a store call may take.
func (r *reporter) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return bounded(ctx, r.timeout)
}

// keep gives an event to the auditor. It sets Time, and ActorID where ctx
// carries somebody other than the event's user.
func (r *reporter) keep(ctx context.Context, e Event) error {
	e.Time = time.Now().UTC()
	if actor, ok := IdentityFrom(ctx); ok && e.ActorID == "" && actor.User.ID != e.UserID {
		e.ActorID = actor.User.ID
	}
	call, done := r.bounded(ctx)
	defer done()
	return r.auditor.Audit(call, e)
}

// audit reports what has happened already: an auditor's failure is logged and
// counted and changes nothing.
func (r *reporter) audit(ctx context.Context, e Event) {
	_ = r.finish(ctx, "audit", func(ctx context.Context) error {
		err := r.keep(ctx, e)
		if err != nil {
			r.unheard(ctx, e, err)
		}
		return err
	})
}

// unheard logs an event that the auditor did not take.
func (r *reporter) unheard(ctx context.Context, e Event, err error) {
	r.log.LogAttrs(ctx, slog.LevelError, "auth event was not kept",
		append(e.attrs(), slog.Any("audit_err", err), slog.Int64("not_kept", r.unkept.Add(1)))...)
}

// fault turns the failure of an operation into the error to return, and into
// an event if it is news. What a caller gave up on is no event.
func (r *reporter) fault(ctx context.Context, operation string, cause error) error {
	cause = hush(ctx, cause)
	if ctx.Err() == nil {
		if n := r.faults.Add(operation); n > 0 {
			// Not awaited: the auditor may well write to what just failed.
			go r.tell(apart(ctx), Event{Kind: EventFault, Reason: operation, Count: n, Err: cause})
		}
	}
	return &RetryAfter{Err: fmt.Errorf("%w: %s: %w", ErrUnavailable, operation, cause), After: faultRetry}
}

// tell is audit for a goroutine in which nobody else would recover a panic.
func (r *reporter) tell(ctx context.Context, e Event) {
	defer func() {
		if p := recover(); p != nil {
			r.unheard(ctx, e, panicked(p))
		}
	}()
	r.audit(ctx, e)
}

// behind runs f behind the answer, where a panic would take the process down.
func (r *reporter) behind(ctx context.Context, operation string, f func(ctx context.Context) error) {
	go r.caught(apart(ctx), operation, f)
}

// caught runs f, in which a panic is a fault like any other.
func (r *reporter) caught(ctx context.Context, operation string, f func(ctx context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = r.fault(ctx, operation, r.recovered(ctx, operation, p))
		}
	}()
	return f(ctx)
}

// recovered makes a panic an error. Where it came from goes to the log, before
// the goroutine is gone that knows.
func (r *reporter) recovered(ctx context.Context, operation string, p any) error {
	err := panicked(p)
	r.log.LogAttrs(ctx, slog.LevelError, "auth: "+operation, slog.Any("err", err), slog.String("stack", string(debug.Stack())))
	return err
}

// panicked describes a panic by its type only: its text may hold anything.
func panicked(p any) error { return fmt.Errorf("panic of type %T", p) }
