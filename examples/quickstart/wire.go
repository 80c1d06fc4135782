package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
	"github.com/sallyport-go/sallyport/examples/quickstart/page"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// wire puts the pieces together: this is the part to copy.
func wire(store *backend.Backend, cfg *config) (*auth.Accounts, http.Handler, error) {
	hasher, err := password.New(&password.Options{Legacy: cfg.hashes})
	if err != nil {
		return nil, nil, err
	}
	secret, err := signingKey(store) // which may make a file
	if err != nil {
		return nil, nil, err
	}
	tokens, err := token.NewHS256(secret, nil)
	if err != nil {
		return nil, nil, err
	}
	svc, err := auth.New(store.Store, tokens, &auth.Options{
		Hasher:       hasher,
		Identity:     store.Identity,
		Auditor:      store.Auditor(slog.Default()),
		AccountLimit: cfg.account,
		AddressLimit: cfg.address,
	})
	if err != nil {
		return nil, nil, err
	}
	env := credentials.Env(os.LookupEnv)
	aws, err := credentials.AWS(env, nil)
	if err != nil {
		return nil, nil, err
	}
	nvidia, err := credentials.NVIDIA(env, nil)
	if err != nil {
		return nil, nil, err
	}
	accounts := auth.NewAccounts(store.Users, svc)
	providers := []credentials.Provider{aws, nvidia}
	opts := &httpadapter.Options{
		Credentials:    providers,
		Auditor:        svc,
		MaxAge:         cfg.maxAge,
		TrustedProxies: cfg.proxies,
		JWKS:           tokens.JWKS,
		Sessions:       svc,
		Passwords:      accounts,
	}
	if cfg.cookie {
		opts.Cookie = &httpadapter.Cookie{}
	}
	handler, err := httpadapter.New(svc, opts)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	handler.Mount(mux)
	var root http.Handler = http.HandlerFunc(index)
	if cfg.cookie {
		site := page.New(handler, accounts, providers)
		site.Mount(mux)
		root = forBrowsers(site, root)
	}
	mux.Handle("GET /{$}", root)
	return accounts, mux, nil
}

// signingKey is SALLYPORT_JWT_SECRET, or what the first start left beside the
// SQLite file. With memory: it lasts as long as everything else.
func signingKey(store *backend.Backend) ([]byte, error) {
	if _, set := os.LookupEnv("SALLYPORT_JWT_SECRET"); store.Memory && !set && os.Getenv("SALLYPORT_JWT_SECRET_FILE") == "" {
		fmt.Fprintln(os.Stderr, "memory: users, sessions and the signing key end with this process")
		return []byte(newKey()), nil
	}
	return setting.Key(store.KeyFile, newKey)
}

// newKey is 260 random bits.
func newKey() string { return rand.Text() + rand.Text() }

// forBrowsers has site answer those who ask for HTML, and text the others.
func forBrowsers(site, text http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			site.ServeHTTP(w, r)
			return
		}
		text.ServeHTTP(w, r)
	})
}

func index(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, `sallyport quickstart

  curl -s http://%[1]s/api/auth/login -H 'Content-Type: application/json' \
       -d '{"username":"admin","password":"..."}'
  curl -s http://%[1]s/api/auth/validate -H 'Authorization: Bearer ...'
  curl -s http://%[1]s/api/auth/aws-credentials -H 'Authorization: Bearer ...'
  curl -s http://%[1]s/api/auth/sessions -H 'Authorization: Bearer ...'
  curl -s -X DELETE http://%[1]s/api/auth/sessions -H 'Authorization: Bearer ...'
  curl -s http://%[1]s/api/auth/password -H 'Authorization: Bearer ...' -H 'Content-Type: application/json' \
       -d '{"current_password":"...","new_password":"..."}'
  curl -s -X POST http://%[1]s/api/auth/logout -H 'Authorization: Bearer ...'

The password of admin was printed when this database was first used. A browser
sees a page here, unless the server was started with -cookie=false.
`, r.Context().Value(http.LocalAddrContextKey))
}
