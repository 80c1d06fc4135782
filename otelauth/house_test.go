package otelauth_test

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/sallyport-go/sallyport/otelauth"
)

// house has a Telemetry, and an SDK that keeps what it is told.
type house struct {
	*otelauth.Telemetry
	reader *metric.ManualReader
	spans  *tracetest.SpanRecorder
}

func build(t testing.TB, opts *otelauth.Options) *house {
	t.Helper()
	h := &house{reader: metric.NewManualReader(), spans: tracetest.NewSpanRecorder()}
	meters := metric.NewMeterProvider(metric.WithReader(h.reader))
	tracers := trace.NewTracerProvider(trace.WithSpanProcessor(h.spans))
	var err error
	h.Telemetry, err = otelauth.New(meters, tracers, opts)
	require.NoError(t, err)
	return h
}

func (h *house) collect(t testing.TB) []metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, h.reader.Collect(context.Background(), &all))
	var found []metricdata.Metrics
	for _, scope := range all.ScopeMetrics {
		require.Equal(t, "github.com/sallyport-go/sallyport/otelauth", scope.Scope.Name)
		found = append(found, scope.Metrics...)
	}
	return found
}

// values returns the series of a metric: what a counter or a gauge has, and how
// many values a histogram, each under its attributes, as in "a=1 b=2".
func (h *house) values(t testing.TB, name string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, m := range h.collect(t) {
		if m.Name == name {
			for _, p := range points(m) {
				found[text(p.attrs)] = int(p.value)
			}
		}
	}
	return found
}

type point struct {
	attrs []attribute.KeyValue
	value int64
}

func points(m metricdata.Metrics) (all []point) {
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes.ToSlice(), p.Value})
		}
	case metricdata.Gauge[int64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes.ToSlice(), p.Value})
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes.ToSlice(), int64(p.Count)})
		}
	default:
		panic(fmt.Sprintf("%s is a %T", m.Name, d))
	}
	return all
}

func text(attrs []attribute.KeyValue) string {
	var all []string
	for _, a := range attrs {
		all = append(all, strings.TrimPrefix(string(a.Key), "sallyport.")+"="+a.Value.String())
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

// ended returns the spans that have ended, each as its name, status and
// attributes.
func (h *house) ended() []string {
	var all []string
	for _, s := range h.spans.Ended() {
		all = append(all, strings.TrimSpace(fmt.Sprint(s.Name(), " ", s.Status().Code, " ", text(s.Attributes()))))
	}
	slices.Sort(all)
	return all
}
