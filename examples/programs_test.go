package examples_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var programs struct {
	once sync.Once
	dir  string
	err  error
	log  []byte
}

// program builds the programs once and returns the path of one.
func program(t *testing.T, name string) string {
	t.Helper()
	programs.once.Do(func() {
		programs.dir, programs.err = os.MkdirTemp("", "sallyport")
		if programs.err == nil {
			programs.log, programs.err = exec.Command("go", "build", "-o", programs.dir+string(filepath.Separator), "./quickstart", "./authctl", "./existingtable").CombinedOutput()
		}
	})
	require.NoError(t, programs.err, string(programs.log))
	return filepath.Join(programs.dir, name)
}

func TestMain(m *testing.M) {
	code := m.Run()
	if programs.dir != "" {
		os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// server is a quickstart that runs.
type server struct {
	url      string
	password string // of admin, or of a sample, if this start made it
	cmd      *exec.Cmd
	stderr   *tail
	done     chan error
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

// launch starts a quickstart without waiting for anything.
func launch(t *testing.T, env []string, args ...string) *server {
	t.Helper()
	return launchProgram(t, "quickstart", env, args...)
}

func launchProgram(t *testing.T, name string, env []string, args ...string) *server {
	t.Helper()
	s := &server{stderr: new(tail), done: make(chan error, 1)}
	s.cmd = exec.Command(program(t, name), append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	s.cmd.Env = append(clean(os.Environ()), env...)
	s.cmd.Stderr = s.stderr
	require.NoError(t, s.cmd.Start())
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

// start launches a quickstart and waits until it listens.
func start(t *testing.T, env []string, args ...string) *server {
	t.Helper()
	s := launch(t, env, args...)
	s.ready(t)
	return s
}

func (s *server) ready(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return listening.MatchString(s.stderr.String()) || len(s.done) > 0 }, 30*time.Second, 5*time.Millisecond,
		"the server must come up")
	m := listening.FindStringSubmatch(s.stderr.String())
	require.NotNil(t, m, "the server must come up; it printed: %s", s.stderr)
	s.url = m[1]
	if m := shown.FindStringSubmatch(s.stderr.String()); m != nil {
		s.password = m[1]
	}
}

// stop ends a server as an operator does and checks how it ends.
func (s *server) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.done:
		require.NoError(t, err, "SIGTERM ends it with exit code 0: %s", s.stderr)
	case <-time.After(15 * time.Second):
		t.Fatal("SIGTERM must end it within 15 seconds")
	}
}

// kill ends a server as a power cut does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
}

// clean is the environment without what configures the programs.
func clean(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "SALLYPORT_") && !strings.HasPrefix(e, "AWS_") && !strings.HasPrefix(e, "NVIDIA_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (s *server) call(t testing.TB, method, path, token, body string) answer {
	t.Helper()
	a, err := s.try(method, path, token, body)
	require.NoError(t, err)
	return a
}

func (s *server) try(method, path, token, body string) (answer, error) {
	req, err := http.NewRequest(method, s.url+"/api/auth/"+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(b)}
	_ = json.Unmarshal(b, &a.json)
	return a, nil
}

func credentials(login, password string) string {
	b, _ := json.Marshal(map[string]string{"username": login, "password": password})
	return string(b)
}

// login returns a token.
func (s *server) login(t testing.TB, name, password string) string {
	t.Helper()
	a := s.call(t, "POST", "login", "", credentials(name, password))
	require.Equal(t, 200, a.status, a.body)
	return a.json["token"].(string)
}

func (s *server) validate(t testing.TB, token string) int {
	t.Helper()
	return s.call(t, "GET", "validate", token, "").status
}

func fileDSN(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }

