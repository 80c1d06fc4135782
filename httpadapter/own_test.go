package httpadapter_test

import (
	"context"
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
	"github.com/sallyport-go/sallyport/httpadapter"
)

func (cheap) Hash(_ context.Context, pw string) (string, error) { return "cheap:" + pw, nil }

func (cheap) Verify(_ context.Context, hash, pw string) (passwords.Result, error) {
	return passwords.Result{OK: hash == "cheap:"+pw}, nil
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
