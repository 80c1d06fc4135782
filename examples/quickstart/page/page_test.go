package page_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/examples/quickstart/page"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

const rightPassword = "wander copper thimble"

// site is a Page on stores in memory. The browser's part is in examples/browser.
type site struct {
	*http.ServeMux
	accounts *auth.Accounts
}

func newSite(t *testing.T) *site {
	t.Helper()
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	store := memory.New()
	svc, err := auth.New(store, tokens, nil)
	require.NoError(t, err)
	accounts := auth.NewAccounts(store, svc)
	api, err := httpadapter.New(svc, &httpadapter.Options{Cookie: &httpadapter.Cookie{}, Sessions: svc, Passwords: accounts})
	require.NoError(t, err)
	s := &site{http.NewServeMux(), accounts}
	p := page.New(api, accounts, nil)
	p.Mount(s.ServeMux)
	s.Handle("/{$}", p)
	s.Handle("/api/auth/", api)
	for name, role := range map[string]auth.Role{"root": auth.RoleSuperAdmin, "ann": auth.RoleAdmin, "bob": auth.RoleAdmin, "mary": auth.RoleUser} {
		_, err := accounts.Create(t.Context(), auth.NewAccount{Username: name, Role: role, Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
	}
	return s
}

// send answers a form, or a GET where there is none, of a browser that has the
// cookie and says where the form was.
func (s *site) send(path, cookie, from string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	if form != nil {
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	r.Header.Set("Sec-Fetch-Site", from)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// signIn returns the cookie.
func (s *site) signIn(t *testing.T, name string) string {
	t.Helper()
	w := s.send("/login", "", "same-origin", url.Values{"username": {name}, "password": {rightPassword}})
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	cookie := w.Result().Cookies()[0]
	require.Equal(t, "__Host-session", cookie.Name)
	return cookie.Name + "=" + cookie.Value
}

var posts = []string{"/login", "/logout", "/sessions/end", "/sessions/end-others", "/password", "/users/add", "/users/active", "/users/role"}

func TestEveryFormOfAnotherOriginIsRefused(t *testing.T) {
	s := newSite(t)
	cookie := s.signIn(t, "root")
	form := url.Values{"username": {"mary"}, "password": {rightPassword}, "current": {rightPassword}, "new": {"gravel tulip monsoon"}, "role": {"admin"}, "active": {"false"}}
	for _, path := range posts {
		for _, from := range []string{"cross-site", "same-site"} {
			w := s.send(path, cookie, from, form)
			require.Equal(t, http.StatusForbidden, w.Code, "%s, %s", path, from)
			require.Contains(t, w.Body.String(), "Cross-origin request refused")
			require.Empty(t, w.Header().Values("Set-Cookie"))
		}
	}
	require.Equal(t, http.StatusOK, s.send("/users", cookie, "none", nil).Code, "the session is not ended")
	mary, err := s.accounts.Find(t.Context(), "mary")
	require.NoError(t, err)
	require.True(t, mary.Active && mary.Role == auth.RoleUser)
}

func TestEveryAnswerSaysWhatABrowserMayDo(t *testing.T) {
	s := newSite(t)
	cookie := s.signIn(t, "root")
	check := func(w *httptest.ResponseRecorder, what string) {
		policy := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			require.Contains(t, strings.Split(policy, "; "), part, what)
		}
		require.NotContains(t, policy, "unsafe", what)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), what)
		require.Equal(t, "same-origin", w.Header().Get("Referrer-Policy"), what)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"), what)
	}
	for _, path := range append([]string{"/", "/users", "/credentials", "/static/page.css", "/static/page.js", "/static/icon.svg"}, posts...) {
		for _, c := range []string{"", cookie} {
			w := s.send(path, c, "same-origin", nil)
			require.Contains(t, []int{http.StatusOK, http.StatusSeeOther}, w.Code, path)
			check(w, path)
		}
	}
	for _, path := range posts {
		check(s.send(path, cookie, "cross-site", url.Values{}), path)
		check(s.send(path, "", "same-origin", url.Values{}), path)
	}
	require.Equal(t, http.StatusNotFound, s.send("/static/", "", "none", nil).Code, "no directory is listed")
}

func TestHeadIsAnsweredAsGet(t *testing.T) {
	s := newSite(t)
	cookies := map[string]string{"nobody": "", "mary": s.signIn(t, "mary"), "root": s.signIn(t, "root")}
	for _, path := range []string{"/", "/users", "/credentials", "/login", "/static/page.css"} {
		for who, cookie := range cookies {
			r := httptest.NewRequest("HEAD", path, nil)
			r.Header.Set("Cookie", cookie)
			head := httptest.NewRecorder()
			s.ServeHTTP(head, r)
			get := s.send(path, cookie, "none", nil)
			require.Equal(t, get.Code, head.Code, "%s, %s", path, who)
			require.Equal(t, get.Header(), head.Header(), "%s, %s", path, who)
		}
	}
}

// Rules that have no button, and so no browser that breaks them.
func TestNobodyGoesBeyondTheirRole(t *testing.T) {
	s := newSite(t)
	cookies := map[string]string{"mary": s.signIn(t, "mary"), "ann": s.signIn(t, "ann"), "root": s.signIn(t, "root")}
	for _, c := range []struct {
		who, path string
		form      url.Values
		says      string
	}{
		{"mary", "/users/role", url.Values{"username": {"mary"}, "role": {"admin"}}, "Access denied"},
		{"mary", "/users/active", url.Values{"username": {"ann"}}, "Access denied"},
		{"mary", "/users/add", url.Values{"username": {"eve"}, "password": {rightPassword}}, "Access denied"},
		{"ann", "/users/role", url.Values{"username": {"ann"}, "role": {"super_admin"}}, "Nobody changes their own role"},
		{"ann", "/users/role", url.Values{"username": {"ann"}, "role": {"user"}}, "Nobody changes their own role"},
		{"ann", "/users/role", url.Values{"username": {"mary"}, "role": {"super_admin"}}, "Only a super_admin"},
		{"ann", "/users/role", url.Values{"username": {"root"}, "role": {"user"}}, "Only a super_admin"},
		{"ann", "/users/active", url.Values{"username": {"root"}, "active": {"false"}}, "Only a super_admin"},
		{"ann", "/users/add", url.Values{"username": {"eve"}, "password": {rightPassword}, "role": {"super_admin"}}, "Only a super_admin"},
		{"root", "/users/active", url.Values{"username": {"ROOT"}, "active": {"false"}}, "Nobody changes their own role"},
	} {
		w := s.send(c.path, cookies[c.who], "same-origin", c.form)
		require.Equal(t, http.StatusForbidden, w.Code, "%v", c)
		require.Contains(t, w.Body.String(), c.says, "%v", c)
	}
	w := s.send("/users/role", cookies["root"], "same-origin", url.Values{"username": {"mary"}, "role": {"owner"}})
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Contains(t, w.Body.String(), "is not one of user, admin, super_admin")
	w = s.send("/users/role", cookies["root"], "same-origin", url.Values{"username": {"nobody"}, "role": {"user"}})
	require.Equal(t, http.StatusNotFound, w.Code)
	for name, role := range map[string]auth.Role{"root": auth.RoleSuperAdmin, "ann": auth.RoleAdmin, "mary": auth.RoleUser} {
		u, err := s.accounts.Find(t.Context(), name)
		require.NoError(t, err)
		require.True(t, u.Active && u.Role == role, "%+v", u)
	}
	_, err := s.accounts.Find(t.Context(), "eve")
	require.ErrorIs(t, err, auth.ErrUserNotFound)
	w = s.send("/users/active", cookies["ann"], "same-origin", url.Values{"username": {"bob"}, "active": {"false"}})
	require.Equal(t, http.StatusSeeOther, w.Code, "what is allowed is done: %s", w.Body)
}

// A form is what the API would be sent, or nothing.
func TestAStrangeFormIsRefusedAsTheAPIDoes(t *testing.T) {
	s := newSite(t)
	for what, c := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"nothing":     {url.Values{}, 400, "Username and password are required"},
		"too much":    {url.Values{"username": {"mary"}, "password": {strings.Repeat("x", 80<<10)}}, 400, "Username and password are required"},
		"not UTF-8":   {url.Values{"username": {"mary"}, "password": {rightPassword + "\xff"}}, 400, "Invalid request body"},
		"quotes":      {url.Values{"username": {`","username":"mary`}, "password": {rightPassword}}, 401, "Invalid username or password"},
		"markup":      {url.Values{"username": {`"><script>`}, "password": {rightPassword}}, 401, "Invalid username or password"},
		"a long name": {url.Values{"username": {strings.Repeat("m", 300)}, "password": {rightPassword}}, 401, "Invalid username or password"},
	} {
		w := s.send("/login", "", "same-origin", c.form)
		require.Equal(t, c.status, w.Code, what)
		require.Contains(t, w.Body.String(), c.says, what)
		require.NotContains(t, w.Body.String(), `"><script>`, what)
		require.NotContains(t, w.Body.String(), rightPassword, what)
	}
	cookie := s.signIn(t, "mary")
	for _, id := range []string{"", "x", "../logout", "x/y", "%2e%2e"} {
		w := s.send("/sessions/end", cookie, "same-origin", url.Values{"id": {id}})
		require.Equal(t, http.StatusNotFound, w.Code, id)
	}
	w := s.send("/?done=%3Cb%3E", cookie, "none", nil)
	require.NotContains(t, w.Body.String(), "role=\"status\"", "the address chooses among texts, it brings none")
}

