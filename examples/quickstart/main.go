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
	"os"
	"os/signal"
	"syscall"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/serving"
)

func main() {
	cfg, err := parseFlags(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case err != nil:
		os.Exit(2) // parseFlags has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and what is in flight is answered. The administrator
// is made last: no start is refused that has shown a password, or made an account
// whose password nobody saw.
func run(ctx context.Context, cfg *config) (err error) {
	listener, err := serving.Listen(cfg.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	store, err := backend.Open(cfg.dsn, cfg.sessions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	accounts, handler, err := wire(store, cfg)
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	if err := bootstrap(ctx, accounts); err != nil {
		return err
	}
	go serving.Purge(ctx, store.SQL)
	return serving.HTTP(ctx, listener, handler)
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
