package otelauth_test

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/otelauth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// Every part is watched, and nothing else about the wiring changes. A host gives
// its own providers in the place of the two here.
func Example() {
	reader := metric.NewManualReader()
	meters := metric.NewMeterProvider(metric.WithReader(reader))

	tracers := nooptrace.NewTracerProvider()
	secret := []byte("32 bytes or more, from authctl key new")
	record := &authtest.Recorder{} // where your events go
	store := memory.New()

	tel, err1 := otelauth.New(meters, tracers, &otelauth.Options{LiveSessions: store.CountSessions})
	hasher, err2 := password.New(&password.Options{Waited: tel.Waited})
	tokens, err3 := token.NewHS256(secret, nil)
	svc, err4 := auth.New(store, tokens, &auth.Options{Hasher: tel.Hasher(hasher), Auditor: tel.Auditor(record)})
	guard, err5 := httpadapter.New(tel.Authenticator(svc), &httpadapter.Options{Auditor: svc})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		fmt.Println(err)
		return
	}
	_ = guard // guard.Mount(mux), and so on

	var seen metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &seen); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range seen.ScopeMetrics[0].Metrics {
		fmt.Println(m.Name, m.Unit)
	}
	// Output:
	// sallyport.password.hash.duration s
	// sallyport.password.gate.wait s
	// sallyport.password.gate.slots {slot}
	// sallyport.password.gate.running {hash}
	// sallyport.password.gate.waiting {call}
	// sallyport.sessions.live {session}
}

// A host that has its own Authenticator, or none of the other parts, watches
// that alone.
func ExampleTelemetry_Authenticator() {
	reader := metric.NewManualReader()
	tel, err := otelauth.New(metric.NewMeterProvider(metric.WithReader(reader)), nooptrace.NewTracerProvider(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	watched := tel.Authenticator(&authtest.Fake{})
	_, err = watched.Validate(context.Background(), "not a token", 0)
	fmt.Println(err)

	var seen metricdata.ResourceMetrics
	_ = reader.Collect(context.Background(), &seen)
	times := seen.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints[0]
	outcome, _ := times.Attributes.Value("sallyport.outcome")
	fmt.Println(times.Count, outcome.AsString())
	// Output:
	// auth: invalid or expired token
	// 1 invalid
}
