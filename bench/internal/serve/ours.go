package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Store is what the library keeps everything in.
type Store interface {
	auth.Store
	auth.AccountStore
	auth.IdentityReader
}

// NewService returns the library with its defaults, and the Tokens it mints.
// What it records is written and thrown away.
func NewService(store Store) (*auth.Service, *token.Tokens, error) {
	secret := make([]byte, 32)
	rand.Read(secret)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	tokens, err := token.NewHS256(secret, &token.Options{Auditor: auth.NewLogAuditor(log)})
	if err != nil {
		return nil, nil, err
	}
	svc, err := auth.New(store, tokens, &auth.Options{Identity: store, Logger: log})
	return svc, tokens, err
}

// AddUsers adds n users, who share one hash.
func AddUsers(ctx context.Context, svc *auth.Service, store Store, n int) error {
	hasher, err := password.New(nil)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(ctx, Password)
	if err != nil {
		return err
	}
	var all []auth.Account
	for i := range n {
		all = append(all, auth.Account{PasswordHash: auth.NewSecret(hash), User: auth.User{
			Username: fmt.Sprintf("user%d", i), Email: User(i), Name: "John Example", Organization: "Example Ltd",
			AWSRegion: "eu-north-1", Role: auth.RoleUser, Active: true,
		}})
	}
	results, err := auth.NewAccounts(store, svc).Import(ctx, all)
	return errors.Join(append(results, err)...)
}

func ours(ctx context.Context, cfg Config) (*program, error) {
	return oursOn(ctx, cfg, memory.New(), 0, nothing)
}

func oursPostgres(ctx context.Context, cfg Config) (*program, error) {
	db, store, err := openTables(ctx, "pgx", cfg.DSN, sqlstore.Postgres, "")
	if err != nil {
		return nil, err
	}
	return oursOn(ctx, cfg, store, 5*time.Second, closing{db.Close, store.Close}.close)
}

func oursOn(ctx context.Context, cfg Config, store Store, maxAge time.Duration, end func() error) (*program, error) {
	svc, _, err := NewService(store)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	guard, err1 := httpadapter.New(svc, &httpadapter.Options{Prefix: "/api/auth", MaxAge: maxAge})
	err2 := AddUsers(ctx, svc, store, cfg.Users)
	if err := errors.Join(err1, err2); err != nil {
		return nil, errors.Join(err, end())
	}
	mux := http.NewServeMux()
	guard.Mount(mux)
	return &program{handler: mux, close: end}, nil
}
