// Command quickstart is a server that does nothing but log people in and out.
// It shows how the pieces of sallyport are wired, and runs as it is:
//
//	go run ./examples/quickstart
//
// The first start makes an SQLite file, a signing key beside it and an
// administrator, whose password is printed once.
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

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
)

func main() {
	cfg, err := parseFlags(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case err != nil:
		os.Exit(2) // flag has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and what is in flight is answered.
func run(ctx context.Context, cfg *config) (err error) {
	store, err := backend.Open(cfg.dsn, cfg.sessions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	accounts, handler, err := wire(store, cfg)
	if err != nil {
		return err
	}
	if err := bootstrap(ctx, accounts); err != nil {
		return err
	}
	go purge(ctx, store)
	return serve(ctx, cfg.addr, handler)
}

// bootstrap makes the administrator of a store that never had a user.
func bootstrap(ctx context.Context, accounts *auth.Accounts) error {
	password := rand.Text()
	admin, err := accounts.Bootstrap(ctx, auth.NewAccount{
		Username: "admin", Role: auth.RoleSuperAdmin, Password: auth.NewSecret(password),
	})
	if err != nil || admin == nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "\nfirst start, shown this once: username: admin  password: %s\n\n", password)
	return nil
}

// keepEvents is how long the record of events goes back.
const keepEvents = 90 * 24 * time.Hour

// purge removes what has expired, a batch at a time.
func purge(ctx context.Context, store *backend.Backend) {
	if store.SQL == nil {
		return
	}
	const batch = 1000
	for tick := time.NewTicker(time.Minute); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// What fails now is tried again in a minute.
			for n := batch; n == batch && ctx.Err() == nil; {
				n, _ = store.SQL.Purge(ctx, batch)
			}
			for n := batch; n == batch && ctx.Err() == nil; {
				n, _ = store.SQL.PurgeEvents(ctx, time.Now().Add(-keepEvents), batch)
			}
		}
	}
}

func serve(ctx context.Context, addr string, handler http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      45 * time.Second, // a login may wait in line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	fmt.Fprintf(os.Stderr, "listening on http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 12*time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		// Somebody reads too slowly to wait for; that is not our failure.
		return server.Close()
	}
	return nil
}
