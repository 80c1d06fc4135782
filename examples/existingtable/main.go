// Command existingtable is a server whose users are in a table that another
// program made: Django's, Rails' with Devise, or one made by hand.
//
//	go run ./examples/existingtable [-db DSN] django|rails|handmade
//
// schemas.go says what each table calls things, wire.go puts it to use. Where
// the database has no such table, a sample is made, and the password of the
// people in it is printed once. A table that is there is read and not written,
// unless -write is given.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/serving"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

type config struct {
	addr, dsn, kind string
	write           bool
}

func main() {
	cfg, err := parseFlags(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case err != nil:
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "existingtable:", err)
		os.Exit(1)
	}
}

// parseFlags reads the command line; what is wrong with it is written to w.
func parseFlags(args []string, w io.Writer) (*config, error) {
	cfg := new(config)
	flags := flag.NewFlagSet("existingtable", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&cfg.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&cfg.dsn, "db", "", "`DSN`: sqlite:PATH, postgres://... or mysql://user:pass@host:port/db\n(a DSN with a password belongs in SALLYPORT_DB or SALLYPORT_DB_FILE; default sqlite:existingtable.db)")
	flags.BoolVar(&cfg.write, "write", false, "let a login write the last login, and a hash by argon2id in the place of an older one:\nthe other program must be able to read it")
	flags.Usage = func() {
		fmt.Fprintln(w, "usage: existingtable [flags] django|rails|handmade")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	cfg.kind = flags.Arg(0)
	_, known := hosts[cfg.kind]
	dsn, err := setting.DSN(cfg.dsn, "sqlite:existingtable.db")
	cfg.dsn = dsn
	if err == nil && (!known || flags.NArg() != 1) {
		err = errors.New("one of django, rails and handmade is needed, after the flags")
	}
	if err != nil {
		fmt.Fprintln(w, "existingtable:", err)
	}
	return cfg, err
}

// run serves until ctx ends and what is in flight is answered.
func run(ctx context.Context, cfg *config) (err error) {
	listener, err := serving.Listen(cfg.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	db, err := backend.Open(cfg.dsn, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.Memory {
		return errors.New("memory: holds no table of another program")
	}
	if err := db.Make(); err != nil {
		return err
	}
	password, err := makeSample(ctx, db, cfg.kind)
	if err != nil {
		return err
	}
	if password != "" {
		fmt.Fprintf(os.Stderr, "\nmade %s with people in it, shown this once: password: %s\n", hosts[cfg.kind].schema.From, password)
	}
	app, err := wire(ctx, db, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	if password != "" {
		if err := introduce(ctx, os.Stderr, app.users, cfg.kind); err != nil {
			return err
		}
	}
	go serving.Purge(ctx, app.store)
	return serving.HTTP(ctx, listener, app.handler)
}
