package httpadapter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

const panicText = "c4n4ry-of-a-panic"

// boom is what a host's own code panics with.
type boom struct{ error }

func panics() error { panic(boom{errors.New(panicText)}) }

// fragile is the endpoints over a host's parts, each of which can be had to
// panic by its name.
type fragile struct {
	http.Handler
	faults storetest.Faults
	audit  *authtest.Recorder
	log    sink
	broken string
	token  string
	ran    bool // the guarded handler
}

func (f *fragile) breaks(part string) {
	if f.broken == part {
		_ = panics()
	}
}

func (f *fragile) Audit(ctx context.Context, e auth.Event) error {
	f.breaks("auditor")
	return f.audit.Audit(ctx, e)
}

func (f *fragile) Hash(ctx context.Context, pw string) (string, error) {
	return plainHasher{}.Hash(ctx, pw)
}

func (f *fragile) Verify(ctx context.Context, stored, pw string) (hash.Result, error) {
	f.breaks("hasher")
	return plainHasher{}.Verify(ctx, stored, pw)
}

func (f *fragile) Secrets(context.Context, string) (auth.Secrets, error) {
	f.breaks("source")
	return auth.Secrets{Values: map[string]auth.Secret{"NVIDIA_API_KEY": auth.NewSecret("nvapi-" + strings.Repeat("x", 64))}}, nil
}

// verifier is a key source.
type verifier struct {
	auth.Tokens
	f *fragile
}

func (v verifier) Verify(ctx context.Context, token string) (auth.Claims, error) {
	v.f.breaks("key source")
	return v.Tokens.Verify(ctx, token)
}

