package routers_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v3"
	recoverer "github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v5"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/examples/routers"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

// all are the routers of net/http's kind, each listening; the URL is returned.
var all = map[string]func(*testing.T, *httpadapter.Handler) string{
	"ServeMux": func(t *testing.T, guard *httpadapter.Handler) string {
		r := http.NewServeMux()
		routers.ServeMux(r, guard)
		return listen(t, r)
	},
	"chi": func(t *testing.T, guard *httpadapter.Handler) string {
		r := chi.NewRouter()
		routers.Chi(r, guard)
		return listen(t, r)
	},
	"gin": func(t *testing.T, guard *httpadapter.Handler) string {
		gin.SetMode(gin.TestMode)
		r := gin.New()
		routers.Gin(r, guard)
		return listen(t, r)
	},
	"echo": func(t *testing.T, guard *httpadapter.Handler) string {
		r := echo.New()
		routers.Echo(r, guard)
		return listen(t, r)
	},
	"gorilla": func(t *testing.T, guard *httpadapter.Handler) string {
		r := mux.NewRouter()
		routers.Gorilla(r, guard)
		return listen(t, r)
	},
	"fiber": func(t *testing.T, guard *httpadapter.Handler) string {
		app := fiber.New(fiber.Config{ErrorHandler: routers.FiberError})
		app.Use(recoverer.New())
		routers.Fiber(app, guard)
		return listenFiber(t, app)
	},
}

func listen(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func listenFiber(t *testing.T, app *fiber.App) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		require.NoError(t, app.ShutdownWithTimeout(time.Second))
		require.NoError(t, <-done)
	})
	return "http://" + l.Addr().String()
}

// plain hashes nothing, since these tests are not about hashing.
type plain struct{}

func (plain) Hash(_ context.Context, chosen string) (string, error) { return chosen, nil }
func (plain) Verify(_ context.Context, hash, typed string) (password.Result, error) {
	return password.Result{OK: hash == typed}, nil
}

const secret = "lantern orbit walnut"

// house is a server with a user, ben, and an administrator, ada.
type house struct {
	url    string
	svc    *auth.Service
	ids    map[string]string
	record authtest.Recorder
}

func newHouse(t *testing.T, router func(*testing.T, *httpadapter.Handler) string, opts httpadapter.Options) *house {
	t.Helper()
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	h := &house{ids: make(map[string]string)}
	store, quiet := memory.New(), slog.New(slog.DiscardHandler)
	h.svc, err = auth.New(store, tokens, &auth.Options{Hasher: plain{}, Auditor: &h.record, Logger: quiet, AccountLimit: auth.Limit{Max: 2, Window: time.Hour}})
	require.NoError(t, err)
	for name, role := range map[string]auth.Role{"ada": auth.RoleAdmin, "ben": auth.RoleUser} {
		u, err := auth.NewAccounts(store, h.svc).Create(t.Context(), auth.NewAccount{Username: name, Role: role, Password: auth.NewSecret(secret)})
		require.NoError(t, err)
		h.ids[name] = u.ID
	}
	opts.Logger = quiet
	guard, err := httpadapter.New(h.svc, &opts)
	require.NoError(t, err)
	h.url = router(t, guard)
	return h
}

// answer is what came back; of the body only text and JSON's two fields count.
type answer struct {
	Success bool
	Message string
	Token   string
	status  int
	header  http.Header
	text    string
	cookies []*http.Cookie
}

