package httpadapter_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	hash "github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// plainHasher costs nothing.
type plainHasher struct{}

func (plainHasher) Hash(_ context.Context, pw string) (string, error) { return "plain:" + pw, nil }

func (plainHasher) Verify(_ context.Context, stored, pw string) (hash.Result, error) {
	return hash.Result{OK: stored == "plain:"+pw}, nil
}

// brittle is the endpoints over a store whose calls can be had to fail.
type brittle struct {
	http.Handler
	faults storetest.Faults
	audit  *authtest.Recorder
	live   string // a token of root's
	ended  string // another one, logged out
	let    int    // requests that reached the guarded handler
}

func newBrittle(t *testing.T) *brittle {
	t.Helper()
	kept, b := memory.New(), &brittle{audit: &authtest.Recorder{}}
	users := b.faults.Users(kept)
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	quiet := slog.New(slog.DiscardHandler)
	svc, err := auth.New(auth.Compose(users, b.faults.Sessions(kept), b.faults.Throttle(kept)), tokens, &auth.Options{
		Hasher: plainHasher{}, Auditor: b.audit, Logger: quiet, Identity: b.faults.Identity(kept),
	})
	require.NoError(t, err)
	_, err = auth.NewAccounts(kept, svc).Create(t.Context(), auth.NewAccount{Username: "root", Role: auth.RoleAdmin, Password: auth.NewSecret(password)})
	require.NoError(t, err)
	h, err := httpadapter.New(svc, &httpadapter.Options{
		Auditor: svc, Logger: quiet, Cookie: &httpadapter.Cookie{},
		Credentials: []credentials.Provider{provider{"aws", "AWS", shows(credentials.Masked{})}},
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	h.Mount(mux)
	mux.Handle("/guarded", h.Require(auth.RoleAdmin)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b.let++
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Length", "16")
		w.Write([]byte(`{"success":true}`))
	})))
	b.Handler = mux
	b.live, b.ended = b.login(t), b.login(t)
	require.Equal(t, 200, ask(t, b, bearing("POST", "/api/auth/logout", b.ended)).status)
	return b
}

func (b *brittle) login(t *testing.T) string {
	t.Helper()
	a := ask(t, b, post("/api/auth/login", `{"username":"root","password":"`+password+`"}`))
	require.Equal(t, 200, a.status, a.raw)
	return a.Token
}

func bearing(method, path, token string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// LESSONS 15 (Auth.js GHSA-8fpg): over HTTP, at every store call of every
// endpoint and of a guarded route, a fault is 503 with Retry-After in time, or
// the answer of peace where nothing depends on the call any more.
func TestAFaultAtEveryCallOfEveryEndpoint(t *testing.T) {
	for what, c := range map[string]struct {
		request func(b *brittle) *http.Request
		peace   int
	}{
		"login": {func(*brittle) *http.Request {
			return post("/api/auth/login", `{"username":"root","password":"`+password+`"}`)
		}, 200},
		"login in place of another": {func(b *brittle) *http.Request {
			r := post("/api/auth/login", `{"username":"root","password":"`+password+`"}`)
			r.AddCookie(&http.Cookie{Name: "__Host-session", Value: b.live})
			return r
		}, 200},
		"login, wrong password": {func(*brittle) *http.Request {
			return post("/api/auth/login", `{"username":"root","password":"wrong"}`)
		}, 401},
		"validate":               {func(b *brittle) *http.Request { return bearing("GET", "/api/auth/validate", b.live) }, 200},
		"validate, ended":        {func(b *brittle) *http.Request { return bearing("GET", "/api/auth/validate", b.ended) }, 401},
		"logout":                 {func(b *brittle) *http.Request { return bearing("POST", "/api/auth/logout", b.live) }, 200},
		"logout, two tokens":     {twoTokens, 200},
		"credentials":            {func(b *brittle) *http.Request { return bearing("GET", "/api/auth/aws-credentials", b.live) }, 200},
		"credentials, ended":     {func(b *brittle) *http.Request { return bearing("GET", "/api/auth/aws-credentials", b.ended) }, 401},
		"a guarded route":        {func(b *brittle) *http.Request { return bearing("GET", "/guarded", b.live) }, 200},
		"a guarded route, ended": {func(b *brittle) *http.Request { return bearing("GET", "/guarded", b.ended) }, 401},
	} {
		t.Run(what, func(t *testing.T) {
			calls := 0
			synctest.Test(t, func(t *testing.T) {
				b := newBrittle(t)
				b.faults.Clear()
				require.Equal(t, c.peace, ask(t, b, c.request(b)).status)
				synctest.Wait()
				calls = len(b.faults.Calls())
			})
			require.Positive(t, calls)
			for n := range calls {
				for kind, fault := range map[string]storetest.Fault{"fails": storetest.Fail, "times out": storetest.TimeOut, "is cancelled": storetest.Cancel, "loses its answer": storetest.LoseAnswer} {
					for plan, how := range map[string]func(*storetest.Faults, int, storetest.Fault){"alone": (*storetest.Faults).At, "and all after it": (*storetest.Faults).From} {
						synctest.Test(t, func(t *testing.T) {
							b := newBrittle(t)
							point := fmt.Sprintf("call %d %s, %s", n+1, kind, plan)
							how(&b.faults, n+1, fault)
							b.is503OrPeace(t, c.request(b), c.peace, point)
						})
					}
				}
			}
		})
	}
}

func twoTokens(b *brittle) *http.Request {
	r := bearing("POST", "/api/auth/logout", b.live)
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: b.ended})
	return r
}

// is503OrPeace sends a request into a fault and looks at the live and the ended
// session once it is over.
func (b *brittle) is503OrPeace(t *testing.T, r *http.Request, peace int, point string) {
	t.Helper()
	began := time.Now()
	a := ask(t, b, r)
	took := time.Since(began)
	time.Sleep(30 * time.Second) // for what goes on behind the answer
	require.LessOrEqual(t, took, 5*time.Second, "%s: answered in time", point)
	if a.status != peace {
		a.is(t, 503, "Service temporarily unavailable")
		seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
		require.NoError(t, err, point)
		require.Positive(t, seconds, point)
		require.Zero(t, b.let, "%s: who cannot be identified is let in nowhere", point)
		require.Empty(t, a.header.Values("Set-Cookie"), "%s: no cookie is set or cleared", point)
	}
	synctest.Wait()
	require.NotEmpty(t, b.audit.Events(auth.EventFault), "%s: the fault is on record", point)

	b.faults.Clear()
	require.Equal(t, 401, ask(t, b, bearing("GET", "/guarded", b.ended)).status, "%s: an ended session stays ended", point)
	again := ask(t, b, bearing("GET", "/guarded", b.live)).status
	if strings.HasSuffix(r.URL.Path, "/logout") || r.Header.Get("Cookie") != "" {
		require.Contains(t, []int{200, 401}, again, point)
	} else {
		require.Equal(t, 200, again, "%s: a live session lives on", point)
	}
	b.login(t)
}
