package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

// storeTimeout lets a batch wait for a busy database; nobody waits for a page.
const storeTimeout = 15 * time.Second

// house is an open database with what changes it.
type house struct {
	*backend.Backend
	svc      *auth.Service
	accounts *auth.Accounts
}

// within opens the database, does something with it and closes it.
func (t *tool) within(ctx context.Context, do func(*house) error) (err error) {
	h, err := t.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return do(h)
}

// open opens the database and brings its tables up to date. The hasher may be
// nil.
func (t *tool) open(ctx context.Context, hasher auth.PasswordHasher) (*house, error) {
	dsn, err := t.users()
	if err != nil {
		return nil, err
	}
	store, err := t.backend(dsn)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h := &house{Backend: store}
	if h.svc, err = service(store, hasher); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h.accounts = auth.NewAccounts(store.Users, h.svc)
	return h, nil
}

// users is the DSN of the users.
func (t *tool) users() (string, error) { return setting.DSN(t.dsn, setting.QuickstartDSN) }

// backend opens the users at dsn, with the sessions where they are kept.
func (t *tool) backend(dsn string) (*backend.Backend, error) {
	sessions, err := setting.Sessions(t.sessions)
	if err != nil {
		return nil, err
	}
	return backend.Open(dsn, sessions)
}

// existing opens a database for commands that change nothing, and so do not
// make an SQLite file either.
func (t *tool) existing() (*backend.Backend, error) {
	dsn, err := t.users()
	if err != nil {
		return nil, err
	}
	if err := sqliteThere(dsn); err != nil {
		return nil, fmt.Errorf("%w: run authctl migrate, or name another file with -db or SALLYPORT_DB", err)
	}
	return t.backend(dsn)
}

// service is one that never issues a token: its key is forgotten.
func service(store *backend.Backend, hasher auth.PasswordHasher) (*auth.Service, error) {
	tokens, err := token.NewHS256([]byte(rand.Text()+rand.Text()), nil)
	if err != nil {
		return nil, err
	}
	// What is done here is the operator's to see; only trouble is logged.
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return auth.New(store.Store, tokens, &auth.Options{
		Logger: log, Auditor: operator{store.Auditor(log)}, Hasher: hasher, StoreTimeout: storeTimeout,
	})
}

// operator marks events as done by this program: nobody has signed in to it.
type operator struct{ auth.Auditor }

func (o operator) Audit(ctx context.Context, e auth.Event) error {
	e.UserAgent = "authctl"
	return o.Auditor.Audit(ctx, e)
}
