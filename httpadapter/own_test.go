package httpadapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	passwords "github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

const newPassword = "gravel tulip monsoon"

// cheap is a hasher for tests that hash often.
type cheap struct{}

func (cheap) Hash(_ context.Context, pw string) (string, error) { return "cheap:" + pw, nil }

func (cheap) Verify(_ context.Context, hash, pw string) (passwords.Result, error) {
	return passwords.Result{OK: hash == "cheap:"+pw}, nil
}

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

func TestPeopleSeeTheirSessions(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		first := h.login(t, "john")
		h.login(t, "mary")
		second := h.login(t, "john")
		list := h.list(t, second)
		require.Len(t, list, 2, "one's own alone")
		require.True(t, list[0].Current, "the newest first")
		require.False(t, list[1].Current)
		require.Equal(t, list[0].ID, h.list(t, first)[0].ID)
		require.True(t, h.list(t, first)[1].Current)
		for _, s := range list {
			require.Regexp(t, `^[A-Z2-7]{26}$`, s.ID)
			require.Equal(t, "192.0.2.7", s.Address)
			require.Equal(t, "Lynx/2.9", s.UserAgent)
			created, err := time.Parse("2006-01-02T15:04:05Z", s.CreatedAt)
			require.NoError(t, err, "RFC 3339 in UTC, whole seconds")
			expires, err := time.Parse("2006-01-02T15:04:05Z", s.ExpiresAt)
			require.NoError(t, err)
			require.Equal(t, 24*time.Hour, expires.Sub(created))
			require.Equal(t, s.CreatedAt, s.LastSeen)
		}
		raw := h.send(t, "GET", "sessions", second, "").raw
		require.Regexp(t, `^\{"success":true,"message":"Sessions listed","sessions":\[\{"id":"\w+","created_at":"[^"]+","last_seen":"[^"]+","expires_at":"[^"]+","address":"192\.0\.2\.7","user_agent":"Lynx/2\.9","current":true\},\{`, raw)
		require.NotContains(t, raw, second, "a list holds no token")
		require.Empty(t, ask(t, h, h.request("HEAD", "sessions", second, "")).raw)
	})
}

func TestAListWithoutSessionsIsAList(t *testing.T) {
	h, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) { return authtest.Identity(auth.User{}), nil }},
		&httpadapter.Options{Sessions: &otherService{}})
	require.NoError(t, err)
	require.Equal(t, `{"success":true,"message":"Sessions listed","sessions":[]}`, ask(t, h, get("/api/auth/sessions", "t")).raw)
}

func TestPeopleEndTheirSessions(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		mine, lost, mary := h.login(t, "john"), h.login(t, "john"), h.login(t, "mary")
		a := h.send(t, "DELETE", "sessions/"+h.current(t, lost), mine, "")
		a.is(t, 200, "Session ended")
		require.Empty(t, a.header["Set-Cookie"], "one's own session lives, so its cookie does")
		require.False(t, h.valid(t, lost), "at the next request")
		require.True(t, h.valid(t, mine))

		others := []string{h.login(t, "john"), h.login(t, "john")}
		a = h.send(t, "DELETE", "sessions", mine, "")
		a.is(t, 200, "Other sessions ended")
		require.Empty(t, a.header["Set-Cookie"])
		for _, token := range others {
			require.False(t, h.valid(t, token))
		}
		require.True(t, h.valid(t, mine))
		require.True(t, h.valid(t, mary))

		own := h.current(t, mine)
		a = h.send(t, "DELETE", "sessions/"+own, mine, "")
		a.is(t, 200, "Session ended")
		require.False(t, h.valid(t, mine))
		if h.cookie {
			require.Equal(t, []string{"__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"}, a.header["Set-Cookie"], "an ended session leaves no cookie")
		} else {
			require.Empty(t, a.header["Set-Cookie"])
		}
		h.send(t, "DELETE", "sessions/"+own, mine, "").is(t, 401, invalidToken)

		events := h.audit.Events(auth.EventSessionEnded)
		require.Len(t, events, 3)
		for _, e := range events {
			require.Equal(t, h.john.ID, e.UserID)
			require.Equal(t, "asked for", e.Reason)
			require.Empty(t, e.ActorID, "by the user")
		}
		require.Equal(t, own, events[2].SessionID)
	})
}

