package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/otelauth"
)

// wire puts the pieces together: this is the part to copy. Events go to record
// or, if it is nil, to the log.
func wire(store auth.Store, users auth.AccountStore, count func(context.Context) (int64, error),
	record auth.Auditor, registry prometheus.Registerer) (http.Handler, *auth.Accounts, error) {
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, nil, err
	}
	meters := metric.NewMeterProvider(metric.WithReader(exporter))
	tel, err := otelauth.New(meters, nooptrace.NewTracerProvider(), &otelauth.Options{LiveSessions: count})
	if err != nil {
		return nil, nil, err
	}
	hasher, err := password.New(&password.Options{Waited: tel.Waited})
	if err != nil {
		return nil, nil, err
	}
	if record == nil {
		record = auth.NewLogAuditor(slog.Default())
	}
	record = tel.Auditor(record)
	tokens, err := token.NewHS256([]byte(rand.Text()+rand.Text()), &token.Options{Auditor: record})
	if err != nil {
		return nil, nil, err
	}
	svc, err := auth.New(store, tokens, &auth.Options{Hasher: tel.Hasher(hasher), Auditor: record})
	if err != nil {
		return nil, nil, err
	}
	accounts := auth.NewAccounts(users, svc)
	guard, err := httpadapter.New(tel.Authenticator(svc), &httpadapter.Options{Auditor: svc, Sessions: svc, Passwords: accounts})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	guard.Mount(mux)
	return mux, accounts, nil
}
