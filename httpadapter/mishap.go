package httpadapter

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// panicked makes a panic in a request an error like any other, so that its
// client too is answered in the documented form. http.ErrAbortHandler is the
// host's way to drop a connection. It is reported by its type alone, since its
// text may hold anything; the error says where it was, too.
func (h *Handler) panicked(ctx context.Context, p any) error {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	err := fmt.Errorf("panic of type %T", p)
	h.report(ctx, "panic", err)
	return fmt.Errorf("%w\n%s", err, debug.Stack())
}

// fault logs what a call to the outside failed with; to the client it is 503.
func (h *Handler) fault(r *http.Request, doing string, err error) error {
	h.log.ErrorContext(r.Context(), "httpadapter: "+doing, "err", err)
	return fmt.Errorf("%w: %s", auth.ErrUnavailable, doing)
}

// report makes an event of a fault, if it is news. It is not awaited: the
// auditor may well be what failed.
func (h *Handler) report(ctx context.Context, doing string, err error) {
	n := h.faults.Add(doing)
	if n == 0 {
		return
	}
	e := auth.Event{Kind: auth.EventFault, Time: time.Now().UTC(), Reason: doing, Count: n, Err: err}
	go h.tell(context.WithoutCancel(ctx), e)
}

// tell gives an event to the auditor, whatever that does with it: there is no
// request any more to answer.
func (h *Handler) tell(ctx context.Context, e auth.Event) {
	ctx, done := context.WithTimeout(ctx, h.timeout)
	defer done()
	defer func() {
		if p := recover(); p != nil {
			h.unheard(ctx, e, fmt.Errorf("panic of type %T", p))
		}
	}()
	if err := h.auditor.Audit(ctx, e); err != nil {
		h.unheard(ctx, e, err)
	}
}

func (h *Handler) unheard(ctx context.Context, e auth.Event, err error) {
	h.log.ErrorContext(ctx, "httpadapter: auth event was not kept", "event", e.Kind, "reason", e.Reason, "count", e.Count, "err", e.Err, "audit_err", err)
}
