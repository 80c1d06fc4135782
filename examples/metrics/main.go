// Command metrics is a server that people log in to, and that Prometheus
// watches:
//
//	GOWORK=off go run -C examples/metrics . -addr 127.0.0.1:8080 -metrics 127.0.0.1:9464
//
// Metrics have a listener of their own, which the world does not reach. Beside
// this file are a dashboard for Grafana, dashboard.json, and alert rules,
// alerts.yml, both to be copied. Users and sessions are in memory.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where people log in")
	metrics := flag.String("metrics", "127.0.0.1:9464", "where Prometheus looks, at /metrics")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *metrics); err != nil {
		fmt.Fprintln(os.Stderr, "metrics:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, metrics string) error {
	registry := prometheus.NewRegistry()
	store := memory.New()
	api, accounts, err := wire(store, store, store.CountSessions, nil, registry)
	if err != nil {
		return err
	}
	password := rand.Text()
	if _, err := accounts.Bootstrap(ctx, auth.NewAccount{Username: "admin", Role: auth.RoleSuperAdmin, Password: auth.NewSecret(password)}); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "username: admin  password: %s\n", password)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return serve(ctx, map[string]http.Handler{addr: api, metrics: mux})
}

// serve serves each handler at its address until ctx ends or one of them fails.
func serve(ctx context.Context, handlers map[string]http.Handler) error {
	failed := make(chan error, len(handlers))
	var servers []*http.Server
	for addr, handler := range handlers {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "listening on http://%s\n", listener.Addr())
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}
		servers = append(servers, server)
		go func() { failed <- server.Serve(listener) }()
	}
	var errs []error
	select {
	case err := <-failed:
		errs = append(errs, err)
	case <-ctx.Done():
	}
	end, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	for _, server := range servers {
		errs = append(errs, server.Shutdown(end))
	}
	return errors.Join(errs...)
}
