package openapitest_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

const passphrase = "lantern orbit walnut"

// plain is a hasher for tests that hash often.
type plain struct{}

func (plain) Hash(_ context.Context, typed string) (string, error) { return "plain:" + typed, nil }

func (plain) Verify(_ context.Context, hash, typed string) (password.Result, error) {
	return password.Result{OK: hash == "plain:"+typed}, nil
}

// house is a server with all that can be turned on, or nothing of it, over a
// store whose calls can be had to fail.
type house struct {
	*http.ServeMux
	faults  storetest.Faults
	svc     *auth.Service
	secrets map[string]map[string]string
	cookie  bool
	broken  bool // the key set
	admin   auth.Grant
	user    auth.Grant
}

// breaks has all that the server is made of panic.
func (h *house) breaks() {
	h.broken = true
	h.faults.From(1, func(context.Context, func() error) error { panic("broken") })
}

// shape says which server it is.
type shape struct{ cookie, omitToken, bare, details bool }

func newHouse(t testing.TB, s shape) *house {
	t.Helper()
	h := &house{ServeMux: http.NewServeMux(), cookie: s.cookie, secrets: map[string]map[string]string{
		"aws":    {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		"nvidia": {"NVIDIA_API_KEY": "nvapi-" + strings.Repeat("x", 64)}, "groq": {"GROQ_API_KEY": "gsk_0123456789abcdefghijklmnopqrstuvwxyz"},
	}}
	key, err := token.EdDSA(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	require.NoError(t, err)
	tokens, err := token.New(key, nil)
	require.NoError(t, err)
	kept, quiet := memory.New(), slog.New(slog.DiscardHandler)
	store := auth.Compose(h.faults.Users(kept), h.faults.Sessions(kept), h.faults.Throttle(kept))
	h.svc, err = auth.New(store, tokens, &auth.Options{Hasher: plain{}, Auditor: &authtest.Recorder{}, Logger: quiet})
	require.NoError(t, err)
	accounts := auth.NewAccounts(h.faults.Accounts(kept), h.svc)
	opts := &httpadapter.Options{Auditor: &authtest.Recorder{}, Logger: quiet, CredentialDetails: s.details}
	if s.cookie {
		opts.Cookie = &httpadapter.Cookie{OmitToken: s.omitToken}
	}
	if !s.bare {
		opts.Sessions, opts.Passwords, opts.JWKS = h.svc, accounts, h.keys(tokens)
		opts.Credentials = h.providers(t)
	}
	adapter, err := httpadapter.New(h.svc, opts)
	require.NoError(t, err)
	adapter.Mount(h.ServeMux)
	h.admin, h.user = h.signIn(t, accounts, "ada", auth.RoleAdmin), h.signIn(t, accounts, "john", auth.RoleUser)
	return h
}

// keys are those of tokens, unless they are broken.
func (h *house) keys(tokens *token.Tokens) func() ([]byte, bool) {
	return func() ([]byte, bool) {
		if h.broken {
			panic("broken")
		}
		return tokens.JWKS()
	}
}

func (h *house) providers(t testing.TB) []credentials.Provider {
	src := credentials.Func(func(ctx context.Context, name string) (auth.Secrets, error) {
		return credentials.Static(h.secrets).Secrets(ctx, name)
	})
	aws, err1 := credentials.AWS(src, &credentials.AWSOptions{Region: "eu-north-1"})
	nvidia, err2 := credentials.NVIDIA(src, nil)
	groq, err3 := credentials.OpenAI(src, credentials.OpenAIOptions{
		Name: "groq", Title: "Groq", BaseURL: "https://api.groq.com", Path: "/openai/v1", Model: "openai/gpt-oss-120b",
	})
	require.NoError(t, errors.Join(err1, err2, err3))
	return []credentials.Provider{aws, nvidia, groq}
}

func (h *house) signIn(t testing.TB, accounts *auth.Accounts, name string, role auth.Role) auth.Grant {
	_, err := accounts.Create(t.Context(), auth.NewAccount{Username: name, Password: auth.NewSecret(passphrase), Role: role})
	require.NoError(t, err)
	grant, err := h.svc.Login(t.Context(), auth.LoginRequest{Login: name, Password: passphrase, UserAgent: "Lynx/2.9"})
	require.NoError(t, err)
	return *grant
}

// request carries the token in the way of the house.
func (h *house) request(method, path, token, body string) *http.Request {
	r := httptest.NewRequest(method, "/api/auth"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case token == "":
	case h.cookie:
		r.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
	default:
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// slowBody is one of which the rest does not arrive.
type slowBody struct{}

func (slowBody) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }
func (slowBody) Close() error             { return nil }
