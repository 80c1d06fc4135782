package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

// key prints a new signing key: 260 random bits.
func (c *command) key(args []string) error {
	if len(args) != 1 || args[0] != "new" {
		return fmt.Errorf(`the command is "key new": %w`, errUsage)
	}
	fmt.Fprintln(c.out, rand.Text()+rand.Text())
	return nil
}

// migrate brings the tables up to date; with -check it only says what is due.
func (c *command) migrate(ctx context.Context, args []string) (err error) {
	flags := newFlags("migrate")
	check := flags.Bool("check", false, "")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: %w", flags.Arg(0), errUsage)
	}
	store, err := c.existing(*check)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	switch {
	case store.SQL == nil:
	case *check:
		if err := store.SQL.Check(ctx); err != nil {
			return err
		}
	default:
		if err := store.SQL.Migrate(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.out, "the tables are up to date")
	return nil
}

// existing opens the database; only is for commands that change nothing, and
// so do not make an SQLite file either.
func (c *command) existing(only bool) (*backend.Backend, error) {
	dsn, err := setting.DSN(c.dsn, setting.QuickstartDSN)
	if err != nil {
		return nil, err
	}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok && only {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("sqlite: %w: run authctl migrate", err)
		}
	}
	return c.openDSN(dsn)
}

// doctor prints what is wrong, a line each with its remedy.
func (c *command) doctor(ctx context.Context, args []string) (err error) {
	if len(args) > 0 {
		return fmt.Errorf("doctor takes no arguments: %w", errUsage)
	}
	store, err := c.existing(true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	findings := 0
	find := func(format string, args ...any) {
		findings++
		fmt.Fprintln(c.out, visible(fmt.Sprintf(format, args...)))
	}
	if store.SQL != nil {
		if err := store.SQL.Check(ctx); err != nil {
			find("tables: %v", err)
		} else if _, err := store.Users.AccountByLogin(ctx, "admin"); err != nil && !errors.Is(err, auth.ErrUserNotFound) {
			find("store: %v", err)
		}
	}
	if err := store.CheckSessions(ctx); err != nil {
		find("sessions: %v", err)
	}
	key, set, err := setting.Env("SALLYPORT_JWT_SECRET")
	switch {
	case err != nil:
		find("key: %v", err)
	case set && len(key) < 32:
		find("key: SALLYPORT_JWT_SECRET has %d bytes, needs 32: make one with authctl key new", len(key))
	case !set && store.KeyFile == "" && !store.Memory:
		find("key: SALLYPORT_JWT_SECRET is not set: all processes of this database need the same one")
	}
	if findings > 0 {
		return fmt.Errorf("%d found", findings)
	}
	fmt.Fprintln(c.out, "nothing found")
	return nil
}

// ignoreEOF returns err unless it is the end of the input.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