func TestSomebodyElsesSessionIsNoSession(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		mine, mary := h.login(t, "john"), h.login(t, "mary")
		theirs := h.current(t, mary)
		want := `{"success":false,"message":"Session not found"}`
		for _, id := range []string{theirs, strings.Repeat("A", 26), "x", strings.ToLower(h.current(t, mine)), "%00", "%FF%FE", "a%20b", "*", "{id}", "..%2e", "'%20OR%201=1--",
			strings.Repeat("A", 128), strings.Repeat("A", 4000)} {
			a := h.send(t, "DELETE", "sessions/"+id, mine, "")
			require.Equal(t, 404, a.status, "%q: %s", id, a.raw)
			require.Equal(t, want, a.raw, id)
		}
		require.True(t, h.valid(t, mary))
		require.True(t, h.valid(t, mine))
		require.Empty(t, h.audit.Events(auth.EventSessionEnded))
		for _, path := range []string{"sessions/", "sessions/a/b", "sessions//", "sessions/" + theirs + "/", "sessionsx", "password/"} {
			h.send(t, "DELETE", path, mine, "").is(t, 404, "Not found")
		}
	})
}

// Nothing answers at these paths unless the host has asked for it.
func TestWhatIsOwnIsOffByDefault(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, path := range []string{"sessions", "sessions/x", "password"} {
		for _, method := range []string{"GET", "DELETE", "POST", "PUT"} {
			r := httptest.NewRequest(method, "/api/auth/"+path, strings.NewReader(change(password, newPassword)))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+h.tokens[auth.RoleUser])
			ask(t, h, r).is(t, 404, "Not found")
		}
	}
}

func TestMethodsOfWhatIsOwn(t *testing.T) {
	h := newReal(t, false)
	for path, allow := range map[string]string{"sessions": "DELETE, GET, HEAD", "sessions/x": "DELETE", "password": "POST"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"} {
			a := h.send(t, method, path, "", "")
			if strings.Contains(", "+allow+", ", ", "+method+", ") {
				require.Equal(t, 401, a.status, "%s %s needs a token", method, path)
				continue
			}
			require.Equal(t, 405, a.status, "%s %s", method, path)
			require.Equal(t, allow, a.header.Get("Allow"))
		}
	}
}

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635), and a cookie
// that outlives the change of a password in the browser it was made in.
func TestPeopleChangeTheirPassword(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		mine, theirs := h.login(t, "john"), h.login(t, "john")
		a := h.send(t, "POST", "password", mine, change(password, newPassword))
		a.is(t, 200, "Password changed")
		require.Empty(t, a.header["Set-Cookie"])
		require.True(t, h.valid(t, mine))
		require.False(t, h.valid(t, theirs))
		ask(t, h, post("/api/auth/login", `{"username":"john","password":"`+password+`"}`)).is(t, 401, wrong)
		ask(t, h, post("/api/auth/login", `{"username":"john","password":"`+newPassword+`"}`)).is(t, 200, "Login successful")
		changed := h.audit.Events(auth.EventPasswordChanged)
		require.Len(t, changed, 1)
		require.Equal(t, "192.0.2.7", changed[0].Remote.String())
		require.Equal(t, h.john.ID, changed[0].UserID)
	})
}

func TestPasswordChangesThatAreRefused(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		token := h.login(t, "john")
		const both = "Current and new password are required"
		for _, c := range []struct {
			body    string
			status  int
			message string
		}{
			{`{}`, 400, both},
			{change("", newPassword), 400, both},
			{change(password, ""), 400, both},
			{`{"current_password":null,"new_password":null}`, 400, both},
			{change(password, "short"), 400, "Password needs at least 15 characters, has 5"},
			{change("wrong", "johnjohnjohnjohn"), 400, "Password is a common word, a repetition or a sequence that is guessed first: choose several unrelated words"},
			{change(password, "nul\x00 nul nul nul nul"), 400, "Password has a NUL character: leave it out"},
			{change("wrong", newPassword), 403, "Current password is wrong"},
		} {
			a := h.send(t, "POST", "password", token, c.body)
			a.is(t, c.status, c.message)
			require.Empty(t, a.header["Set-Cookie"])
			require.Empty(t, a.header["Www-Authenticate"])
			require.True(t, h.valid(t, token), "whatever was refused, who asked stays signed in")
		}
		h.send(t, "POST", "password", "", change(password, newPassword)).is(t, 401, noToken)
		h.send(t, "POST", "password", "x", change(password, newPassword)).is(t, 401, invalidToken)
	})
}

