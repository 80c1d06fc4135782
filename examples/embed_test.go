package examples_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What it takes to embed the library in a server that is there: twelve lines,
// imports included, and one go get.
func TestEmbeddingTakesTwelveLines(t *testing.T) {
	before, err := os.ReadFile("embed/before/main.go")
	require.NoError(t, err)
	after, err := os.ReadFile("embed/after/main.go")
	require.NoError(t, err)
	added := addedLines(strings.Split(string(before), "\n"), strings.Split(string(after), "\n"))
	require.LessOrEqual(t, len(added), 12, strings.Join(added, "\n"))
	require.NotEmpty(t, added)

	dir := newModule(t)
	builds := func(source []byte) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), source, 0o600))
		goRun(t, dir, "build", "-o", "server", ".")
		return filepath.Join(dir, "server")
	}
	s := serve(t, dir, builds(before))
	require.Equal(t, 200, s.reports(t, ""), "before: anybody reads the reports")
	s.kill()

	goRun(t, dir, "get", "github.com/sallyport-go/sallyport@v0.0.0")
	s = serve(t, dir, builds(after))
	require.Equal(t, 401, s.reports(t, ""))
	token := s.login(t, "admin", "lantern orbit walnut")
	require.Equal(t, 200, s.reports(t, token))
	require.Equal(t, 200, s.call(t, "POST", "logout", token, "").status)
	require.Equal(t, 401, s.reports(t, token))
}

// newModule is an empty module that has the driver of the sample. The library
// is not published, so a replace stands for where it will be.
func newModule(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	versions, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	driver := regexp.MustCompile(`modernc.org/sqlite (v\S+)`).FindSubmatch(versions)
	require.NotNil(t, driver)
	dir := t.TempDir()
	sums, err := os.ReadFile("go.sum") // so that nobody needs be asked for them again
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	goRun(t, dir, "mod", "init", "example.com/reports")
	goRun(t, dir, "mod", "edit", "-require=modernc.org/sqlite@"+string(driver[1]), "-replace=github.com/sallyport-go/sallyport="+root)
	return dir
}

func goRun(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), out)
}

func serve(t *testing.T, dir, program string) *server {
	t.Helper()
	s := &server{stderr: new(tail), done: make(chan error, 1), cmd: exec.Command(program)}
	s.cmd.Env = append(clean(os.Environ()), "ADDRESS=127.0.0.1:0", "KEY="+strings.Repeat("k", 32), "ADMIN_PASSWORD=lantern orbit walnut",
		"DATABASE=file:"+filepath.ToSlash(filepath.Join(dir, "reports.db"))+"?_pragma=busy_timeout(10000)&_txlock=immediate")
	s.cmd.Stderr = s.stderr
	require.NoError(t, s.cmd.Start())
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	s.ready(t)
	return s
}

func (s *server) reports(t *testing.T, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/reports", nil)
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	require.NoError(t, err)
	require.Equal(t, res.StatusCode == 200, body.String() == "October\n", body.String())
	return res.StatusCode
}

// addedLines are those of after that a shortest edit of before adds. A changed
// line is one that is added.
func addedLines(before, after []string) (added []string) {
	// common[i][j] is the length of the longest common subsequence of the rest.
	common := make([][]int, len(before)+1)
	for i := range common {
		common[i] = make([]int, len(after)+1)
	}
	for i := range slices.Backward(before) {
		for j := range slices.Backward(after) {
			if before[i] == after[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	for i, j := 0, 0; j < len(after); {
		switch {
		case i < len(before) && before[i] == after[j]:
			i, j = i+1, j+1
		case i < len(before) && common[i+1][j] > common[i][j+1]:
			i++
		default:
			added = append(added, after[j])
			j++
		}
	}
	return added
}

func TestAddedLines(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"a b c", "a b c", ""},
		{"a b c", "a x b c y", "x y"},
		{"a b c", "a x c", "x"},
		{"a b", "b a", "b"},
		{"", "a b", "a b"},
		{"a b c d", "d", ""},
	} {
		require.Equal(t, strings.Fields(c.want), append([]string{}, addedLines(strings.Fields(c.before), strings.Fields(c.after))...), "%s -> %s", c.before, c.after)
	}
}
