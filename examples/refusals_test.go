package examples_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// remedies are how a sentence begins that says what to do.
var remedies = []string{": see ", ": give ", ": keep one", ": name a ", ": name another ", ": make ", ": run ", ": let ", "must be ", "needs ", "may have ?tls="}

// A program that does not start says in one line what to do, prints no secret,
// leaves nothing behind and exits with more than 0: 2 for a command line that it
// cannot read.
func TestEveryRefusalToStartSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	nowhere := filepath.Join(t.TempDir(), "none")
	foreign := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(foreign, []byte("lantern orbit walnut\n"), 0o600))
	memory := "SALLYPORT_DB=memory:"
	used := fileDSN(t)
	addJohn(t, used)
	there := "SALLYPORT_DB=" + used
	broken := filepath.Join(t.TempDir(), "broken.db")
	require.NoError(t, os.WriteFile(broken, []byte("SQLite format 3\x00 and then something else"), 0o600))
	rows := filepath.Join(t.TempDir(), "users.csv")
	require.NoError(t, os.WriteFile(rows, []byte("username\n"), 0o600))
	longKey := key("hunter2hunter2hunter2hunter2hunter2")
	both := []string{"quickstart", "authctl"}
	server, tool := both[:1], both[1:]
	for _, c := range []struct {
		name     string
		programs []string
		env      []string
		args     []string // of both; authctl lists users then
		code     int      // of quickstart; where args are of authctl alone, its own
	}{
		{"a database of no kind", both, []string{"SALLYPORT_DB=oracle:hunter2hunter2"}, nil, 1},
		{"a PostgreSQL DSN that does not parse", both, []string{"SALLYPORT_DB=postgres://u:hunter2hunter2@127.0.0.1:x/%zz"}, nil, 1},
		{"a PostgreSQL option", both, []string{"SALLYPORT_DB=postgres://u:hunter2hunter2@127.0.0.1:1/x?sslmode=bogus"}, nil, 1},
		{"a PostgreSQL that is away", both, []string{"SALLYPORT_DB=postgres://u:hunter2hunter2@127.0.0.1:1/x", longKey}, nil, 1},
		{"no key for a PostgreSQL", server, []string{"SALLYPORT_DB=postgres://u:hunter2hunter2@127.0.0.1:1/x"}, nil, 1},
		{"a MySQL DSN that does not parse", both, []string{"SALLYPORT_DB=mysql://u:hunter2hunter2@127.0.0.1:x/%zz"}, nil, 1},
		{"a MySQL option", both, []string{"SALLYPORT_DB=mysql://u:hunter2hunter2@127.0.0.1:1/x?hunter2=1"}, nil, 1},
		{"a MySQL that is away", both, []string{"SALLYPORT_DB=mysql://u:hunter2hunter2@127.0.0.1:1/x", longKey}, nil, 1},
		{"no key for a MySQL", server, []string{"SALLYPORT_DB=mysql://u:hunter2hunter2@127.0.0.1:1/x"}, nil, 1},
		{"no directory for SQLite", both, []string{"SALLYPORT_DB=sqlite:" + nowhere + "/a.db"}, nil, 1},
		{"SQLite in memory", both, []string{"SALLYPORT_DB=sqlite::memory:"}, nil, 1},
		{"a directory for a database", both, []string{"SALLYPORT_DB=sqlite:" + filepath.Dir(foreign)}, nil, 1},
		{"another file for a database", both, []string{"SALLYPORT_DB=sqlite:" + foreign}, nil, 1},
		{"a broken database", both, []string{"SALLYPORT_DB=sqlite:" + broken}, nil, 1},
		{"two databases", both, []string{"SALLYPORT_DB=postgres://u:hunter2hunter2@x/y", "SALLYPORT_DB_FILE=x"}, nil, 2},
		{"no file with the DSN", both, []string{"SALLYPORT_DB_FILE=" + nowhere}, nil, 2},
		{"a Redis DSN that does not parse", both, []string{memory, "SALLYPORT_SESSIONS=redis://:hunter2hunter2@127.0.0.1:x/%zz"}, nil, 1},
		{"a Redis option", both, []string{memory, "SALLYPORT_SESSIONS=redis://:hunter2hunter2@127.0.0.1/0?hunter2=1"}, nil, 1},
		{"two Redis", both, []string{memory, "SALLYPORT_SESSIONS=redis://:hunter2hunter2@x", "SALLYPORT_SESSIONS_FILE=x"}, nil, 2},
		{"an unknown flag", both, []string{memory}, []string{"-hunter"}, 2},
		{"a short key", server, []string{memory, "SALLYPORT_JWT_SECRET=hunter2"}, nil, 1},
		{"two keys", server, []string{memory, longKey, "SALLYPORT_JWT_SECRET_FILE=x"}, nil, 1},
		{"an address that is taken", server, nil, []string{"-addr", l.Addr().String()}, 1},
		{"an address that is none", server, nil, []string{"-addr", "nowhere"}, 1},
		{"a short key for a new file", server, []string{"SALLYPORT_JWT_SECRET=hunter2"}, nil, 1},
		{"proxies that are everybody", server, nil, []string{"-trusted-proxies", "0.0.0.0/0"}, 2},
		{"a hash that is too costly", server, nil, []string{"-hashes", "bcrypt:31"}, 1},
		{"a Redis that is none", server, []string{"SALLYPORT_SESSIONS=redis:hunter2hunter2"}, nil, 1},
		{"no value of a switch", server, []string{memory}, []string{"-cookie", "false"}, 2},
		{"an argument", server, []string{memory}, []string{"frobnicate"}, 2},
		{"a limit", server, []string{memory}, []string{"-login-limit-account", "many"}, 2},
		{"proxies", server, []string{memory}, []string{"-trusted-proxies", "everyone"}, 2},
		{"hashes", server, []string{memory}, []string{"-hashes", "md5"}, 2},
		{"an old answer", server, []string{memory}, []string{"-max-age", "1h"}, 2},
		{"a command", tool, []string{memory}, []string{"frobnicate"}, 2},
		{"no verb", tool, []string{memory}, []string{"user"}, 2},
		{"a password as an argument", tool, []string{memory}, []string{"user", "add", "-password", "hunter2"}, 2},
		{"a shell", tool, []string{memory}, []string{"completion", "tcsh"}, 2},
		{"no file to look at", tool, []string{"SALLYPORT_DB=sqlite:" + nowhere}, []string{"migrate", "-check"}, 1},
		{"no file", tool, nil, nil, 1},
		{"no file for a user", tool, nil, []string{"user", "passwd", "john"}, 1},
		{"a memory to list", tool, []string{memory}, []string{"user", "list"}, 1},
		{"no file to import", tool, nil, []string{"user", "import", nowhere + ".csv"}, 1},
		{"a directory to import", tool, nil, []string{"user", "import", "-format", "jsonl", filepath.Dir(foreign)}, 1},
		{"no columns to import", tool, nil, []string{"user", "import", "-format", "csv", foreign}, 1},
		{"a file to export to that is there", tool, []string{there}, []string{"user", "export", "-format", "csv", foreign}, 1},
		{"no directory to export to", tool, []string{there}, []string{"user", "export", nowhere + "/a.csv"}, 1},
		{"no directory for rejected rows", tool, []string{there}, []string{"user", "import", "-format", "csv", "-rejected", nowhere + "/a", rows}, 1},
		{"a file to put migrations in", tool, []string{there}, []string{"migrate", "-export", foreign}, 1},
		{"nobody", tool, []string{there}, []string{"user", "delete", "nobody"}, 1},
		{"no session", tool, []string{there}, []string{"sessions", "end", "none"}, 1},
		{"no tables", tool, []string{memory}, []string{"migrate", "-export", "-"}, 1},
		{"no password", tool, []string{memory}, []string{"user", "add", "-username", "john", "-email", "john@example.com"}, 1},
	} {
		for _, name := range c.programs {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				args, code := c.args, c.code
				if name == "quickstart" {
					args = append([]string{"-addr", "127.0.0.1:0"}, args...)
				} else if args == nil {
					args, code = []string{"user", "list"}, 1
				}
				dir := t.TempDir()
				stdout, stderr, got := runIn(t, dir, name, c.env, "", args...)
				require.Equal(t, code, got, stderr)
				require.Empty(t, stdout)
				require.NotContains(t, stderr, "hunter2")
				require.True(t, strings.HasPrefix(stderr, name+": "), stderr)
				require.Equal(t, 1, strings.Count(stderr, "\n"), "it is one line: %s", stderr)
				says := false
				for _, remedy := range remedies {
					says = says || strings.Contains(stderr, remedy)
				}
				require.True(t, says, "it says what to do: %s", stderr)
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left, "it leaves nothing behind")
			})
		}
	}
}
