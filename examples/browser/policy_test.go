package browser_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	wait = 30 * time.Second
	tick = 10 * time.Millisecond
)

// The watch over every page here sees what it is there to see.
func TestTheWatchSeesViolations(t *testing.T) {
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		fmt.Fprint(w, `<!doctype html><title>x</title><p style="color:red">x<script>alert(1)</script><img src="http://127.0.0.1:1/x.png">`)
	}))
	t.Cleanup(bad.Close)
	b := newPerson(t, serve(t)).blank()
	require.NoError(t, b.Navigate(bad.URL))
	require.NoError(t, b.WaitLoad())
	require.Eventually(t, func() bool { return strings.Count(strings.Join(b.faults(), "\n"), "ContentSecurityPolicyIssue") >= 3 }, wait, tick)
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Contains(t, b.sent, bad.URL+"/")
}

// strange is a page that posts to the server as soon as it is open: a form, and
// a fetch with credentials.
func strange(t *testing.T, s *server) string {
	t.Helper()
	forms := map[string]string{
		"/users/add":           "username=eve&password=" + marysPassword + "&role=super_admin",
		"/users/active":        "username=mary&active=false",
		"/users/role":          "username=mary&role=super_admin",
		"/sessions/end-others": "", "/logout": "",
		"/password": "current=" + marysPassword + "&new=" + marysPassword,
		"/login":    "username=mary&password=" + marysPassword,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/form", func(w http.ResponseWriter, r *http.Request) {
		path := r.FormValue("to")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>x</title><form method="post" action="%s%s">`, s.url, path)
		for pair := range strings.SplitSeq(forms[path], "&") {
			name, value, _ := strings.Cut(pair, "=")
			fmt.Fprintf(w, `<input name="%s" value="%s">`, name, value)
		}
		fmt.Fprint(w, `</form><script>document.forms[0].submit()</script>`)
	})
	mux.HandleFunc("/fetch", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>x</title><script>(async () => {`)
		for path, fields := range forms {
			fmt.Fprintf(w, `await fetch("%s%s", {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams("%s")}).catch(() => {});`, s.url, path, fields)
		}
		fmt.Fprint(w, `document.title = "sent"})()</script>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestPostsOfOtherOriginsAreRefused(t *testing.T) {
	s := serve(t)
	s.addMary(t)
	p := newPerson(t, s)
	mine := p.signIn("admin", s.password)
	elsewhere, _ := s.login(t, "admin", s.password) // ended if /sessions/end-others is let through
	site := strange(t, s)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(site, "http://"))
	require.NoError(t, err)
	paths := []string{"/users/add", "/users/active", "/users/role", "/sessions/end-others", "/logout", "/password", "/login"}
	for _, origin := range []string{site, "http://strange.test:" + port} { // of the same site, whose requests carry the cookie, and of another
		b := p.blank()
		for _, path := range paths {
			require.NoError(t, b.Navigate(origin+"/form?to="+path))
			refused := map[bool]string{true: " 403", false: " 401"}[origin == site || path == "/login" || path == "/logout"] // 401: no cookie came along
			require.Eventually(t, func() bool { return b.answers("POST "+path+refused) == 1 }, wait, tick, "%s from %s must be%s", path, origin, refused)
		}
		require.NoError(t, b.Navigate(origin+"/fetch"))
		require.Eventually(t, func() bool { got, err := b.Info(); return err == nil && got.Title == "sent" }, wait, tick)
		b.settled()
		for _, path := range paths {
			require.Zero(t, b.answers("POST "+path+" 200")+b.answers("POST "+path+" 303"), "%s from %s", path, origin)
		}
	}
	require.ElementsMatch(t, []string{"admin", "mary"}, s.names(t))
	status, _ := s.call(t, "GET", "/api/auth/validate", elsewhere, "", "")
	require.Equal(t, http.StatusOK, status)
	token, status := s.login(t, "mary", marysPassword)
	require.Equal(t, http.StatusOK, status)
	_, me := s.call(t, "GET", "/api/auth/validate", token, "", "")
	require.Contains(t, string(me), `"role":"user"`)
	mine.visit(s.url)
	mine.sees("Your account")
}

// No other page has ours in a frame.
func TestNoOtherPageFramesOurs(t *testing.T) {
	s := serve(t)
	frame := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>x</title><iframe src="%s/"></iframe>`, s.url)
	}))
	t.Cleanup(frame.Close)
	b := newPerson(t, s).blank()
	require.NoError(t, b.Navigate(frame.URL))
	require.Eventually(t, func() bool { return strings.Contains(strings.Join(b.faults(), "\n"), "ContentSecurityPolicyIssue") }, wait, tick)
}

// Over plain HTTP elsewhere than on localhost a browser keeps no Secure cookie
// and sends no Sec-Fetch-Site. The page says the one; the other does not have our
// own form taken for a stranger's.
func TestPlainHTTPIsSaid(t *testing.T) {
	s := serve(t)
	local := newPerson(t, s).open("/")
	local.seesNot("plain HTTP")
	far := *s
	far.url = strings.Replace(s.url, "127.0.0.1", "quickstart.test", 1)
	b := newPerson(t, &far).open("/")
	b.sees("This page came over plain HTTP")
	b.fill("Username or e-mail", "admin")
	b.fill("Password", s.password)
	b.MustElement("form").MustEval(`() => this.submit()`)
	require.Eventually(t, func() bool { return b.answers("POST /login 303") == 1 }, wait, tick, "our own form is let in")
	b.sees("This page came over plain HTTP")
}
