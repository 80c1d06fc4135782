package examples_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// canaries are secrets by what they are, all different.
type canaries map[string]string

func (c canaries) plant(what string) string {
	c[what] = rand.Text() + rand.Text()
	return c[what]
}

// notIn fails if eight bytes in a row of a canary are in a text, in either case
// of letters.
func (c canaries) notIn(t *testing.T, where, text string) {
	t.Helper()
	windows, text := map[string]bool{}, strings.ToLower(text)
	for i := range max(0, len(text)-7) {
		windows[text[i:i+8]] = true
	}
	for what, canary := range c {
		canary = strings.ToLower(canary)
		for i := range len(canary) - 7 {
			require.False(t, windows[canary[i:i+8]], "eight bytes of the %s are in %s", what, where)
		}
	}
}

// watch collects the command lines of our programs until it is stopped.
func watch(t *testing.T) (stop func() string) {
	t.Helper()
	var seen bytes.Buffer
	end := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for known := map[string]bool{}; ; time.Sleep(5 * time.Millisecond) {
			files, _ := fs.Glob(os.DirFS("/proc"), "[0-9]*/cmdline")
			for _, file := range files {
				line, err := os.ReadFile(filepath.Join("/proc", file)) // gone by now is fine
				if err == nil && bytes.Contains(line, []byte(programs.dir)) && !known[string(line)] {
					known[string(line)] = true
					seen.Write(line)
				}
			}
			select {
			case <-end:
				return
			default:
			}
		}
	})
	return func() string {
		close(end)
		done.Wait()
		return seen.String()
	}
}

// LESSONS 23 (OpenBao CVE-2025-62513, Vault CVE-2025-4166, LiteLLM #39293),
// with the real programs: eight bytes of no secret are in what they print, in
// an answer, in the record of events or in a process list, but for the token in
// the answer to a login.
func TestNoCanaryComesOutOfThePrograms(t *testing.T) {
	program(t, "authctl")
	stop := watch(t)
	c := canaries{}
	dsn := fileDSN(t)
	right, wrong, next, name := c.plant("password"), c.plant("wrong password"), c.plant("new password"), c.plant("name that was typed")
	hash := "$2a$05$" + rand.Text()[:26] + rand.Text()[:26] + "x"
	c["imported hash"] = hash[7:]
	s := start(t, []string{
		"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=" + c.plant("signing key"), "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_REGION=eu-north-1",
		"AWS_SECRET_ACCESS_KEY=" + c.plant("AWS secret"), "AWS_SESSION_TOKEN=" + c.plant("AWS session token"), "NVIDIA_API_KEY=nvapi-" + c.plant("NVIDIA key"),
	})
	var out strings.Builder
	run := func(stdin string, args ...string) {
		text, code := authctl(t, dsn, stdin, args...)
		fmt.Fprintln(&out, args, code, text)
	}
	mustAuthctl(t, dsn, right+"\n", "user", "add", "-username", "john", "-email", "john@example.com", "-role", "admin")
	for _, line := range []string{right + "\n", "short\n", ""} {
		run(line, "user", "passwd", "john")
		run(line, "user", "add", "-username", "john", "-email", "john@example.com")
	}
	rows := save(t, "rows.jsonl", fmt.Sprintf(`{"username":"mary","password_hash":%q}
{"username":"a b","password_hash":%[1]q}
{"username":"john","email":"john@example.com","password_hash":%[1]q}
{"username":"cut","password_hash":%[1]q
`, hash))
	run("", "user", "import", rows)
	run("", "user", "import", "-hashes", "bcrypt:5", rows)
	run("", "user", "list")
	run("", "user", "export")
	token := s.login(t, "john", right)
	c["token"], c["other token"] = token[strings.IndexByte(token, '.')+1:], strings.Split(s.login(t, "admin", s.password), ".")[2]
	for _, path := range []string{"login", "logout", "validate", "aws-credentials", "nvidia-credentials", "jwks.json", "sessions", "sessions/" + name, "password", name} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"} {
			for _, body := range []string{credentials(name, wrong), credentials("john", wrong), passwords(wrong, next), passwords(right, "short"), `{"username":"` + name} {
				as := token
				if method != "GET" && path != "password" && path != "login" {
					as = s.login(t, "john", right)
				}
				a := s.call(t, method, path, as, body)
				fmt.Fprintln(&out, a.status, a.header, a.body)
				if method == "GET" || path != "password" && path != "login" {
					break // what is in the body does not matter
				}
			}
			if method == "POST" {
				mustAuthctl(t, dsn, "", "user", "unlock", "john")
			}
			if method == "DELETE" && path == "sessions" {
				token = s.login(t, "john", right)
			}
		}
	}
	cookie, err := http.NewRequest("GET", s.url+"/api/auth/validate", nil)
	require.NoError(t, err)
	cookie.Header.Set("Cookie", "__Host-session="+c.plant("cookie"))
	resp, err := http.DefaultClient.Do(cookie)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	run("", "audit", "-n", "1000")
	run("", "audit", "-n", "1000", "-json")
	run("", "doctor")
	for _, broken := range []string{"postgres://john:%s@127.0.0.1:1/db?sslmode=disable", "mysql://john:%s@127.0.0.1:1/db", "mysql://john:%s@[::1/db", "postgres://john:%s@h:port/db", "redis://:%s@127.0.0.1:1/0"} {
		dsn := fmt.Sprintf(broken, c.plant("password of a DSN"))
		for _, args := range [][]string{{"user", "list"}, {"migrate", "-check"}, {"doctor"}} {
			text, code := authctl(t, dsn, "", args...)
			require.NotZero(t, code)
			fmt.Fprintln(&out, text)
		}
		fails := exec.Command(program(t, "quickstart"), "-addr", "127.0.0.1:0")
		fails.Env = append(clean(os.Environ()), "SALLYPORT_DB="+dsn, "SALLYPORT_JWT_SECRET="+c["signing key"])
		text, err := fails.CombinedOutput()
		require.Error(t, err)
		out.Write(text)
		c.notIn(t, "what is printed with a DSN such as "+broken, out.String())
	}
	s.stop(t)
	list := stop()
	require.Contains(t, list, "authctl", "the process list was seen")
	require.Contains(t, list, "quickstart")
	c.notIn(t, "the process list", list)
	c.notIn(t, "what a server prints", s.stderr.String())
	c.notIn(t, "answers and the output of authctl", out.String())
	require.Positive(t, strings.Count(out.String(), "login.failed"))
}
