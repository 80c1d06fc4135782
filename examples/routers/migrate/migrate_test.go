package migrate_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/examples/routers/migrate"
	"github.com/sallyport-go/sallyport/httpadapter"
)

const password = "lantern orbit walnut"

var (
	former = []byte(strings.Repeat("f", 32))
	key    = []byte(strings.Repeat("k", 32))
)

func people(t *testing.T) migrate.People {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	return migrate.People{
		"ada@example.com": {ID: "1", Email: "ada@example.com", Hash: string(hash), Admin: true},
		"ben@example.com": {ID: "2", Email: "ben@example.com", Hash: string(hash)},
	}
}

// site is a server, and a browser that keeps its cookies.
type site struct {
	url     string
	browser *http.Client
}

func open(t *testing.T) func(h http.Handler, err error) *site {
	return func(h http.Handler, err error) *site {
		t.Helper()
		require.NoError(t, err)
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		return &site{server.URL, &http.Client{Jar: jar}}
	}
}

func (s *site) ask(t *testing.T, method, path, contentType, body, token string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := s.browser.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(raw)
}

// login returns the token, which both answers have under one name.
func (s *site) login(t *testing.T, path, name string) string {
	t.Helper()
	status, text := s.ask(t, "POST", path, "application/json", `{"username":"`+name+`","password":"`+password+`"}`, "")
	require.Equal(t, 200, status, text)
	var answer struct{ Token string }
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	return answer.Token
}

func (s *site) reports(t *testing.T, token string) int {
	t.Helper()
	status, _ := s.ask(t, "GET", "/reports", "", "", token)
	return status
}

// What the guides say of tokens: they do not carry over, a logout now holds,
// and a key shared with the former code would undo that.
func TestFromTokens(t *testing.T) {
	gin.SetMode(gin.TestMode)
	all := people(t)
	before := map[string]func(key []byte) (http.Handler, error){
		"gin-jwt":    func(key []byte) (http.Handler, error) { return migrate.GinJWT(all, key) },
		"golang-jwt": func(key []byte) (http.Handler, error) { return migrate.GolangJWT(all, key), nil },
	}
	for name, build := range before {
		t.Run(name, func(t *testing.T) {
			svc, err := migrate.Service(all, key)
			require.NoError(t, err)
			after, err := migrate.FromGolangJWT(svc)
			if name == "gin-jwt" {
				after, err = migrate.FromGinJWT(svc)
			}
			now := open(t)(after, err)
			then := open(t)(build(former))
			old := then.login(t, "/login", "ada@example.com")
			require.Equal(t, 200, then.reports(t, old))
			require.Equal(t, 401, now.reports(t, old), "a token of the former code is refused")
			sharing := open(t)(build(key))
			require.Equal(t, 401, now.reports(t, sharing.login(t, "/login", "ada@example.com")), "one that the same key has signed, too")

			require.Equal(t, 403, now.reports(t, now.login(t, "/api/auth/login", "ben@example.com")))
			token := now.login(t, "/api/auth/login", "ada@example.com")
			require.Equal(t, 200, now.reports(t, token))
			require.NotEqual(t, 200, then.reports(t, token))
			status, _ := now.ask(t, "POST", "/api/auth/logout", "", "", token)
			require.Equal(t, 200, status)
			require.Equal(t, 401, now.reports(t, token))
		})
	}
}

// Why the guides ask for a new key: code that only looks at the signature and
// the expiry takes a token whose session has ended.
func TestTheFormerCodeWithOurKeyTakesEndedTokens(t *testing.T) {
	all := people(t)
	svc, err := migrate.Service(all, key)
	require.NoError(t, err)
	now := open(t)(migrate.FromGolangJWT(svc))
	token := now.login(t, "/api/auth/login", "ada@example.com")
	now.ask(t, "POST", "/api/auth/logout", "", "", token)
	require.Equal(t, 401, now.reports(t, token))
	_, err = jwt.ParseWithClaims(token, &jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) { return key, nil }, jwt.WithValidMethods([]string{"HS256"}))
	require.NoError(t, err)
}

func TestFromSessions(t *testing.T) {
	all := people(t)
	then := open(t)(migrate.Sessions(all), nil)
	form := url.Values{"username": {"ada@example.com"}, "password": {password}}.Encode()
	status, _ := then.ask(t, "POST", "/login", "application/x-www-form-urlencoded", form, "")
	require.Equal(t, 200, status)
	_, text := then.ask(t, "GET", "/reports", "", "", "")
	require.Equal(t, "reports for ada@example.com, view 1", text)

	svc, err := migrate.Service(all, key)
	require.NoError(t, err)
	now := open(t)(migrate.FromSessions(svc, httpadapter.Cookie{InsecureHTTP: true, OmitToken: true}))
	require.Equal(t, 401, now.reports(t, ""))
	for range 2 {
		require.Empty(t, now.login(t, "/api/auth/login", "ada@example.com"), "the cookie has it")
		for _, want := range []string{"view 1", "view 2"} {
			_, text := now.ask(t, "GET", "/reports", "", "", "")
			require.Equal(t, "reports for ada@example.com, "+want, text)
		}
	}
	status, _ = now.ask(t, "POST", "/api/auth/logout", "", "", "")
	require.Equal(t, 200, status)
	require.Equal(t, 401, now.reports(t, ""))
}
