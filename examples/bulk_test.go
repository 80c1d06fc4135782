package examples_test

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/internal/cable"
)

// job is an authctl under way.
type job struct {
	cmd            *exec.Cmd
	stdin          io.WriteCloser
	stdout, stderr *tail
	began          time.Time
	took           time.Duration
	peak           int // of the memory in KiB, when it was last looked at
}

// bulkJob starts an authctl whose standard input stays open.
func bulkJob(t *testing.T, dsn string, args ...string) *job {
	t.Helper()
	j := &job{cmd: exec.Command(program(t, "authctl"), args...), stdout: new(tail), stderr: new(tail), began: time.Now()}
	j.cmd.Env = append(clean(os.Environ()), "SALLYPORT_DB="+dsn)
	j.cmd.Stdout, j.cmd.Stderr = j.stdout, j.stderr
	var err error
	j.stdin, err = j.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, j.cmd.Start())
	t.Cleanup(func() { _ = j.cmd.Process.Kill() })
	return j
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// wait returns the exit code; meanwhile it looks at the memory, since what the
// kernel reports of a child that ended includes its parent's.
func (j *job) wait(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", j.cmd.Process.Pid))
			if m := highWater.FindSubmatch(status); m != nil {
				j.peak, _ = strconv.Atoi(string(m[1]))
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	err := j.cmd.Wait()
	j.took = time.Since(j.began)
	close(done)
	watch.Wait()
	if _, failed := err.(*exec.ExitError); !failed {
		require.NoError(t, err)
	}
	return j.cmd.ProcessState.ExitCode()
}

// bulkRun runs a command to its end.
func bulkRun(t *testing.T, dsn, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	j := bulkJob(t, dsn, args...)
	_, _ = io.WriteString(j.stdin, stdin)
	require.NoError(t, j.stdin.Close())
	code = j.wait(t)
	return j.stdout.String(), j.stderr.String(), code
}

// imports ends the test unless an import comes to these counts.
func imports(t *testing.T, dsn string, added, present, rejected int, args ...string) (stderr string) {
	t.Helper()
	stdout, stderr, code := bulkRun(t, dsn, "", append([]string{"user", "import"}, args...)...)
	require.Contains(t, stdout, fmt.Sprintf(": %d added, %d already there, %d rejected\n", added, present, rejected), stderr)
	require.Equal(t, rejected > 0, code != 0, "a bad row shows in the exit status: %s", stderr)
	return stderr
}

// save writes a file of the test's own.
func save(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func load(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

// open looks at a database beside the programs.
func open(t *testing.T, dsn string) *backend.Backend {
	t.Helper()
	b, err := backend.Open(dsn, "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	require.NoError(t, b.Migrate(t.Context()))
	return b
}

// usernames lists who is there.
func usernames(t *testing.T, b *backend.Backend) map[string]auth.User {
	t.Helper()
	users, err := b.Users.ListUsers(t.Context(), "", 1_000_000)
	require.NoError(t, err)
	all := make(map[string]auth.User)
	for _, u := range users {
		require.NotContains(t, all, u.Username)
		all[u.Username] = u
	}
	return all
}

// rows writes users from to to as CSV.
func rows(w io.Writer, from, to int) {
	for i := from; i <= to; i++ {
		fmt.Fprintf(w, "person%d,person%d@example.com,\"Person, the %dth\",2020-01-02T03:04:05.678901Z,%s\n", i, i, i, bcryptHash)
	}
}

const (
	rowsHeader = "username,email,name,created_at,password_hash\n"
	bcryptHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" // of U*U, from crypt_blowfish
)

// manyRows is a file of n users.
func manyRows(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "many.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = f.WriteString(rowsHeader)
	require.NoError(t, err)
	for from := 1; from <= n; from += 1000 {
		var b bytes.Buffer
		rows(&b, from, min(from+999, n))
		_, err := b.WriteTo(f)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	return path
}

// behindCable returns the DSN by way of a cable.
func behindCable(t *testing.T, dsn string) (string, *cable.Cable) {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	c := cable.Lay(t, u.Host)
	u.Host = c.Addr
	return u.String(), c
}

// lines tells the lines that a report names.
func lines(stderr string) (all []int) {
	for _, m := range regexp.MustCompile(`(?m)^line (\d+): `).FindAllStringSubmatch(stderr, -1) {
		n, _ := strconv.Atoi(m[1])
		all = append(all, n)
	}
	return all
}
