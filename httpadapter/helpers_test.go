package httpadapter_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

const password = "correct horse battery staple"

// house is a Handler over a fake Authenticator with one user of each role.
type house struct {
	*httpadapter.Handler
	fake   *authtest.Fake
	audit  *authtest.Recorder
	logins []auth.LoginRequest
	tokens map[auth.Role]string
}

// Login lets tests see what the adapter made of a request.
func (h *house) Login(ctx context.Context, req auth.LoginRequest) (*auth.Grant, error) {
	h.logins = append(h.logins, req)
	return h.fake.Login(ctx, req)
}

func (h *house) Validate(ctx context.Context, token string, maxAge time.Duration) (*auth.Identity, error) {
	return h.fake.Validate(ctx, token, maxAge)
}

func (h *house) Logout(ctx context.Context, token string) error { return h.fake.Logout(ctx, token) }

func newHouse(t testing.TB, opts httpadapter.Options) *house {
	t.Helper()
	h := &house{fake: &authtest.Fake{}, audit: &authtest.Recorder{}, tokens: map[auth.Role]string{}}
	for _, role := range []auth.Role{auth.RoleUser, auth.RoleAdmin, auth.RoleSuperAdmin} {
		u := h.fake.Add(auth.User{Username: string(role), Role: role}, password)
		h.tokens[role] = h.fake.SignIn(u)
	}
	if opts.Auditor == nil {
		opts.Auditor = h.audit
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	var err error
	h.Handler, err = httpadapter.New(h, &opts)
	require.NoError(t, err)
	return h
}

// answer is a response and the envelope in it.
type answer struct {
	status  int
	header  http.Header
	raw     string
	Success *bool
	Message string
	Token   string
	User    map[string]any
}

// ask serves r and checks what holds of every answer.
func ask(t testing.TB, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	require.Equal(t, "application/json", a.header.Get("Content-Type"), "every answer is JSON: %d %s", a.status, a.raw)
	require.Equal(t, "no-store", a.header.Get("Cache-Control"), "no answer may be cached")
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.NotEmpty(t, a.header.Get("Content-Length"))
	if r.Method == http.MethodHead {
		require.Empty(t, a.raw, "HEAD has no body")
		return a
	}
	require.NoError(t, json.Unmarshal(raw, &a), "body %q", a.raw)
	require.NotNil(t, a.Success, "every answer says success or not")
	require.Equal(t, a.status == http.StatusOK, *a.Success, "success means 200: %d %s", a.status, a.raw)
	require.False(t, strings.HasSuffix(a.raw, "\n"))
	if a.status == http.StatusUnauthorized {
		require.Equal(t, "Bearer", a.header.Get("WWW-Authenticate"), "RFC 9110: a 401 says how to authenticate")
	}
	return a
}

// is checks a refusal.
func (a answer) is(t testing.TB, status int, message string) {
	t.Helper()
	require.Equal(t, status, a.status, "body %s", a.raw)
	require.Equal(t, message, a.Message)
	if status != http.StatusOK {
		require.Equal(t, `{"success":false,"message":"`+message+`"}`, a.raw, "a refusal says no more than its message")
	}
}

func get(path, token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func post(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func loginAs(role auth.Role) *http.Request {
	return post("/api/auth/login", `{"username":"`+string(role)+`","password":"`+password+`"}`)
}

// provider is a credentials.Provider made of a function.
type provider struct {
	name, title string
	masked      func(context.Context, *auth.User) (*credentials.Masked, error)
}

func (p provider) Name() string  { return p.name }
func (p provider) Title() string { return p.title }

func (p provider) Masked(ctx context.Context, u *auth.User) (*credentials.Masked, error) {
	return p.masked(ctx, u)
}

func shows(m credentials.Masked) func(context.Context, *auth.User) (*credentials.Masked, error) {
	return func(context.Context, *auth.User) (*credentials.Masked, error) { return &m, nil }
}

func fails(err error) func(context.Context, *auth.User) (*credentials.Masked, error) {
	return func(context.Context, *auth.User) (*credentials.Masked, error) { return nil, err }
}

// stub is an Authenticator whose methods a test gives; the others panic.
type stub struct {
	login    func(auth.LoginRequest) (*auth.Grant, error)
	validate func(token string, maxAge time.Duration) (*auth.Identity, error)
	logout   func(token string) error
}

func (s stub) Login(_ context.Context, req auth.LoginRequest) (*auth.Grant, error) {
	return s.login(req)
}

func (s stub) Validate(_ context.Context, token string, maxAge time.Duration) (*auth.Identity, error) {
	return s.validate(token, maxAge)
}

func (s stub) Logout(_ context.Context, token string) error { return s.logout(token) }
