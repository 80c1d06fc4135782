package otelauth

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
)

const (
	countEvery   = 10 * time.Second
	countTimeout = 3 * time.Second
)

// errCount says no more: an SDK prints it where it likes.
var errCount = errors.New("otelauth: Options.LiveSessions failed")

// live asks for the number of sessions, one at a time and not too often, however
// many collect metrics.
type live struct {
	count func(context.Context) (int64, error)

	mu  sync.Mutex
	at  time.Time // of the last answer
	n   int64
	err error
}

func (l *live) now(ctx context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() || time.Since(l.at) >= countEvery {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), countTimeout) // others get the answer too
		defer done()
		n, err := l.count(ctx)
		l.n, l.err, l.at = n, err, time.Now()
	}
	if l.err != nil {
		return 0, errCount
	}
	return l.n, nil
}

// sessions makes the gauge. It is no sum: each node counts the same sessions.
func (m *maker) sessions(l *live) {
	_, err := m.meter.Int64ObservableGauge("sallyport.sessions.live", metric.WithUnit("{session}"),
		metric.WithDescription("Sessions that have neither ended nor expired, in the store that nodes share."),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			n, err := l.now(ctx)
			if err != nil {
				return err // no value rather than a wrong one
			}
			o.Observe(n)
			return nil
		}))
	m.errs = append(m.errs, err)
}