func TestAStrangerLogsIn(t *testing.T) {
	dsn := fileDSN(t)
	s := start(t, nil, "-db", dsn)
	require.NotEmpty(t, s.password, "the first start prints the administrator: %s", s.stderr)
	addJohn(t, dsn)

	for _, name := range []string{"admin", "ADMIN"} {
		token := s.login(t, name, s.password)
		require.Regexp(t, `^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.`, token, "the documented header")
		var claims struct{ Iat, Exp int64 }
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(payload, &claims))
		require.EqualValues(t, 86_400, claims.Exp-claims.Iat, "24 hour lifetime")
		require.Equal(t, 200, s.validate(t, token))
		for _, set := range []string{"aws", "nvidia"} {
			a := s.call(t, "GET", set+"-credentials", token, "")
			require.Equal(t, 404, a.status, a.body)
		}
		a := s.call(t, "POST", "logout", token, "")
		require.Equal(t, `{"success":true,"message":"Logged out"}`, strings.TrimSpace(a.body))
		require.Equal(t, 401, s.validate(t, token))
	}
	for _, name := range []string{"john", "john@example.com"} {
		token := s.login(t, name, johnsPassword)
		for _, set := range []string{"aws", "nvidia"} {
			a := s.call(t, "GET", set+"-credentials", token, "")
			require.Equal(t, 403, a.status)
			require.Equal(t, "Admin access required", a.json["message"])
		}
	}
	s.stop(t)
}

func TestCredentialsAreShownToAdministrators(t *testing.T) {
	secret, key := "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYX", "nvapi-"+strings.Repeat("x", 64)
	file := filepath.Join(t.TempDir(), "nvidia")
	require.NoError(t, os.WriteFile(file, []byte(key+"\n"), 0o600))
	s := start(t, []string{
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=eu-north-1",
		"NVIDIA_API_KEY_FILE=" + file,
	}, "-db", "memory:")
	token := s.login(t, "admin", s.password)
	aws := s.call(t, "GET", "aws-credentials", token, "")
	require.Equal(t, 200, aws.status, aws.body)
	c := aws.json["credentials"].(map[string]any)
	require.Equal(t, "wJal****************************KEYX", c["secretAccessKey"])
	require.Equal(t, "eu-north-1", c["region"])
	nvidia := s.call(t, "GET", "nvidia-credentials", token, "")
	require.Equal(t, 200, nvidia.status, nvidia.body)
	require.Equal(t, "nvap************************************xxxx", nvidia.json["credentials"].(map[string]any)["apiKey"])
	require.NoError(t, os.WriteFile(file, []byte("nvapi-"+strings.Repeat("y", 64)+"\n"), 0o600))
	rotated := s.call(t, "GET", "nvidia-credentials", token, "")
	require.Equal(t, 200, rotated.status, rotated.body)
	require.Equal(t, "nvap************************************yyyy", rotated.json["credentials"].(map[string]any)["apiKey"], "a rewritten file shows without a restart")
	s.stop(t)
	for _, hidden := range []string{secret, key, token, s.password} {
		require.Equal(t, strings.Count(s.stderr.String(), hidden), map[bool]int{true: 1}[hidden == s.password],
			"no secret reaches the log; the first password is shown once")
		require.NotContains(t, aws.body+nvidia.body, hidden)
	}
}

// LESSONS 18 (Rancher CVE-2019-11202).
func TestTheAdministratorIsMadeOnce(t *testing.T) {
	dsn := fileDSN(t)
	s := start(t, nil, "-db", dsn)
	require.NotEmpty(t, s.password)
	s.stop(t)
	mustAuthctl(t, dsn, "", "user", "delete", "admin")
	s = start(t, nil, "-db", dsn)
	require.Empty(t, s.password, "a deleted administrator does not come back")
	require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("admin", "whatever it was")).status)
	require.Empty(t, mustAuthctl(t, dsn, "", "user", "list"))
}

