package browser_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The provider secrets of every server here. None of it may reach a page.
var secrets = []string{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYX", "nvapi-" + strings.Repeat("q7", 32)}

const marysPassword = "gravel tulip monsoon"

// built is the directory of the program.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sallyport")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "quickstart"), "./quickstart")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, &exec.Error{Name: string(out), Err: err}
	}
	return dir, nil
})

// server is a quickstart that runs.
type server struct {
	url      string
	password string // of admin
	stderr   *tail
}

// tail collects what a program prints.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var (
	listening = regexp.MustCompile(`(?m)^listening on (http://\S+)$`)
	shown     = regexp.MustCompile(`shown this once: .*password: (\S+)`)
)

// serve starts a quickstart with nobody but admin in it.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	return serveWith(t, []string{
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=" + secrets[0], "AWS_REGION=eu-north-1", "NVIDIA_API_KEY=" + secrets[1],
	}, args...)
}

// serveBare is serve without credentials.
func serveBare(t *testing.T) *server {
	t.Helper()
	return serveWith(t, []string{})
}

func serveWith(t *testing.T, env []string, args ...string) *server {
	t.Helper()
	needChromium(t)
	dir, err := built()
	require.NoError(t, err)
	s := &server{stderr: new(tail)}
	cmd := exec.Command(filepath.Join(dir, "quickstart"), append([]string{"-addr", "127.0.0.1:0", "-db", "memory:"}, args...)...)
	cmd.Env = env
	cmd.Stderr = s.stderr
	require.NoError(t, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-done })
	require.Eventually(t, func() bool { return listening.MatchString(s.stderr.String()) || len(done) > 0 }, time.Minute, 5*time.Millisecond,
		"the server must come up")
	m := listening.FindStringSubmatch(s.stderr.String())
	require.NotNil(t, m, "the server must come up; it printed: %s", s.stderr)
	s.url = m[1]
	m = shown.FindStringSubmatch(s.stderr.String())
	require.NotNil(t, m, "the first start prints a password: %s", s.stderr)
	s.password = m[1]
	return s
}

// call sends what a program would.
func (s *server) call(t *testing.T, method, path, token, kind, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, answer
}

// login is a session that is not the browser's. The status is returned too.
func (s *server) login(t *testing.T, name, password string) (string, int) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"username": name, "password": password})
	require.NoError(t, err)
	status, answer := s.call(t, "POST", "/api/auth/login", "", "application/json", string(body))
	var grant struct{ Token string }
	require.NoError(t, json.Unmarshal(answer, &grant))
	return grant.Token, status
}

// addMary adds a user with marysPassword.
func (s *server) addMary(t *testing.T) {
	t.Helper()
	token, _ := s.login(t, "admin", s.password)
	form := url.Values{"username": {"mary"}, "name": {"Mary Doe"}, "email": {"mary@example.com"}, "role": {"user"}, "password": {marysPassword}}
	status, answer := s.call(t, "POST", "/users/add", token, "application/x-www-form-urlencoded", form.Encode())
	require.Equal(t, http.StatusSeeOther, status, string(answer))
	s.call(t, "POST", "/api/auth/logout", token, "", "")
}

// names lists the usernames that the users page shows.
func (s *server) names(t *testing.T) []string {
	t.Helper()
	token, _ := s.login(t, "admin", s.password)
	_, page := s.call(t, "GET", "/users", token, "", "")
	s.call(t, "POST", "/api/auth/logout", token, "", "")
	var names []string
	for _, m := range regexp.MustCompile(`<p class="lead">([^<\s]+)`).FindAllSubmatch(page, -1) {
		names = append(names, string(m[1]))
	}
	return names
}
