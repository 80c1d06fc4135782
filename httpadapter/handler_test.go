package httpadapter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

func textLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestMethods(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for path, allow := range map[string]string{
		"login": "POST", "logout": "POST",
		"validate": "GET, HEAD", "aws-credentials": "GET, HEAD", "nvidia-credentials": "GET, HEAD", "jwks.json": "GET, HEAD",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "BREW"} {
			a := ask(t, h, httptest.NewRequest(method, "/api/auth/"+path, nil))
			if strings.Contains(", "+allow+", ", ", "+method+", ") {
				require.NotEqual(t, 405, a.status, "%s %s", method, path)
				continue
			}
			require.Equal(t, 405, a.status, "%s %s", method, path)
			require.Equal(t, allow, a.header.Get("Allow"))
			if method != http.MethodHead {
				a.is(t, 405, "Method not allowed")
			}
		}
	}
}

func TestPathsAreExact(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, path := range []string{"/api/auth", "/api/auth/", "/api/auth/login/", "/api/auth//login", "/api/auth/Login", "/api/auth/../auth/login",
		"/api/auth/login.json", "/api/auth/-credentials", "/api/authlogin", "/login", "/", "/x/api/auth/login", "/api/auth/login%2f", "/api/auth/lo%00gin"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			ask(t, h, httptest.NewRequest(method, path, nil)).is(t, 404, "Not found")
		}
	}
	ask(t, h, httptest.NewRequest(http.MethodHead, "/api/auth/nowhere", nil))
}

func TestMountLeavesTheRestToTheHost(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Prefix: "/v1/session"})
	mux := http.NewServeMux()
	h.Mount(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	r := loginAs(auth.RoleUser)
	r.URL.Path = "/v1/session/login"
	ask(t, mux, r).is(t, 200, "Login successful")
	for _, path := range []string{"/v1/session", "/v1/session/", "/v1/session/nowhere"} {
		ask(t, mux, get(path, "")).is(t, 404, "Not found")
	}
	for _, path := range []string{"/", "/api/auth/login", "/v1/sessions"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, get(path, ""))
		require.Equal(t, http.StatusTeapot, w.Code, path)
	}
}

// A host's log and metrics go by the pattern: it names the endpoint, and holds
// nothing of what the client put into the path.
func TestMountGivesEachEndpointAPattern(t *testing.T) {
	h, err := httpadapter.New(stub{}, all())
	require.NoError(t, err)
	mux := http.NewServeMux()
	h.Mount(mux)
	for _, route := range append(h.Routes(), "GET ", "GET /", "POST /nowhere") {
		method, path, _ := strings.Cut(route, " ")
		want := path
		if path == "/sessions/*" || path == "/nowhere" {
			want = "/"
		}
		for _, method := range []string{method, http.MethodPatch} {
			_, pattern := mux.Handler(httptest.NewRequest(method, "/api/auth"+path, nil))
			require.Equal(t, "/api/auth"+want, pattern, route)
		}
	}
}

func TestHeadOverAConnection(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	server := httptest.NewServer(h)
	defer server.Close()
	length := func(method string) string {
		r, _ := http.NewRequest(method, server.URL+"/api/auth/validate", nil)
		r.Header.Set("Authorization", "Bearer "+h.tokens[auth.RoleUser])
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, 200, res.StatusCode)
		return res.Header.Get("Content-Length")
	}
	require.Equal(t, length(http.MethodGet), length(http.MethodHead))
}

// Every error of the Authenticator at every endpoint that asks it.
func TestErrorsAreAnsweredFromOneTable(t *testing.T) {
	wait := func(err error, after time.Duration) error { return &auth.RetryAfter{Err: err, After: after} }
	secret := errors.New("pq: duplicate key value in users_secret_idx")
	const unavailable = "Service temporarily unavailable"
	for _, c := range []struct {
		err        error
		status     int
		message    string
		retryAfter string
	}{
		{auth.ErrCredentialsRequired, 400, required, ""},
		{auth.ErrInvalidCredentials, 401, wrong, ""},
		{fmt.Errorf("login: %w", auth.ErrInvalidCredentials), 401, wrong, ""},
		{auth.ErrInvalidToken, 401, invalidToken, ""},
		{auth.ErrThrottled, 429, "Too many login attempts", "1"},
		{wait(auth.ErrThrottled, 61*time.Second), 429, "Too many login attempts", "61"},
		{wait(auth.ErrThrottled, 60*time.Second+1), 429, "Too many login attempts", "61"},
		{wait(auth.ErrThrottled, time.Millisecond), 429, "Too many login attempts", "1"},
		{wait(auth.ErrThrottled, 0), 429, "Too many login attempts", "1"},
		{auth.ErrUnavailable, 503, unavailable, "1"},
		{wait(fmt.Errorf("%w: %w", auth.ErrUnavailable, secret), 1500*time.Millisecond), 503, unavailable, "2"},
		{context.Canceled, 503, unavailable, "1"},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), 503, unavailable, "1"},
		{secret, 500, "Internal server error", ""},
		{auth.ErrUserNotFound, 500, "Internal server error", ""},
		{io.ErrUnexpectedEOF, 500, "Internal server error", ""},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				h, err := httpadapter.New(stub{
					login:    func(auth.LoginRequest) (*auth.Grant, error) { return nil, c.err },
					validate: func(string, time.Duration) (*auth.Identity, error) { return nil, c.err },
					logout:   func(string) error { return c.err },
				}, &httpadapter.Options{Logger: textLog(&log)})
				require.NoError(t, err)
				logout := post("/api/auth/logout", "")
				logout.Header.Set("Authorization", "Bearer t")
				guarded := h.Require()(http.HandlerFunc(echo))
				for _, a := range []answer{ask(t, h, loginAs(auth.RoleUser)), ask(t, guarded, get("/", "t"))} {
					a.is(t, c.status, c.message)
					require.Equal(t, c.retryAfter, a.header.Get("Retry-After"))
				}
				for _, r := range []*http.Request{logout, get("/api/auth/validate", "t"), get("/api/auth/aws-credentials", "t")} {
					ask(t, h, r).is(t, c.status, c.message)
				}
				synctest.Wait()
				require.Equal(t, c.status == 500, strings.Contains(log.String(), "internal error"), "the cause of a 500 is in the log: %s", log.String())
			})
		})
	}
}