// LESSONS 10: Django's long passwords, Vault CVE-2025-6203. Every body that a
// login is refused for is refused here, by the same code.
func TestPasswordBodies(t *testing.T) {
	h := newReal(t, false, func(o *auth.Options) { o.AccountLimit.Max = 1000 })
	token := h.login(t, "john")
	fields := strings.NewReplacer("username", "current_password", "USERNAME", "CURRENT_PASSWORD", `u\u017fername`, `current_pa\u017fsword`,
		"password", "new_password", "p\\u0061ssword", "new_p\\u0061ssword", "Password", "New_password", "paſſword", "new_paſſword")
	for _, c := range bodies {
		a := h.send(t, "POST", "password", token, fields.Replace(c.body)+strings.Repeat(" ", map[bool]int{true: 1}[c.body == ""]))
		switch c.status {
		case 401: // understood, and the new password is too short or the current one wrong
			require.True(t, a.status == 403 || a.status == 400 && strings.HasPrefix(a.Message, "Password "), "%s: %d %s", c.name, a.status, a.raw)
		case 413:
			a.is(t, 413, "Request body too large")
		default:
			want := strings.ReplaceAll(c.message, required, "Current and new password are required")
			require.Equal(t, want, a.Message, "%s: %.200s", c.name, fields.Replace(c.body))
			a.is(t, 400, want)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/json; charset=utf-16"} {
		r := h.request("POST", "password", token, change(password, newPassword))
		r.Header.Set("Content-Type", kind)
		ask(t, h, r).is(t, 415, "Content-Type must be application/json")
	}
	require.Empty(t, h.audit.Events(auth.EventPasswordChanged))
}

// LESSONS 6 (Keycloak CVE-2026-9798, CVE-2026-16103): the throttle stands before
// every route that checks a password, and over HTTP says so alike.
func TestThePasswordRouteIsThrottledAsLoginIs(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		token := h.login(t, "john")
		for range 5 {
			h.send(t, "POST", "password", token, change("wrong", newPassword)).is(t, 403, "Current password is wrong")
			r := post("/api/auth/login", `{"username":"JOHN","password":"wrong"}`)
			r.RemoteAddr = "192.0.2.7:4711"
			ask(t, h, r).is(t, 401, wrong)
		}
		a := h.send(t, "POST", "password", token, change(password, newPassword))
		a.is(t, 429, "Too many login attempts")
		require.Regexp(t, `^[1-9]\d*$`, a.header.Get("Retry-After"))
		r := post("/api/auth/login", `{"username":"john","password":"`+password+`"}`)
		r.RemoteAddr = "192.0.2.7:4711"
		ask(t, h, r).is(t, 429, "Too many login attempts")
		require.True(t, h.valid(t, token), "live sessions are unaffected")
	})
}

// LESSONS 25 (gorilla/csrf CVE-2025-24358, Devise CVE-2026-32700): what a page
// of another origin makes a browser send changes nothing here.
func TestWhatIsOwnIsGuardedByOrigin(t *testing.T) {
	h := newReal(t, true)
	mine, other := h.login(t, "john"), h.login(t, "john")
	requests := map[string]func() *http.Request{
		"DELETE one": func() *http.Request { return h.request("DELETE", "sessions/"+h.current(t, other), mine, "") },
		"DELETE own": func() *http.Request { return h.request("DELETE", "sessions/"+h.current(t, mine), mine, "") },
		"DELETE all": func() *http.Request { return h.request("DELETE", "sessions", mine, "") },
		"POST":       func() *http.Request { return h.request("POST", "password", mine, change(password, newPassword)) },
	}
	for name, request := range requests {
		for _, header := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"null"}}, {"Origin": {"https://evil.com"}},
			{"Origin": {"https://example.com.evil.com"}}, {"Origin": {"https://example.com:8443"}}, {"Origin": {"https://evilexample.com"}},
		} {
			r := request()
			for k, v := range header {
				r.Header[k] = v
			}
			a := ask(t, h, r)
			require.Equal(t, "Cross-origin request refused", a.Message, "%s with %v", name, header)
			a.is(t, 403, "Cross-origin request refused")
			require.Empty(t, a.header["Set-Cookie"])
		}
	}
	require.Len(t, h.list(t, mine), 2, "all of it is as it was")
	require.Empty(t, h.audit.Events(auth.EventPasswordChanged, auth.EventSessionEnded))
	r := h.request("GET", "sessions", mine, "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, 200, ask(t, h, r).status, "reading is not asked, and no other origin can read the answer")
	bearer := h.request("DELETE", "sessions", "", "")
	bearer.Header.Set("Authorization", "Bearer "+mine)
	bearer.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, 200, ask(t, h, bearer).status, "a Bearer request without the cookie is exempt")
}

