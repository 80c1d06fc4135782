package httpadapter_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

// hotPath is what the requests of a host do all the time.
type hotPath struct {
	name   string
	allocs float64 // the most it may make
	run    func()
}

// hotPaths are served over a store in memory, which adds least of its own. Two
// allocations of each are the verification of the token.
func hotPaths(t testing.TB) []hotPath {
	store := memory.New()
	tokens, err := token.NewHS256([]byte("0123456789abcdef0123456789abcdef"), nil)
	require.NoError(t, err)
	svc, err := auth.New(store, tokens, &auth.Options{Identity: store, Hasher: cheap{}, Auditor: noRecord{}})
	require.NoError(t, err)
	_, err = auth.NewAccounts(store, svc).Create(t.Context(), auth.NewAccount{
		Username: "jane", Email: "jane@example.com", Password: auth.NewSecret(password), Role: auth.RoleAdmin,
	})
	require.NoError(t, err)
	g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "jane", Password: password})
	require.NoError(t, err)

	masked := credentials.Masked{APIKey: "nvap********************************abcd", BaseURL: "https://example.com/v1"}
	open := func(maxAge time.Duration, cookie *httpadapter.Cookie) *httpadapter.Handler {
		h, err := httpadapter.New(svc, &httpadapter.Options{
			MaxAge: maxAge, Cookie: cookie, Auditor: noRecord{},
			Credentials: []credentials.Provider{provider{"acme", "Acme", shows(masked)}},
		})
		require.NoError(t, err)
		return h
	}
	strict, lenient, browser := open(0, nil), open(time.Minute, nil), open(0, &httpadapter.Cookie{})
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := auth.IdentityFrom(r.Context()); ok {
			w.WriteHeader(http.StatusOK)
		}
	})
	serve := func(h http.Handler, r *http.Request) func() {
		w := &reused{header: make(http.Header)}
		return func() {
			clear(w.header)
			w.status = 0
			if h.ServeHTTP(w, r); w.status != http.StatusOK {
				t.Errorf("%s is answered %d", r.URL.Path, w.status)
			}
		}
	}
	const at = "/api/auth/"
	withCookie := get(at+"validate", "")
	withCookie.AddCookie(&http.Cookie{Name: "__Host-session", Value: g.Token})
	return []hotPath{
		{"validate", 8, serve(strict, get(at+"validate", g.Token))},
		{"validate with MaxAge", 6, serve(lenient, get(at+"validate", g.Token))},
		{"validate by cookie", 8, serve(browser, withCookie)},
		{"Require", 8, serve(strict.Require()(guarded), get("/", g.Token))},
		{"Require a role", 8, serve(strict.Require(auth.RoleAdmin)(guarded), get("/", g.Token))},
		{"credentials", 27, serve(strict, get(at+"acme-credentials", g.Token))},
	}
}

// reused is a ResponseWriter that makes nothing itself.
type reused struct {
	header http.Header
	status int
}

func (w *reused) Header() http.Header         { return w.header }
func (w *reused) WriteHeader(status int)      { w.status = status }
func (w *reused) Write(p []byte) (int, error) { return len(p), nil }

// noRecord is an Auditor that keeps nothing.
type noRecord struct{}

func (noRecord) Audit(context.Context, auth.Event) error { return nil }

func BenchmarkHotPaths(b *testing.B) {
	for _, p := range hotPaths(b) {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.run()
			}
		})
	}
}
