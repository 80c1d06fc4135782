package httpadapter_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

const newPassword = "gravel tulip monsoon"

// cheap is a hasher for tests that hash often.
type cheap struct{}

// keyLog is a store that notes the throttle keys it is asked about.
type keyLog struct {
	*memory.Store
	keys []string
}

func (s *keyLog) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	s.keys = append(s.keys, key)
	return s.Store.Reserve(ctx, key, l)
}

// real is a Handler over a Service and a store, with all that is optional.
type real struct {
	*httpadapter.Handler
	svc    *auth.Service
	store  *keyLog
	audit  *authtest.Recorder
	john   *auth.User
	cookie bool
}

func newReal(t testing.TB, cookie bool, change ...func(*auth.Options)) *real {
	t.Helper()
	h := &real{store: &keyLog{Store: memory.New()}, audit: &authtest.Recorder{}, cookie: cookie}
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	opts := &auth.Options{Hasher: cheap{}, Auditor: h.audit, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(opts)
	}
	h.svc, err = auth.New(h.store, tokens, opts)
	require.NoError(t, err)
	accounts := auth.NewAccounts(h.store, h.svc)
	for _, name := range []string{"mary", "john"} {
		h.john, err = accounts.Create(t.Context(), auth.NewAccount{Username: name, Password: auth.NewSecret(password)})
		require.NoError(t, err)
	}
	adapter := &httpadapter.Options{Auditor: h.svc, Logger: slog.New(slog.DiscardHandler), Sessions: h.svc, Passwords: accounts}
	if cookie {
		adapter.Cookie = &httpadapter.Cookie{}
	}
	h.Handler, err = httpadapter.New(h.svc, adapter)
	require.NoError(t, err)
	return h
}

func (h *real) login(t testing.TB, name string) string {
	t.Helper()
	r := post("/api/auth/login", `{"username":"`+name+`","password":"`+password+`"}`)
	r.RemoteAddr = "192.0.2.7:4711"
	r.Header.Set("User-Agent", "Lynx/2.9")
	a := ask(t, h, r)
	require.Equal(t, 200, a.status, a.raw)
	return a.Token
}

// send asks in the way of the house: by cookie, or by Bearer.
func (h *real) send(t testing.TB, method, path, token, body string) answer {
	t.Helper()
	return ask(t, h, h.request(method, path, token, body))
}

func (h *real) request(method, path, token, body string) *http.Request {
	r := httptest.NewRequest(method, "/api/auth/"+path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.7:4711"
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

func (h *real) valid(t testing.TB, token string) bool {
	t.Helper()
	return h.send(t, "GET", "validate", token, "").status == 200
}

type listed struct {
	ID        string
	CreatedAt string `json:"created_at"`
	LastSeen  string `json:"last_seen"`
	ExpiresAt string `json:"expires_at"`
	Address   string
	UserAgent string `json:"user_agent"`
	Current   bool
}

func (h *real) list(t testing.TB, token string) []listed {
	t.Helper()
	a := h.send(t, "GET", "sessions", token, "")
	a.is(t, 200, "Sessions listed")
	var answer struct{ Sessions []listed }
	require.NoError(t, json.Unmarshal([]byte(a.raw), &answer))
	return answer.Sessions
}

// current returns the ID of the token's own session.
func (h *real) current(t testing.TB, token string) string {
	t.Helper()
	for _, s := range h.list(t, token) {
		if s.Current {
			return s.ID
		}
	}
	t.Fatal("the list has the session that asks")
	return ""
}

func change(current, next string) string {
	b, _ := json.Marshal(map[string]string{"current_password": current, "new_password": next})
	return string(b)
}

// modes runs a test by Bearer and by cookie.
func modes(t *testing.T, test func(t *testing.T, h *real)) {
	for name, cookie := range map[string]bool{"Bearer": false, "cookie": true} {
		t.Run(name, func(t *testing.T) { test(t, newReal(t, cookie)) })
	}
}