// client is somebody at an address.
func client(t *testing.T, from string) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (h *house) ask(t *testing.T, c *http.Client, method, path, body string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	require.NoError(t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	a := answer{status: res.StatusCode, header: res.Header, text: string(raw), cookies: res.Cookies()}
	if res.Header.Get("Content-Type") == "application/json" && len(raw) > 0 {
		require.NoError(t, json.Unmarshal(raw, &a), "%s", raw)
	}
	return a
}

func (a answer) is(t *testing.T, status int, message string) {
	t.Helper()
	require.Equal(t, status, a.status, a.text)
	require.Equal(t, message, a.Message, a.text)
	require.Equal(t, status == 200, a.Success)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func login(name, password string) string {
	return `{"username":"` + name + `","password":"` + password + `"}`
}

func each(t *testing.T, test func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string)) {
	for name, router := range all {
		t.Run(name, func(t *testing.T) { test(t, router) })
	}
}

// One conversation, the same behind every router.
func TestBearer(t *testing.T) {
	each(t, func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string) {
		h, c := newHouse(t, router, httpadapter.Options{}), client(t, "127.0.0.1")
		tokens := make(map[string]string)
		for name := range h.ids {
			a := h.ask(t, c, "POST", "/api/auth/login", login(name, secret), nil)
			a.is(t, 200, "Login successful")
			tokens[name] = a.Token
		}
		h.ask(t, c, "POST", "/api/auth/login", login("ben", "guess"), nil).is(t, 401, "Invalid username or password")
		h.ask(t, c, "GET", "/api/auth/validate", "", bearer(tokens["ben"])).is(t, 200, "Token is valid")
		head := h.ask(t, c, "HEAD", "/api/auth/validate", "", bearer(tokens["ben"]))
		require.Equal(t, 200, head.status)
		require.Empty(t, head.text)

		unknown := h.ask(t, c, "DELETE", "/reports/7", "", nil)
		unknown.is(t, 401, "No token provided")
		require.Equal(t, "Bearer", unknown.header.Get("WWW-Authenticate"))
		h.ask(t, c, "DELETE", "/reports/7", "", bearer(tokens["ben"])).is(t, 403, "Access denied")
		h.ask(t, c, "DELETE", "/reports/7", "", http.Header{"Authorization": {"Bearer " + tokens["ben"], "Bearer " + tokens["ada"]}}).
			is(t, 401, "Invalid or expired token")
		admitted := h.ask(t, c, "DELETE", "/reports/7", "", bearer(tokens["ada"]))
		require.Equal(t, 200, admitted.status)
		require.Equal(t, "ada deleted 7", admitted.text)

		for _, method := range []string{"DELETE", "PATCH", "PUT", "OPTIONS"} {
			other := h.ask(t, c, method, "/api/auth/login", "", nil)
			other.is(t, 405, "Method not allowed")
			require.Equal(t, "POST", other.header.Get("Allow"), "%s", method)
		}
		for _, path := range []string{"/api/auth/", "/api/auth/nothing", "/api/auth/login/more"} {
			h.ask(t, c, "GET", path, "", nil).is(t, 404, "Not found")
		}
		hosts := h.ask(t, c, "GET", "/api/authors", "", nil)
		require.Equal(t, 404, hosts.status)
		require.NotContains(t, hosts.text, `"success"`, "what only begins like the prefix is the host's")

		h.ask(t, c, "POST", "/api/auth/logout", "", bearer(tokens["ada"])).is(t, 200, "Logged out")
		h.ask(t, c, "GET", "/api/auth/validate", "", bearer(tokens["ada"])).is(t, 401, "Invalid or expired token")
		h.ask(t, c, "DELETE", "/reports/7", "", bearer(tokens["ada"])).is(t, 401, "Invalid or expired token")
	})
}

func TestCookies(t *testing.T) {
	each(t, func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string) {
		h := newHouse(t, router, httpadapter.Options{Cookie: &httpadapter.Cookie{InsecureHTTP: true, OmitToken: true}})
		c := client(t, "127.0.0.1")
		foreign := http.Header{"Sec-Fetch-Site": {"cross-site"}}
		h.ask(t, c, "POST", "/api/auth/login", login("ada", secret), foreign).is(t, 403, "Cross-origin request refused")

		in := h.ask(t, c, "POST", "/api/auth/login", login("ada", secret), http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {h.url}})
		in.is(t, 200, "Login successful")
		require.Empty(t, in.Token)
		require.Len(t, in.cookies, 1)
		require.True(t, in.cookies[0].HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, in.cookies[0].SameSite)

		with := func(more http.Header) http.Header {
			header := http.Header{"Cookie": {"theme=dark; " + in.cookies[0].Name + "=" + in.cookies[0].Value}}
			for name, values := range more {
				header[name] = values
			}
			return header
		}
		h.ask(t, c, "GET", "/api/auth/validate", "", with(nil)).is(t, 200, "Token is valid")
		for _, header := range []http.Header{foreign, {"Origin": {"https://elsewhere.example"}}, {"Origin": {"null"}}} {
			h.ask(t, c, "DELETE", "/reports/7", "", with(header)).is(t, 403, "Cross-origin request refused")
			h.ask(t, c, "POST", "/api/auth/logout", "", with(header)).is(t, 403, "Cross-origin request refused")
		}
		ours := h.ask(t, c, "DELETE", "/reports/7", "", with(http.Header{"Origin": {h.url}}))
		require.Equal(t, "ada deleted 7", ours.text)

		out := h.ask(t, c, "POST", "/api/auth/logout", "", with(http.Header{"Sec-Fetch-Site": {"same-origin"}}))
		out.is(t, 200, "Logged out")
		require.Len(t, out.cookies, 1)
		require.Negative(t, out.cookies[0].MaxAge)
		h.ask(t, c, "DELETE", "/reports/7", "", with(nil)).is(t, 401, "Invalid or expired token")
	})
}