func TestAResultThatIsNoneIsAnInternalError(t *testing.T) {
	id := authtest.Identity(auth.User{Role: auth.RoleAdmin})
	h, err := httpadapter.New(stub{
		login:    func(auth.LoginRequest) (*auth.Grant, error) { return nil, nil },
		validate: func(string, time.Duration) (*auth.Identity, error) { return id, nil },
	}, &httpadapter.Options{
		Logger:      slog.New(slog.DiscardHandler),
		Credentials: []credentials.Provider{provider{"aws", "AWS", fails(nil)}},
		JWKS:        func() ([]byte, bool) { return []byte("{"), true },
	})
	require.NoError(t, err)
	for _, r := range []*http.Request{loginAs(auth.RoleUser), get("/api/auth/aws-credentials", "t"), get("/api/auth/jwks.json", "")} {
		ask(t, h, r).is(t, 500, "Internal server error")
	}

	h, err = httpadapter.New(stub{login: func(auth.LoginRequest) (*auth.Grant, error) { return &auth.Grant{Identity: *id}, nil }},
		&httpadapter.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	ask(t, h, loginAs(auth.RoleUser)).is(t, 500, "Internal server error") // a grant without a token
}

func TestPanicsAreAnsweredAndAborted(t *testing.T) {
	panics := func(v any) http.Handler {
		h, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) { panic(v) }},
			&httpadapter.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		return h
	}
	for _, v := range []any{"text", errors.New("error"), []int{1}, fmt.Errorf("%w", auth.ErrInvalidToken)} {
		ask(t, panics(v), get("/api/auth/validate", "t")).is(t, 500, "Internal server error")
	}
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		panics(http.ErrAbortHandler).ServeHTTP(httptest.NewRecorder(), get("/api/auth/validate", "t"))
	})
}

func TestJWKS(t *testing.T) {
	const path = "/api/auth/jwks.json"
	ask(t, newHouse(t, httpadapter.Options{}), get(path, "")).is(t, 404, "Not found")
	none := func() ([]byte, bool) { return nil, false }
	ask(t, newHouse(t, httpadapter.Options{JWKS: none}), get(path, "")).is(t, 404, "Not found")

	const set = `{"keys":[{"kty":"OKP"}]}`
	w := httptest.NewRecorder()
	newHouse(t, httpadapter.Options{JWKS: func() ([]byte, bool) { return []byte(set), true }}).ServeHTTP(w, get(path, ""))
	require.Equal(t, 200, w.Code)
	require.Equal(t, set, w.Body.String())
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
}

func TestNewJoinsAllThatIsWrong(t *testing.T) {
	_, err := httpadapter.New(nil, &httpadapter.Options{
		Prefix:         "auth/",
		MaxAge:         time.Hour,
		Timeout:        -1,
		TrustedOrigins: []string{"app.example.com"},
		TrustedProxies: []netip.Prefix{{}},
		Credentials:    []credentials.Provider{nil, provider{name: "AWS", title: "x"}, provider{name: "x"}, provider{name: "y", title: "y"}, provider{name: "y", title: "y"}},
	})
	for _, part := range []string{"needs an Authenticator", "Prefix", "MaxAge", "Timeout", "TrustedOrigins", "TrustedProxies",
		"Credentials[0] is nil", `called "AWS": name it`, `"x" without a title`, `two providers called "y"`} {
		require.ErrorContains(t, err, part)
	}
	for _, o := range []httpadapter.Options{
		{Prefix: "/"}, {Prefix: "/api/auth/"}, {Prefix: "/api//auth"}, {Prefix: "/api/../auth"}, {Prefix: "/{x}"}, {Prefix: "/a b"}, {Prefix: "api"},
		{MaxAge: -1}, {MaxAge: time.Minute + 1},
		{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("::/0")}},
		{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")}},
	} {
		_, err := httpadapter.New(stub{}, &o)
		require.Error(t, err, "%+v", o)
	}
	_, err = httpadapter.New(stub{}, nil)
	require.NoError(t, err, "nil options are the safe defaults")
}

// What is configured once cannot be changed behind the handler's back.
func TestOptionsAreCopied(t *testing.T) {
	opts := httpadapter.Options{Cookie: &httpadapter.Cookie{}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	h := newHouse(t, opts)
	opts.Cookie.InsecureHTTP = true
	opts.TrustedProxies[0] = netip.MustParsePrefix("192.0.2.0/24")
	require.Contains(t, ask(t, h, loginAs(auth.RoleUser)).header.Get("Set-Cookie"), "Secure")
	require.Equal(t, "192.0.2.1", h.addrOf(t, "192.0.2.1:80", xff("198.51.100.7")))
}
