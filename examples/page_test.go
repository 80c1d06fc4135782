package examples_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// get is what a client that accepts these types is answered.
func (s *server) get(t *testing.T, path, accept string) (status int, kind, body string) {
	t.Helper()
	req, err := http.NewRequest("GET", s.url+path, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
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