// The limits count who opened the connection, whatever a header says; sessions
// and the record keep that and the user agent as they were.
func TestClientAddress(t *testing.T) {
	each(t, func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string) {
		h := newHouse(t, router, httpadapter.Options{})
		guesser, ben := client(t, "127.0.0.7"), client(t, "127.0.0.8")
		for i := range 3 {
			claim := http.Header{"X-Forwarded-For": {"192.0.2." + string(rune('1'+i))}}
			want := []int{401, 401, 429}[i]
			require.Equal(t, want, h.ask(t, guesser, "POST", "/api/auth/login", login("ben", "guess"), claim).status)
		}
		in := h.ask(t, ben, "POST", "/api/auth/login", login("ben", secret), http.Header{"User-Agent": {"Lynx/2.9.2"}})
		in.is(t, 200, "Login successful")
		for range 3 {
			h.ask(t, ben, "GET", "/api/auth/validate", "", http.Header{"User-Agent": {"Mosaic/1.0"}}).is(t, 401, "No token provided")
		}
		sessions, err := h.svc.Sessions(t.Context(), h.ids["ben"])
		require.NoError(t, err)
		require.Len(t, sessions, 1)
		require.Equal(t, netip.MustParseAddr("127.0.0.8"), sessions[0].Remote)
		require.Equal(t, "Lynx/2.9.2", sessions[0].UserAgent)
		require.Equal(t, "Lynx/2.9.2", h.record.Events(auth.EventLogin)[0].UserAgent)
	})
}

// Behind proxies that each write a line of their own.
func TestClientAddressBehindProxies(t *testing.T) {
	each(t, func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string) {
		h := newHouse(t, router, httpadapter.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		chain := http.Header{"X-Forwarded-For": {"203.0.113.1, 192.0.2.9", "127.0.0.5"}}
		h.ask(t, client(t, "127.0.0.1"), "POST", "/api/auth/login", login("ben", secret), chain).is(t, 200, "Login successful")
		sessions, err := h.svc.Sessions(t.Context(), h.ids["ben"])
		require.NoError(t, err)
		require.Equal(t, netip.MustParseAddr("192.0.2.9"), sessions[0].Remote)
	})
}

const private = "dsn=postgres://app:hunter2@db"

// broken is a part of the host's that panics.
type broken struct{ auth.Authenticator }

func (broken) Login(context.Context, auth.LoginRequest) (*auth.Grant, error) { panic(private) }
func (broken) Validate(context.Context, string, time.Duration) (*auth.Identity, error) {
	panic(private)
}

func TestAPanicIsAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, router func(*testing.T, *httpadapter.Handler) string) {
		guard, err := httpadapter.New(broken{}, &httpadapter.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		h, c := &house{url: router(t, guard)}, client(t, "127.0.0.1")
		for range 2 { // the server goes on
			h.ask(t, c, "POST", "/api/auth/login", login("ben", secret), nil).is(t, 500, "Internal server error")
			h.ask(t, c, "GET", "/api/auth/validate", "", bearer("x")).is(t, 500, "Internal server error")
			h.ask(t, c, "DELETE", "/reports/7", "", bearer("x")).is(t, 500, "Internal server error")
		}
	})
}

// A panic in a fiber handler of the host's.
func TestFiberErrorTellsNothing(t *testing.T) {
	app := fiber.New(fiber.Config{ErrorHandler: routers.FiberError})
	app.Use(recoverer.New())
	app.Get("/panics", func(fiber.Ctx) error { panic(private) })
	h, c := &house{url: listenFiber(t, app)}, client(t, "127.0.0.1")
	a := h.ask(t, c, "GET", "/panics", "", nil)
	require.Equal(t, 500, a.status)
	require.Equal(t, "Internal Server Error", a.text)
	require.Equal(t, 404, h.ask(t, c, "GET", "/nothing", "", nil).status)
}
