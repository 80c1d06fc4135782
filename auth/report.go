package auth

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// faultEvery is how often one kind of fault becomes an event; an outage fails
// every request, and the record needs to say so once.
const faultEvery = 10 * time.Second

// faultRetry is what a caller is told to wait after a fault.
const faultRetry = time.Second

// reporter bounds calls to the outside and tells the auditor of what happened.
type reporter struct {
	auditor Auditor
	log     *slog.Logger
	timeout time.Duration
	unkept  *atomic.Int64 // events the auditor did not take
	mu      *sync.Mutex
	faults  map[string]*faultCount // by operation, a fixed few
}

type faultCount struct {
	next  time.Time
	count int
}

func newReporter(opts *Options) reporter {
	r := reporter{
		auditor: opts.Auditor, log: opts.Logger, timeout: or(opts.StoreTimeout, defaultStoreTimeout),
		unkept: new(atomic.Int64), mu: new(sync.Mutex), faults: make(map[string]*faultCount),
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
	_ = finish(ctx, func(ctx context.Context) error {
		err := r.keep(ctx, e)
		if err != nil {
			r.log.LogAttrs(ctx, slog.LevelError, "auth event was not kept",
				append(e.attrs(), slog.Any("audit_err", err), slog.Int64("not_kept", r.unkept.Add(1)))...)
		}
		return err
	})
}

// fault turns the failure of an operation into the error to return, and into
// an event if it is news. What a caller gave up on is no event.
func (r *reporter) fault(ctx context.Context, operation string, cause error) error {
	if ctx.Err() == nil {
		if n := r.newFault(operation); n > 0 {
			// Not awaited: the auditor may well write to what just failed.
			go r.audit(apart(ctx), Event{Kind: EventFault, Reason: operation, Count: n, Err: cause})
		}
	}
	return &RetryAfter{Err: fmt.Errorf("%w: %s: %w", ErrUnavailable, operation, cause), After: faultRetry}
}

// newFault counts, and returns the count when it is time to tell.
func (r *reporter) newFault(operation string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.faults[operation]
	if f == nil {
		f = new(faultCount)
		r.faults[operation] = f
	}
	f.count++
	now := time.Now()
	if now.Before(f.next) {
		return 0
	}
	n := f.count
	f.next, f.count = now.Add(faultEvery), 0
	return n
}