func TestTheListOfUsersHasPages(t *testing.T) {
	s := newSite(t)
	var many []auth.Account
	for i := range 60 {
		many = append(many, auth.Account{User: auth.User{Username: fmt.Sprint("user", i), Role: auth.RoleUser, Active: true}})
	}
	results, err := s.accounts.Import(t.Context(), many)
	require.NoError(t, errors.Join(append(results, err)...))
	cookie := s.signIn(t, "root")
	seen, pages := 0, 0
	for path := "/users"; path != ""; pages++ {
		body := s.send(path, cookie, "none", nil).Body.String()
		seen += strings.Count(body, `class="lead"`)
		_, rest, _ := strings.Cut(body, `href="/users?after=`)
		after, _, _ := strings.Cut(rest, `"`)
		path = ""
		if after != "" {
			path = "/users?after=" + after
		}
	}
	require.Equal(t, 64, seen)
	require.Equal(t, 2, pages)
}

// The pages show what the API answers over HTTP, word for word.
func TestMessagesAreTheAPIs(t *testing.T) {
	s := newSite(t)
	seen := make(map[int]bool)
	for range 6 { // ten wrong ones are looked at
		r := httptest.NewRequest("POST", "/api/auth/login", strings.NewReader(`{"username":"mary","password":"wrong"}`))
		r.Header.Set("Content-Type", "application/json")
		api := httptest.NewRecorder()
		s.ServeHTTP(api, r)
		var said struct{ Message string }
		require.NoError(t, json.Unmarshal(api.Body.Bytes(), &said))
		page := s.send("/login", "", "same-origin", url.Values{"username": {"mary"}, "password": {"wrong"}})
		require.Equal(t, api.Code, page.Code)
		require.Contains(t, page.Body.String(), ">"+said.Message+".")
		require.Equal(t, api.Header().Get("Retry-After") != "", page.Header().Get("Retry-After") != "")
		seen[page.Code] = true
	}
	require.Equal(t, map[int]bool{401: true, 429: true}, seen)
}
