package otelauth

import (
	"context"
	"log/slog"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/sallyport-go/sallyport/auth"
)

// Auditor counts each event and gives it to next, whose error is returned as it
// is: what next does not keep stays unkept. An event that stands for several,
// by its Count, counts as so many. Nil: events go to slog.Default(), as they do
// without an Auditor.
func (t *Telemetry) Auditor(next auth.Auditor) auth.Auditor {
	if next == nil {
		next = auth.NewLogAuditor(slog.Default())
	}
	return &auditor{t, next}
}

type auditor struct {
	*Telemetry
	next auth.Auditor
}

func (a *auditor) Audit(ctx context.Context, e auth.Event) (err error) {
	kind := attribute.String("sallyport.event", a.kinds.pass(string(e.Kind)))
	attrs := attribute.NewSet(kind)
	if reasoned[e.Kind] {
		attrs = attribute.NewSet(kind, attribute.String("sallyport.reason", a.reasons.pass(e.Reason)))
	}
	n := max(1, int64(e.Count))
	a.events.Add(ctx, n, metric.WithAttributeSet(attrs))
	if e.Kind == auth.EventFault {
		a.faults.Add(ctx, n, metric.WithAttributes(attribute.String("sallyport.operation", a.operations.pass(e.Reason))))
	}
	defer func() {
		if err != nil {
			a.unkept.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(kind)))
		}
	}()
	err = errPanicked
	return a.next.Audit(ctx, e)
}

// reasoned has the kinds whose Reason is one of a few.
var reasoned = map[auth.EventKind]bool{
	auth.EventLoginFailed:      true,
	auth.EventLoginThrottled:   true,
	auth.EventPasswordRefused:  true,
	auth.EventSessionEnded:     true,
	auth.EventAccountCreated:   true,
	auth.EventRoleChanged:      true,
	auth.EventActiveChanged:    true,
	auth.EventCredentialViewed: true,
}

const (
	most    = 64 // different texts
	longest = 64 // bytes of each
)

// few passes a bounded number of different texts; any further one is "other". A
// host's own events may have any text, and each would be a series for ever. The
// zero value is ready.
type few struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (f *few) pass(text string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[text] {
		return text
	}
	if len(f.seen) == most || len(text) > longest {
		return "other"
	}
	if f.seen == nil {
		f.seen = make(map[string]bool)
	}
	f.seen[text] = true
	return text
}