func TestARefusedStartSaysWhy(t *testing.T) {
	for what, c := range map[string]struct {
		env, args []string
		says      string
	}{
		"a weak key":          {[]string{"SALLYPORT_JWT_SECRET=short"}, []string{"-db", "memory:"}, "32"},
		"an empty key":        {[]string{"SALLYPORT_JWT_SECRET="}, []string{"-db", fileDSN(t)}, "32"},
		"no key":              {nil, []string{"-db", "postgres://root@127.0.0.1:1/x"}, "SALLYPORT_JWT_SECRET is not set"},
		"no database":         {[]string{key(rand.Text() + rand.Text())}, []string{"-db", "postgres://root@127.0.0.1:1/x"}, "refused"},
		"not a DSN":           {nil, []string{"-db", "oracle:hunter2hunter2"}, "sqlite:PATH"},
		"a secret in the DSN": {[]string{"SALLYPORT_DB=mysql://root:hunter2hunter2@127.0.0.1:x/%zz"}, nil, "mysql://user:pass@host:port/db"},
		"a postgres password": {[]string{"SALLYPORT_DB=postgres://u:hunter2hunter2@127.0.0.1:1/x?sslmode=bogus"}, nil, ""},
		"a MySQL parameter":   {[]string{"SALLYPORT_DB=mysql://root@127.0.0.1:1/x?ssl=hunter2&hunter2=1"}, nil, "?tls="},
		"SQLite in memory":    {nil, []string{"-db", "sqlite::memory:"}, "memory:"},
		"a limit":             {nil, []string{"-login-limit-account", "many"}, "10/15m"},
		"proxies":             {nil, []string{"-trusted-proxies", "everyone"}, "CIDR"},
		"not a Redis":         {nil, []string{"-db", "memory:", "-sessions", "redis:hunter2hunter2"}, "rediss://"},
		"a secret in a Redis": {[]string{"SALLYPORT_SESSIONS=redis://:hunter2hunter2@127.0.0.1:x/%zz"}, []string{"-db", "memory:"}, "rediss://"},
		"a Redis option":      {[]string{"SALLYPORT_SESSIONS=redis://:hunter2hunter2@127.0.0.1/0?hunter2=1"}, []string{"-db", "memory:"}, "rediss://"},
		"a Redis prefix":      {[]string{"SALLYPORT_SESSIONS=redis://127.0.0.1/0?prefix={x}"}, []string{"-db", "memory:"}, "Prefix"},
		"two Redis":           {[]string{"SALLYPORT_SESSIONS=redis://127.0.0.1", "SALLYPORT_SESSIONS_FILE=x"}, []string{"-db", "memory:"}, "both"},
		"max age":             {nil, []string{"-max-age", "1h"}, "1m"},
		"both":                {[]string{"SALLYPORT_DB=memory:", "SALLYPORT_DB_FILE=x"}, nil, "both"},
	} {
		s := launch(t, c.env, c.args...)
		select {
		case err := <-s.done:
			require.Error(t, err, what)
		case <-time.After(30 * time.Second):
			t.Fatalf("%s must be refused: %s", what, s.stderr)
		}
		require.Contains(t, s.stderr.String(), c.says, what)
		require.NotContains(t, s.stderr.String(), "hunter2", "%s: no program prints a password", what)
	}
}

// LESSONS 15 and 23: a Redis that is away is a fault, and its password is ours.
func TestARedisThatIsAwayIsAFault(t *testing.T) {
	at := place{users: fileDSN(t), sessions: "redis://u:hunter2hunter2@127.0.0.1:1/0"}
	s := start(t, at.env())
	addJohnAt(t, at) // asks for no session
	a := s.call(t, "POST", "login", "", credentials("john", johnsPassword))
	require.Equal(t, 503, a.status, a.body)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	for _, command := range [][]string{{"user", "logout", "john"}, {"user", "unlock", "john"}, {"doctor"}} {
		out, code := authctlAt(t, at, "", command...)
		require.Equal(t, 1, code, "%v: %s", command, out)
		require.Contains(t, out, "refused", "%v", command)
		require.NotContains(t, out, "hunter2", "%v", command)
	}
	s.stop(t)
	require.NotContains(t, s.stderr.String(), "hunter2")
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	dsn := fileDSN(t)
	start(t, nil, "-db", dsn).stop(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	for _, f := range []string{path, path + ".key"} {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, f)
	}
}

func TestATermLetsWhatIsInFlightFinish(t *testing.T) {
	s := start(t, nil, "-db", "memory:")
	var wg sync.WaitGroup
	answered := make(chan int, 20)
	for range 20 {
		wg.Go(func() {
			if a, err := s.try("POST", "login", "", credentials("admin", s.password)); err == nil {
				answered <- a.status
			}
		})
	}
	require.Equal(t, 200, <-answered)
	s.stop(t)
	wg.Wait()
	close(answered)
	for status := range answered {
		require.Equal(t, 200, status, "what was accepted is answered")
	}
}
