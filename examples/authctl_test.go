package examples_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authctl runs a command on a database and returns what it printed and how it
// ended.
func authctl(t *testing.T, dsn, stdin string, args ...string) (string, int) {
	t.Helper()
	return authctlAt(t, place{users: dsn}, stdin, args...)
}

func authctlAt(t *testing.T, at place, stdin string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(program(t, "authctl"), args...)
	cmd.Env = append(clean(os.Environ()), at.env()...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); !failed {
		require.NoError(t, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func mustAuthctl(t *testing.T, dsn, stdin string, args ...string) string {
	t.Helper()
	return mustAuthctlAt(t, place{users: dsn}, stdin, args...)
}

func mustAuthctlAt(t *testing.T, at place, stdin string, args ...string) string {
	t.Helper()
	out, code := authctlAt(t, at, stdin, args...)
	require.Zero(t, code, "authctl %v: %s", args, out)
	return out
}

// run runs a program of which what it prints is told apart.
func run(t *testing.T, name string, env []string, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runIn(t, "", name, env, stdin, args...)
}

// runIn runs it in a directory. It has a minute.
func runIn(t *testing.T, dir, name string, env []string, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	cmd := exec.CommandContext(ctx, program(t, name), args...)
	cmd.Dir = dir
	cmd.Env = append(clean(os.Environ()), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, err strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &err
	if _, failed := cmd.Run().(*exec.ExitError); !failed {
		require.NotNil(t, cmd.ProcessState, "%s must start", name)
	}
	require.NoError(t, ctx.Err(), "%s %v must end within a minute; it printed: %s", name, args, err.String())
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

const johnsPassword = "lantern orbit walnut"

func addJohn(t *testing.T, dsn string) {
	t.Helper()
	addJohnAt(t, place{users: dsn})
}

func addJohnAt(t *testing.T, at place) {
	t.Helper()
	mustAuthctlAt(t, at, johnsPassword+"\n", "user", "add", "-username", "john", "-email", "john@example.com", "-name", "John Doe", "-aws-region", "eu-north-1")
}

// LESSONS 19 and 20: by another process, at the next request.
func TestWhatAuthctlChangesHoldsAtTheNextRequest(t *testing.T) {
	dsn := fileDSN(t)
	s := start(t, nil, "-db", dsn)
	addJohn(t, dsn)
	for _, change := range [][]string{{"role", "john", "admin"}, {"role", "john", "user"}, {"logout", "john"}, {"passwd", "john"}, {"disable", "john"}, {"delete", "john"}} {
		if change[0] == "disable" {
			mustAuthctl(t, dsn, "", "user", "enable", "john")
		}
		token := s.login(t, "john", johnsPassword)
		require.Equal(t, 200, s.validate(t, token))
		stdin := ""
		if change[0] == "passwd" {
			stdin = johnsPassword + "\n"
		}
		mustAuthctl(t, dsn, stdin, append([]string{"user"}, change...)...)
		require.Equal(t, 401, s.validate(t, token), "%v", change)
		if change[0] == "disable" {
			require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("john", johnsPassword)).status)
			mustAuthctl(t, dsn, "", "user", "enable", "john")
		}
	}
	require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("john", johnsPassword)).status)
}

func TestAuthctlSaysWhatIsWrong(t *testing.T) {
	dsn := fileDSN(t)
	_, code := authctl(t, dsn, "", "migrate", "-check")
	require.NotZero(t, code, "a migration is due")
	path := strings.TrimPrefix(dsn, "sqlite:")
	require.NoFileExists(t, path, "-check changes nothing")
	mustAuthctl(t, dsn, "", "migrate")
	mustAuthctl(t, dsn, "", "migrate", "-check")
	mustAuthctl(t, dsn, "", "doctor")
	addJohn(t, dsn)
	require.Regexp(t, `^john\s+john@example\.com\s+user\s`, mustAuthctl(t, dsn, "", "user", "list"))
	for _, c := range []struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"", nil, 0, "user add"},
		{"", []string{"-help"}, 0, "user add"},
		{"", []string{"frobnicate"}, 2, "frobnicate"},
		{"", []string{"user"}, 2, "verb"},
		{"", []string{"user", "role", "john"}, 2, "2 arguments"},
		{"", []string{"user", "role", "john", "Admin"}, 1, "super_admin"},
		{"", []string{"user", "delete", "nobody"}, 1, "not found"},
		{"", []string{"user", "add", "-username", "x", "-email", "x@example.com"}, 1, "no password"},
		{"short\n", []string{"user", "passwd", "john"}, 1, "15 characters"},
		{johnsPassword + "\n", []string{"user", "add", "-username", "john", "-email", "j@example.com"}, 1, "taken"},
		{johnsPassword + "\n", []string{"user", "add", "-username", "x@y", "-email", "j@example.com"}, 1, "username"},
		{johnsPassword + "\n", []string{"user", "add", "-username", "x"}, 2, "-email"},
	} {
		out, code := authctl(t, dsn, c.stdin, c.args...)
		require.Equal(t, c.code, code, "%v: %s", c.args, out)
		require.Contains(t, out, c.says, "%v", c.args)
	}
	key, other := mustAuthctl(t, dsn, "", "key", "new"), mustAuthctl(t, dsn, "", "key", "new")
	require.NotEqual(t, key, other)
	require.GreaterOrEqual(t, len(strings.TrimSpace(key)), 32)
}

// The one whose ID is named ends, at the next request, and no other.
func TestAuthctlEndsOneSession(t *testing.T) {
	dsn := fileDSN(t)
	s := start(t, nil, "-db", dsn)
	addJohn(t, dsn)
	tokens := []string{s.login(t, "john", johnsPassword), s.login(t, "john", johnsPassword)}
	require.Equal(t, 2, strings.Count(mustAuthctl(t, dsn, "", "sessions", "list", "john"), "\n"))
	var ids []string
	for line := range strings.Lines(mustAuthctl(t, dsn, "", "sessions", "list", "-json", "john")) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object), line)
		require.ElementsMatch(t, []string{"id", "created_at", "last_seen", "expires_at", "address", "user_agent"}, slices.Collect(maps.Keys(object)))
		require.Equal(t, "127.0.0.1", object["address"])
		ids = append(ids, object["id"].(string))
	}
	require.Len(t, ids, 2)
	require.Equal(t, ids[0]+": ended\n", mustAuthctl(t, dsn, "", "sessions", "end", ids[0]))
	require.Equal(t, 1, strings.Count(mustAuthctl(t, dsn, "", "sessions", "list", "john"), "\n"))
	require.ElementsMatch(t, []int{200, 401}, []int{s.validate(t, tokens[0]), s.validate(t, tokens[1])})
	out, code := authctl(t, dsn, "", "sessions", "end", ids[0])
	require.Equal(t, 1, code, "it is ended already: %s", out)
	s.stop(t)
}
