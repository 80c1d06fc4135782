package examples_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// get is what a client that accepts these types is answered.
func (s *server) get(t *testing.T, path, accept string) (status int, kind, body string) {
	t.Helper()
	return s.as(t, "", "GET", path, accept, nil)
}

// as answers a form, or a GET, of whoever has the cookie. A redirect is not
// followed where it is the answer to a form.
func (s *server) as(t *testing.T, cookie, method, path, accept string, form url.Values) (status int, kind, body string) {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Accept", accept)
	req.Header.Set("Cookie", cookie)
	client := *http.DefaultClient
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

// What the page is like in a browser, examples/browser looks at.
func TestThePageIsForBrowsersAndCookies(t *testing.T) {
	const html, text = "text/html; charset=utf-8", "text/plain; charset=utf-8"
	const browser, curl = "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"
	with, without := start(t, nil, "-db", "memory:"), start(t, nil, "-db", "memory:", "-cookie=false")
	for _, c := range []struct {
		server       *server
		accept, kind string
		says         string
	}{
		{with, browser, html, "<h1>Sign in</h1>"},
		{with, curl, text, "curl -s http://"},
		{without, browser, text, "-cookie=false"},
		{without, curl, text, "curl -s http://"},
	} {
		status, kind, body := c.server.get(t, "/", c.accept)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, c.kind, kind)
		require.Contains(t, body, c.says)
	}
	for _, s := range []*server{with, without} {
		resp, err := http.Post(s.url+"/", "", nil)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, "POST /")
		require.Equal(t, "GET, HEAD", resp.Header.Get("Allow"))
	}
	for _, path := range []string{"/login", "/users", "/static/page.css"} {
		status, _, _ := with.get(t, path, browser)
		require.Equal(t, http.StatusOK, status, path)
		status, _, _ = without.get(t, path, browser)
		require.Equal(t, http.StatusNotFound, status, "%s: without cookies there is no page", path)
	}
	status, _, body := with.get(t, "/nothing", browser)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "404 page not found\n", body)
	with.stop(t)
	without.stop(t)
}

func TestThePageWorksOnEveryDatabase(t *testing.T) {
	const html = "text/html"
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			all, password := nodes(t, d.open(t), 2)
			post := func(cookie, path string, form url.Values) {
				t.Helper()
				status, _, body := all[0].as(t, cookie, "POST", path, html, form)
				require.Equal(t, http.StatusSeeOther, status, "%s: %s", path, body)
			}
			cookie := "__Host-session=" + all[0].login(t, "admin", password)
			post(cookie, "/users/add", url.Values{"username": {"john"}, "email": {"john@example.com"}, "password": {johnsPassword}, "role": {"user"}})
			post(cookie, "/users/role", url.Values{"username": {"john"}, "role": {"admin"}})
			john := "__Host-session=" + all[1].login(t, "john", johnsPassword)
			_, _, body := all[1].as(t, john, "GET", "/users", html, nil)
			require.Contains(t, body, "john@example.com · admin")
			post(john, "/password", url.Values{"current": {johnsPassword}, "new": {"orchid lantern velvet"}})
			all[1].login(t, "john", "orchid lantern velvet")
			_, _, body = all[1].as(t, john, "GET", "/", html, nil)
			require.Contains(t, body, "End all others")
			post(john, "/sessions/end-others", nil)
			_, _, body = all[1].as(t, john, "GET", "/", html, nil)
			require.Contains(t, body, "Your account")
			require.NotContains(t, body, "End all others")
			post(cookie, "/users/active", url.Values{"username": {"john"}, "active": {"false"}})
			_, _, body = all[1].as(t, john, "GET", "/", html, nil)
			require.Contains(t, body, "<h1>Sign in</h1>", "a disabled person is out at the next request, on every node")
			for _, s := range all {
				s.stop(t)
			}
		})
	}
}