// otherService is a Sessions and a Passwords that fails, or panics.
type otherService struct {
	err   error
	panic any
}

func (o *otherService) act() error {
	if o.panic != nil {
		panic(o.panic)
	}
	return o.err
}

func (o *otherService) Sessions(context.Context, string) ([]auth.Session, error) { return nil, o.act() }
func (o *otherService) EndSession(context.Context, string, string) error         { return o.act() }
func (o *otherService) EndUserSessions(context.Context, string, string) error    { return o.act() }
func (o *otherService) ChangePassword(context.Context, auth.PasswordChange) error {
	return o.act()
}

// asked notes which sessions a store would be asked for.
type asked struct {
	otherService
	ids []string
}

func (a *asked) EndSession(_ context.Context, _, id string) error {
	a.ids = append(a.ids, id)
	return auth.ErrSessionNotFound
}

// A database takes some bytes for a fault, which must not be told apart either.
func TestAStoreIsAskedForPlainIDsAlone(t *testing.T) {
	service := &asked{}
	h, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) { return authtest.Identity(auth.User{}), nil }},
		&httpadapter.Options{Sessions: service})
	require.NoError(t, err)
	for _, id := range []string{"%00", "%FF", "a%20b", "'", strings.Repeat("A", 129), "plain-ID_1", strings.Repeat("A", 128)} {
		r := get("/api/auth/sessions/"+id, "t")
		r.Method = http.MethodDelete
		ask(t, h, r).is(t, 404, "Session not found")
	}
	require.Equal(t, []string{"plain-ID_1", strings.Repeat("A", 128)}, service.ids)
}

func TestFaultsOfWhatIsOwn(t *testing.T) {
	var ages []time.Duration
	service := &otherService{}
	h, err := httpadapter.New(stub{validate: func(_ string, maxAge time.Duration) (*auth.Identity, error) {
		ages = append(ages, maxAge)
		return authtest.Identity(auth.User{}), nil
	}}, &httpadapter.Options{Sessions: service, Passwords: service, MaxAge: time.Minute, Cookie: &httpadapter.Cookie{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	for _, c := range []struct {
		service otherService
		status  int
		message string
	}{
		{otherService{err: auth.ErrUnavailable}, 503, "Service temporarily unavailable"},
		{otherService{err: context.DeadlineExceeded}, 503, "Service temporarily unavailable"},
		{otherService{err: errors.New("database is gone")}, 500, "Internal server error"},
		{otherService{err: auth.ErrInvalidToken}, 401, invalidToken},
		{otherService{panic: "boom"}, 500, "Internal server error"},
	} {
		*service = c.service
		for path, method := range map[string]string{"sessions": "GET", "sessions/x": "DELETE", "sessions?": "DELETE", "password": "POST"} {
			r := httptest.NewRequest(method, "/api/auth/"+path, strings.NewReader(change(password, newPassword)))
			r.Header.Set("Content-Type", "application/json")
			r.AddCookie(&http.Cookie{Name: "__Host-session", Value: "t"})
			a := ask(t, h, r)
			a.is(t, c.status, c.message)
			require.Empty(t, a.header["Set-Cookie"], "%s: what failed clears no cookie", path)
		}
	}
	for _, age := range ages {
		require.Zero(t, age, "whoever looks at or ends their own is looked up anew")
	}
	service.err, service.panic = auth.ErrUserNotFound, nil
	ask(t, h, func() *http.Request {
		r := post("/api/auth/password", change(password, newPassword))
		r.Header.Set("Authorization", "Bearer t")
		return r
	}()).is(t, 401, invalidToken)
}
