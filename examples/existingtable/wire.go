package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"os"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/sql"
)

// app is what was wired.
type app struct {
	users   sqlstore.Users
	store   *sqlstore.Store
	handler http.Handler
}

func (a *app) Close() error { return errors.Join(a.users.Close(), a.store.Close()) }

// wire puts the table behind the library: this is the part to copy.
func wire(ctx context.Context, db *backend.Backend, cfg *config) (*app, error) {
	host := hosts[cfg.kind]
	host.schema.UpgradePasswords, host.schema.RecordLogins = cfg.write, cfg.write
	users, err := sqlstore.OpenUsers(ctx, db.DB, db.Dialect, host.schema)
	if err != nil {
		return nil, err
	}
	// Sessions and failed logins are ours: their tables stand beside the
	// host's. Two hosts never share them, since both have a user 1.
	store, err := sqlstore.New(db.DB, db.Dialect, &sqlstore.Options{Prefix: "sallyport_" + cfg.kind + "_"})
	if err != nil {
		return nil, errors.Join(err, users.Close())
	}
	a := &app{users: users, store: store}
	if err = store.Migrate(ctx); err == nil {
		a.handler, err = handle(a, host, db.KeyFile)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// handle serves the documented endpoints.
func handle(a *app, host host, keyFile string) (http.Handler, error) {
	secret, err := setting.Key(keyFile, func() string { return rand.Text() + rand.Text() })
	if err != nil {
		return nil, err
	}
	tokens, err1 := token.NewHS256(secret, nil)
	hasher, err2 := password.New(&password.Options{Legacy: host.hashes})
	identity, err3 := a.users.Identity(a.store)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	svc, err := auth.New(auth.Compose(a.users, a.store, a.store), tokens, &auth.Options{
		Hasher:   hasher,
		Identity: identity,
		Auditor:  auth.Auditors(a.store, auth.NewLogAuditor(slog.Default())),
	})
	if err != nil {
		return nil, err
	}
	env := credentials.Env(os.LookupEnv)
	aws, err1 := credentials.AWS(env, nil)
	nvidia, err2 := credentials.NVIDIA(env, nil)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	handler, err := httpadapter.New(svc, &httpadapter.Options{
		Credentials: []credentials.Provider{aws, nvidia},
		Auditor:     svc,
		Cookie:      &httpadapter.Cookie{},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	handler.Mount(mux)
	return mux, nil
}
