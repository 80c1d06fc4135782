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

// within does something with the database, which has to be there.
func (t *tool) within(ctx context.Context, do func(*house) error) error {
	store, err := t.existing()
	if err != nil {
		return err
	}
	return furnish(ctx, store, nil, do)
}

// making does something with the database, which is made if it is an SQLite file
// that is not there: for commands that add users. The hasher may be nil.
func (t *tool) making(ctx context.Context, hasher auth.PasswordHasher, do func(*house) error) error {
	store, err := t.lasting()
	if err != nil {
		return err
	}
	return furnish(ctx, store, hasher, do)
}

// furnish brings the tables up to date, does something and closes the store.
func furnish(ctx context.Context, store *backend.Backend, hasher auth.PasswordHasher, do func(*house) error) (err error) {
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	svc, err := service(store, hasher)
	if err != nil {
		return err
	}
	return do(&house{store, svc, auth.NewAccounts(store.Users, svc)})
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

// lasting opens a database that outlives this process.
func (t *tool) lasting() (*backend.Backend, error) {
	dsn, err := t.users()
	if err != nil {
		return nil, err
	}
	store, err := t.backend(dsn)
	if err == nil && store.Memory {
		return nil, errors.Join(errMemory, store.Close())
	}
	return store, err
}

var errMemory = errors.New("memory: ends with this process: name a database with -db or SALLYPORT_DB")

// existing opens one for commands that make none: nobody is in a new file.
func (t *tool) existing() (*backend.Backend, error) {
	store, err := t.lasting()
	if err != nil {
		return nil, err
	}
	if err := store.Missing(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: run authctl migrate, or name another file with -db or SALLYPORT_DB", err), store.Close())
	}
	return store, nil
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
