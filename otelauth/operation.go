package otelauth

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// operation is one kind of call, a span and a duration each time.
type operation struct {
	name     string
	tracer   trace.Tracer
	duration metric.Float64Histogram
}

// call is one that has begun.
type call struct {
	*operation
	ctx   context.Context
	span  trace.Span
	begun time.Time
}

func (o *operation) begin(ctx context.Context) (context.Context, call) {
	begun := time.Now()
	ctx, span := o.tracer.Start(ctx, o.name)
	return ctx, call{o, ctx, span, begun}
}

// end is deferred, with the place of the error that the call returns. That holds
// errPanicked until there is one.
func (c call) end(err *error) {
	o := outcomeOf(*err)
	c.duration.Record(c.ctx, time.Since(c.begun).Seconds(), o.record...)
	if c.span.IsRecording() {
		c.span.SetAttributes(o.attrs...)
		if o.broken {
			c.span.SetStatus(codes.Error, o.name)
		}
	}
	c.span.End()
}
