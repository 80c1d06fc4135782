package otelauth

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
)

// errPanicked stands for an error where a call did not return.
var errPanicked = errors.New("otelauth: panicked")

// outcome is what came of a call. There are these few, and no error's text is
// ever one.
type outcome struct {
	name   string
	broken bool // the call did not do its work; a refusal is work done
	attrs  []attribute.KeyValue
	record []metric.RecordOption
}

var (
	succeeded   = answered("ok")
	unavailable = broken("unavailable", "unavailable")
	unknown     = broken("error", "_OTHER")

	// The first match wins.
	outcomes = []struct {
		err error
		*outcome
	}{
		{auth.ErrCredentialsRequired, answered("incomplete")},
		{auth.ErrInvalidCredentials, answered("failed")},
		{auth.ErrInvalidToken, answered("invalid")},
		{auth.ErrThrottled, answered("throttled")},
		{password.ErrBusy, broken("busy", "busy")},
		{context.Canceled, broken("canceled", "canceled")},
		{auth.ErrUnavailable, unavailable},
		{context.DeadlineExceeded, unavailable},
		{errPanicked, broken("panic", "panic")},
	}
)

func answered(name string) *outcome {
	return newOutcome(name, attribute.String("sallyport.outcome", name))
}

// broken also has the attribute that every instrumentation has for it.
func broken(name, class string) *outcome {
	o := newOutcome(name, attribute.String("sallyport.outcome", name), attribute.String("error.type", class))
	o.broken = true
	return o
}

func newOutcome(name string, attrs ...attribute.KeyValue) *outcome {
	return &outcome{name: name, attrs: attrs, record: []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(attrs...))}}
}

func outcomeOf(err error) *outcome {
	if err == nil {
		return succeeded
	}
	for _, row := range outcomes {
		if errors.Is(err, row.err) {
			return row.outcome
		}
	}
	return unknown
}
