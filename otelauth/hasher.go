package otelauth

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
)

// Hasher returns next with a span and a duration for each hash, and watches its
// slots and its queue if it is a [password.Hasher]. How long calls waited is
// told by the hasher itself, which has to be made with [Telemetry.Waited]. Nil
// stays nil.
func (t *Telemetry) Hasher(next auth.PasswordHasher) auth.PasswordHasher {
	if next == nil {
		return nil
	}
	if g, ok := next.(gate); ok {
		t.gates.add(g)
	}
	h := &hasher{t, next}
	if r, ok := next.(auth.HashReader); ok {
		return struct { // an import asks this value which hashes it reads
			*hasher
			auth.HashReader
		}{h, r}
	}
	return h
}

// Waited is for [password.Options].
func (t *Telemetry) Waited(ctx context.Context, d time.Duration) {
	t.wait.Record(ctx, d.Seconds())
}

type hasher struct {
	*Telemetry
	next auth.PasswordHasher
}

func (h *hasher) Hash(ctx context.Context, text string) (_ string, err error) {
	ctx, c := h.hash.begin(ctx)
	defer c.end(&err)
	err = errPanicked
	return h.next.Hash(ctx, text)
}

func (h *hasher) Verify(ctx context.Context, hash, text string) (_ password.Result, err error) {
	ctx, c := h.verify.begin(ctx)
	defer c.end(&err)
	err = errPanicked
	return h.next.Verify(ctx, hash, text)
}

// gate is what a password.Hasher tells of itself.
type gate interface{ Stats() password.Stats }

// gates are those of the hashers that were wrapped.
type gates struct {
	mu  sync.Mutex
	all []gate
}

func (g *gates) add(one gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, one)
}

// stats is the sum, and false where there is none.
func (g *gates) stats() (sum password.Stats, any bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.all {
		s := one.Stats()
		sum.Slots += s.Slots
		sum.Running += s.Running
		sum.Waiting += s.Waiting
	}
	return sum, len(g.all) > 0
}

// gates makes the gauges of g.
func (m *maker) gates(g *gates) {
	gauge := func(name, unit, about string, of func(password.Stats) int) {
		_, err := m.meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(about),
			metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				if s, any := g.stats(); any {
					o.Observe(int64(of(s)))
				}
				return nil
			}))
		m.errs = append(m.errs, err)
	}
	gauge("sallyport.password.gate.slots", "{slot}", "Hashes that may run at once.", func(s password.Stats) int { return s.Slots })
	gauge("sallyport.password.gate.running", "{hash}", "Hashes that run.", func(s password.Stats) int { return s.Running })
	gauge("sallyport.password.gate.waiting", "{call}", "Calls that wait for a hashing slot.", func(s password.Stats) int { return s.Waiting })
}
