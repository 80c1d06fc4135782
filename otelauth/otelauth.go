package otelauth

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope is the instrumentation scope of all that is measured here.
const scope = "github.com/sallyport-go/sallyport/otelauth"

// Options are the parts of a Telemetry that can be left out. A nil *Options
// leaves out all of them.
type Options struct {
	// LiveSessions returns how many sessions there are now, as CountSessions of
	// memory.Store and sqlstore.Store does. It is asked when metrics are
	// collected, at most every 10 seconds, for 3 seconds at most. Nil: the
	// gauge is not there.
	LiveSessions func(ctx context.Context) (int64, error)
}

// Telemetry has the instruments. It is safe for concurrent use.
type Telemetry struct {
	login, validate, logout operation
	hash, verify            operation

	events metric.Int64Counter
	faults metric.Int64Counter
	unkept metric.Int64Counter
	wait   metric.Float64Histogram

	kinds, reasons, operations few
	gates                      gates
}

// New makes the instruments. A host without metrics or without traces gives the
// provider of OpenTelemetry's package noop; one that has set the global ones
// gives otel.GetMeterProvider() and otel.GetTracerProvider(). The error joins
// all that is wrong.
func New(meters metric.MeterProvider, tracers trace.TracerProvider, opts *Options) (*Telemetry, error) {
	if meters == nil || tracers == nil {
		return nil, errors.New("otelauth: New needs a MeterProvider and a TracerProvider: give noop.NewMeterProvider() or noop.NewTracerProvider() for what is not wanted")
	}
	if opts == nil {
		opts = &Options{}
	}
	m := maker{meter: meters.Meter(scope), tracer: tracers.Tracer(scope)}
	t := &Telemetry{
		login:    m.operation("sallyport.login", "Time of a login, by what came of it.", slow),
		validate: m.operation("sallyport.validate", "Time to validate a token, by what came of it.", quick),
		logout:   m.operation("sallyport.logout", "Time of a logout, by what came of it.", quick),
		hash:     m.operation("sallyport.password.hash", "Time to hash a new password, waiting included.", slow),
		verify:   m.operation("sallyport.password.verify", "Time to check a password, waiting included.", slow),
		wait:     m.histogram("sallyport.password.gate.wait", "Time that a call waited for a hashing slot.", slow),
		events:   m.counter("sallyport.events", "{event}", "Events, by kind and reason."),
		faults:   m.counter("sallyport.faults", "{fault}", "Faults of stores and other parts, by what was being done."),
		unkept:   m.counter("sallyport.audit.failures", "{event}", "Events that the auditor did not keep."),
	}
	m.gates(&t.gates)
	if opts.LiveSessions != nil {
		m.sessions(&live{count: opts.LiveSessions})
	}
	if err := errors.Join(m.errs...); err != nil {
		return nil, fmt.Errorf("otelauth: the MeterProvider refuses an instrument: %w", err)
	}
	return t, nil
}

// Upper bounds of buckets, in seconds: of what waits for a hash, and of what
// reads a session.
var (
	slow  = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	quick = []float64{0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}
)

// maker makes instruments and collects what is wrong.
type maker struct {
	meter  metric.Meter
	tracer trace.Tracer
	errs   []error
}

func (m *maker) operation(name, about string, bounds []float64) operation {
	return operation{name: name, tracer: m.tracer, duration: m.histogram(name+".duration", about, bounds)}
}

func (m *maker) histogram(name, about string, bounds []float64) metric.Float64Histogram {
	h, err := m.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(bounds...))
	m.errs = append(m.errs, err)
	return h
}

func (m *maker) counter(name, unit, about string) metric.Int64Counter {
	c, err := m.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(about))
	m.errs = append(m.errs, err)
	return c
}