func newFragile(t *testing.T) *fragile {
	t.Helper()
	f := &fragile{audit: &authtest.Recorder{}}
	kept, log := memory.New(), slog.New(slog.NewTextHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	users := f.faults.Users(kept)
	svc, err := auth.New(auth.Compose(users, f.faults.Sessions(kept), f.faults.Throttle(kept)), verifier{tokens, f}, &auth.Options{
		Hasher: f, Auditor: f, Logger: log,
	})
	require.NoError(t, err)
	accounts := auth.NewAccounts(users.(auth.AccountStore), svc)
	_, err = accounts.Create(t.Context(), auth.NewAccount{Username: "root", Role: auth.RoleAdmin, Password: auth.NewSecret(password)})
	require.NoError(t, err)
	nvidia, err := credentials.NVIDIA(f, nil)
	require.NoError(t, err)
	h, err := httpadapter.New(svc, &httpadapter.Options{
		Auditor: svc, Logger: log, Sessions: svc, Passwords: accounts,
		JWKS: func() ([]byte, bool) { f.breaks("jwks"); return []byte(`{"keys":[]}`), true },
		Credentials: []credentials.Provider{nvidia, provider{"aws", "AWS", func(context.Context, *auth.User) (*credentials.Masked, error) {
			f.breaks("provider")
			return &credentials.Masked{}, nil
		}}},
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	h.Mount(mux)
	mux.Handle("/guarded", h.RequireFunc(func(*auth.Identity) bool { f.breaks("rule"); return true })(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) { f.ran = true; echo(w, r) })))
	f.Handler = mux
	f.token = ask(t, f, post("/api/auth/login", `{"username":"root","password":"`+password+`"}`)).Token
	return f
}

func postAs(path, token, body string) *http.Request {
	r := post(path, body)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// requests is one of each kind that calls a host's own parts.
func (f *fragile) requests() map[string]*http.Request {
	return map[string]*http.Request{
		"login":    post("/api/auth/login", `{"username":"root","password":"`+password+`"}`),
		"guess":    post("/api/auth/login", `{"username":"root","password":"wrong"}`),
		"validate": bearing("GET", "/api/auth/validate", f.token),
		"logout":   bearing("POST", "/api/auth/logout", f.token),
		"aws":      bearing("GET", "/api/auth/aws-credentials", f.token),
		"nvidia":   bearing("GET", "/api/auth/nvidia-credentials", f.token),
		"jwks":     bearing("GET", "/api/auth/jwks.json", ""),
		"list":     bearing("GET", "/api/auth/sessions", f.token),
		"end":      bearing("DELETE", "/api/auth/sessions/"+strings.Repeat("A", 26), f.token),
		"others":   bearing("DELETE", "/api/auth/sessions", f.token),
		"password": postAs("/api/auth/password", f.token, `{"current_password":"`+password+`","new_password":"gravel tulip monsoon"}`),
		"guarded":  bearing("GET", "/guarded", f.token),
	}
}

// is500 checks what a panic comes to: one answer, one event and the place in
// the log, and its text nowhere.
func (f *fragile) is500(t *testing.T, r *http.Request, where string) {
	t.Helper()
	f.ran = false
	ask(t, f, r).is(t, 500, "Internal server error")
	require.False(t, f.ran, "%s: the guarded handler ran", where)
	synctest.Wait()
	if f.broken != "auditor" {
		told := f.audit.Events(auth.EventFault)
		require.NotEmpty(t, told, "%s: a panic is on record", where)
		last := told[len(told)-1]
		require.Equal(t, "panic", last.Reason, where)
		require.EqualError(t, last.Err, "panic of type httpadapter_test.boom", where)
	}
	require.Contains(t, f.log.String(), "panic of type httpadapter_test.boom", where)
	require.Contains(t, f.log.String(), "httpadapter_test.panics", "%s: the log says where it was", where)
	require.NotContains(t, f.log.String(), panicText, "%s: the text of a panic may hold anything", where)
	for _, e := range f.audit.Events() {
		require.NotContains(t, fmt.Sprintf("%+v", e), panicText, where)
	}
}

// A panic in any part of the host's is answered 500 on every route that calls
// it, and it works again when the part does.
func TestAPanicInAnyPartIs500AndAnEvent(t *testing.T) {
	for part, routes := range map[string][]string{
		"hasher":     {"login", "guess", "password"},
		"key source": {"validate", "logout", "aws", "nvidia", "list", "end", "others", "password", "guarded"},
		"provider":   {"aws"},
		"source":     {"nvidia"},
		"jwks":       {"jwks"},
		"rule":       {"guarded"},
		"auditor":    {"login", "guess", "logout", "aws", "nvidia", "others", "password"},
	} {
		for _, route := range routes {
			synctest.Test(t, func(t *testing.T) {
				f := newFragile(t)
				f.broken = part
				f.is500(t, f.requests()[route], part+" at "+route)
				f.broken = ""
				if route != "logout" {
					require.Equal(t, 200, ask(t, f, f.requests()["validate"]).status, "%s at %s", part, route)
				}
				time.Sleep(time.Minute + time.Second) // a slot that was held is over with its lease
				require.Equal(t, 1, len(f.audit.Events(auth.EventFault))+btoi(part == "auditor"))
			})
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// At every store call of every route a panic is 500, or the answer of peace
// where it was behind that, and nothing is held for good.
func TestAPanicAtEveryStoreCallIs500(t *testing.T) {
	for route := range new(fragile).requests() {
		if route == "jwks" {
			continue // asks no store, and its answer is no envelope
		}
		calls := 0
		synctest.Test(t, func(t *testing.T) {
			f := newFragile(t)
			f.faults.Clear()
			ask(t, f, f.requests()[route])
			synctest.Wait()
			calls = len(f.faults.Calls())
		})
		for n := range calls {
			synctest.Test(t, func(t *testing.T) {
				f := newFragile(t)
				f.faults.At(n+1, func(context.Context, func() error) error { return panics() })
				f.is500(t, f.requests()[route], fmt.Sprintf("%s, call %d", route, n+1))
				f.faults.Clear()
				time.Sleep(2 * time.Minute)
				right := password
				for range 10 {
					a := ask(t, f, post("/api/auth/login", `{"username":"root","password":"`+right+`"}`))
					if a.status == 401 { // the panic came after the new one was written
						right = "gravel tulip monsoon"
						continue
					}
					require.Equal(t, 200, a.status, "%s, call %d: it works again: %s", route, n+1, a.raw)
				}
				synctest.Wait()
			})
		}
	}
}

// Who can provoke a panic floods no record.
func TestPanicsAreToldOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFragile(t)
		f.broken = "key source"
		for range 500 {
			ask(t, f, f.requests()["validate"]).is(t, 500, "Internal server error")
		}
		synctest.Wait()
		require.Len(t, f.audit.Events(auth.EventFault), 1)
		time.Sleep(10 * time.Second)
		ask(t, f, f.requests()["guarded"]).is(t, 500, "Internal server error")
		synctest.Wait()
		told := f.audit.Events(auth.EventFault)
		require.Len(t, told, 2)
		require.Equal(t, 500, told[1].Count, "the 499 not told of, and this one")
	})
}

// What the guarded handler panics with is the host's own affair, and so is
// dropping a connection.
func TestOtherPanicsPassThrough(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	own := h.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the host's own") }))
	require.PanicsWithValue(t, "the host's own", func() {
		own.ServeHTTP(httptest.NewRecorder(), get("/", h.tokens[auth.RoleUser]))
	})
	abort, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) { panic(http.ErrAbortHandler) }}, nil)
	require.NoError(t, err)
	never := abort.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("let in") }))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { never.ServeHTTP(httptest.NewRecorder(), get("/", "t")) })
	require.Empty(t, h.audit.Events(auth.EventFault))
}
