package examples_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/internal/cable"
)

// Each kind of hash, on the server that was told of it, and made anew by the
// first login. The second row has no password.
func TestPeopleWhoWereBroughtAlongLogIn(t *testing.T) {
	const file = `{"id":"17","username":"Bea","email":"bea@example.com","password_hash":"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}
{"username":"nobody","email":"nobody@example.com"}
{"username":"django","password_hash":"pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y="}
{"username":"scrypt","role":"admin","password_hash":"$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"}
{"username":"former","is_active":false,"password_hash":"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"}
`
	const forms = "bcrypt:6,django:10000,scrypt:14/8/1,argon2i:256/2/1"
	dsn, path := fileDSN(t), save(t, "users.jsonl", file)
	refused := imports(t, dsn, 1, 0, 4, path)
	require.Equal(t, []int{1, 3, 4, 5}, lines(refused), "no form is enabled unasked")
	require.NotContains(t, refused, "CCCCCCCC", "a reason holds no hash")
	imports(t, dsn, 4, 1, 0, "-hashes", forms, path)

	s := start(t, nil, "-db", dsn, "-hashes", forms)
	require.Empty(t, s.password, "a store with users gets no administrator")
	for name, password := range map[string]string{"bea@example.com": "U*U", "django": "letmein", "scrypt": "pleaseletmein"} {
		s.login(t, name, password)
		require.Equal(t, 401, s.call(t, "POST", "login", "", credentials(name, password+"x")).status)
	}
	require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("nobody", "U*U")).status, "no hash, no login")
	require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("former", "password")).status, "inactive")
	a := s.call(t, "GET", "validate", s.login(t, "BEA", "U*U"), "")
	require.Equal(t, "17", a.json["user"].(map[string]any)["id"], "an ID is kept")
	s.stop(t)

	imports(t, dsn, 0, 5, 0, "-hashes", forms, path) // also after three have better hashes
	out, _, code := bulkRun(t, dsn, "", "user", "export", "-with-hashes")
	require.Zero(t, code)
	require.Equal(t, 3, strings.Count(out, "$argon2id$"), "the first login made them anew: %s", out)
}

func TestBadRowsAreReportedAndKept(t *testing.T) {
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			dsn := d.open(t).users
			addJohn(t, dsn)
			header := "username,email,name,role,password_hash\r\n"
			bad := []string{
				"nul\x00,,,,\n",
				"esc,,\x1b[31m,,\n",
				"\xff\xfe,,,,\n",
				"JOHN,x@example.com,,,\n",
				"x,John@example.com,,,\n",
				"j@x.com,,,,\n",
				"huge,," + strings.Repeat("x", 300) + ",,\n",
				"vast,," + strings.Repeat("x", 100_000) + ",,\n",
				"\"two\nlines\",,,,\n",
				"mary,,,Admin,\n",
				"mary,,,user,$2y$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n",
				"mary,,,user,plain text\n",
				"mary,,,user\n",
				"ann,other@example.com,,admin,\n",
				"ann2,ann@example.com,,,\n",
				",,,,",
			}
			good := []string{"ann,ann@example.com,\"=HYPERLINK(\"\"x\"\")\",,\n", "ben,,\"a, b\",admin,\n", "ann,ann@example.com,\"=HYPERLINK(\"\"x\"\")\",user,\n", "eve,,@SUM(A1),,\n"}
			file := header + good[0] + good[1] + strings.Join(bad[:9], "") + good[2] + "\r\n" + strings.Join(bad[9:15], "") + good[3] + bad[15]
			dir := t.TempDir()
			path, aside := filepath.Join(dir, "users.csv"), filepath.Join(dir, "bad.csv")
			require.NoError(t, os.WriteFile(path, []byte(file), 0o600))

			stderr := imports(t, dsn, 3, 1, 16, "-rejected", aside, path)
			require.Equal(t, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 18, 19, 20, 21, 23}, lines(stderr), "physical lines, in order:\n%s", stderr)
			require.NotContains(t, stderr, "\x1b")
			require.NotContains(t, stderr, "CCCCC")
			for _, says := range []string{
				"line 7: the username is that of an account with another", "line 8: the e-mail is that of an account with another username",
				"line 9: the username holds", "line 20: the username is that of an account with another e-mail", "line 16: role \"Admin\" is not one of",
			} {
				require.Contains(t, stderr, says)
			}
			require.Equal(t, header+strings.Join(bad, "")+"\n", load(t, aside), "each as it was")
			info, err := os.Stat(aside)
			require.NoError(t, err)
			require.Zero(t, info.Mode().Perm()&0o077)

			b := open(t, dsn)
			there := usernames(t, b)
			require.Len(t, there, 4)
			require.Equal(t, `=HYPERLINK("x")`, there["ann"].Name)
			require.EqualValues(t, "admin", there["ben"].Role)
			require.Equal(t, "@SUM(A1)", there["eve"].Name)

			out, _, code := bulkRun(t, dsn, "", "user", "import", "-rejected", aside, path)
			require.NotZero(t, code, "what may be half mended is not written over: %s", out)
			require.Equal(t, header+strings.Join(bad, "")+"\n", load(t, aside))
			mended := header + strings.ReplaceAll(bad[9], "Admin", "admin") + strings.ReplaceAll(bad[4], "John", "x")
			require.NoError(t, os.WriteFile(aside, []byte(mended), 0o600))
			imports(t, dsn, 2, 0, 0, "-rejected", filepath.Join(dir, "more.csv"), aside)
			require.NoFileExists(t, filepath.Join(dir, "more.csv"))
			require.NoFileExists(t, filepath.Join(dir, "more.csv.part"))
		})
	}
}

// Where others may write, what stands at the name of the part is no file of
// ours: a link to another's, or one that they read.
func TestBadRowsAreKeptInAFileOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	others, aside := filepath.Join(dir, "others"), filepath.Join(dir, "bad.csv")
	require.NoError(t, os.WriteFile(others, []byte("untouched"), 0o644))
	file := save(t, "users.csv", "username,password_hash\nno@name,"+bcryptHash+"\n")
	for what, put := range map[string]func() error{
		"a link":              func() error { return os.Symlink(others, aside+".part") },
		"a file for everyone": func() error { return os.Link(others, aside+".part") },
	} {
		require.NoError(t, put())
		imports(t, fileDSN(t), 0, 0, 1, "-rejected", aside, file)
		require.Equal(t, "untouched", load(t, others), what)
		info, err := os.Lstat(aside)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode(), what)
		require.NoError(t, os.Remove(aside))
	}
}

// atLeast waits until a running import has added so many.
func atLeast(t *testing.T, b *backend.Backend, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		users, err := b.Users.ListUsers(t.Context(), "", n)
		return err == nil && len(users) == n
	}, time.Minute, 10*time.Millisecond, "the import must come to %d rows", n)
}

// An import that was killed, interrupted or lost its database is run again as
// it was.
func TestAnImportThatWasCutOffGoesOn(t *testing.T) {
	const total, before = 3000, 1200 // two batches and a part of the third
	bad := "no@name,,,,\n"
	for _, d := range databases[:3] {
		for _, how := range []string{"killed", "interrupted", "database gone"} {
			t.Run(d.name+"/"+how, func(t *testing.T) {
				direct := d.open(t).users
				b := open(t, direct)
				dsn, line := direct, (*cable.Cable)(nil)
				if how == "database gone" {
					if d.name == "sqlite" {
						t.Skip("a file does not go")
					}
					dsn, line = behindCable(t, direct)
				}
				aside := filepath.Join(t.TempDir(), "bad.csv")
				j := bulkJob(t, dsn, "user", "import", "-hashes", "bcrypt:5", "-format", "csv", "-rejected", aside, "-")
				_, _ = io.WriteString(j.stdin, rowsHeader+bad)
				rows(j.stdin, 1, before)
				atLeast(t, b, 999) // the bad row is one of two batches
				switch how {
				case "killed":
					require.NoError(t, j.cmd.Process.Kill())
				case "interrupted":
					require.NoError(t, j.cmd.Process.Signal(syscall.SIGINT))
				default:
					line.Cut()
				}
				rows(j.stdin, before+1, total)
				j.stdin.Close()
				require.NotZero(t, j.wait(t))
				there := len(usernames(t, b))
				require.Equal(t, 499, there%500, "whole batches, the bad row in one of them")
				require.Less(t, there, total)
				if how != "killed" {
					require.Contains(t, j.stdout.String(), fmt.Sprintf(": %d added, 0 already there, 1 rejected", there), "what is said to be added is: %s", j.stderr)
					require.Contains(t, j.stderr.String(), "run the same command again")
				}
				require.NoFileExists(t, aside, "a part is never taken for the whole")
				require.Equal(t, rowsHeader+bad, load(t, aside+".part"))

				path := filepath.Join(t.TempDir(), "all.csv")
				f, err := os.Create(path)
				require.NoError(t, err)
				_, err = f.WriteString(rowsHeader + bad)
				require.NoError(t, err)
				rows(f, 1, total)
				require.NoError(t, f.Close())
				imports(t, direct, total-there, there, 1, "-hashes", "bcrypt:5", "-rejected", aside, path)
				require.Len(t, usernames(t, b), total)
				require.Equal(t, rowsHeader+bad, load(t, aside))
				require.NoFileExists(t, aside+".part")
			})
		}
	}
}

func TestAnImportIsRefusedBeforeItBegins(t *testing.T) {
	csv := save(t, "users.csv", "username,email\njohn,john@example.com\n")
	for what, c := range map[string]struct {
		file string
		args []string
		code int
		says string
	}{
		"no file":        {"", nil, 2, "needs a file"},
		"two files":      {csv, []string{csv}, 2, "unexpected argument"},
		"no such file":   {filepath.Join(t.TempDir(), "none.csv"), nil, 1, "no such file"},
		"no format":      {save(t, "users.txt", "username\n"), nil, 2, "-format"},
		"another format": {csv, []string{"-format", "xml"}, 2, "csv or jsonl"},
		"a column":       {save(t, "a.csv", "username,shoe_size\n"), nil, 1, `"shoe_size"`},
		"passwords":      {save(t, "a.csv", "username,password\njohn,hunter2hunter2\n"), nil, 1, "as they were typed"},
		"hashes":         {csv, []string{"-hashes", "md5"}, 2, "bcrypt, scrypt"},
		"a cost":         {csv, []string{"-hashes", "bcrypt:99"}, 1, "Bcrypt(99)"},
		"costs":          {csv, []string{"-hashes", "scrypt:1"}, 2, "3"},
		"many threads":   {csv, []string{"-hashes", "argon2i:65536/3/257"}, 1, "out of range"},
		"itself":         {csv, []string{"-rejected", csv}, 1, "is there already"},
		"nowhere":        {csv, []string{"-rejected", "/nowhere/at/all.csv"}, 1, "-rejected"},
		"its own part":   {save(t, "a.csv.part", "username\n"), []string{"-format", "csv", "-rejected", "PART"}, 1, "written over"},
	} {
		dsn := fileDSN(t)
		args := []string{"user", "import"}
		if c.file != "" {
			args = append(args, c.file)
		}
		for _, arg := range c.args {
			args = append(args, strings.Replace(arg, "PART", strings.TrimSuffix(c.file, ".part"), 1))
		}
		_, stderr, code := bulkRun(t, dsn, "", args...)
		require.Equal(t, c.code, code, "%s: %s", what, stderr)
		require.Contains(t, stderr, c.says, what)
		require.NotContains(t, stderr, "hunter2", what)
		require.NoFileExists(t, strings.TrimPrefix(dsn, "sqlite:"), "%s: nothing is written", what)
	}
	// A row of JSONL with a password is a bad row, and the password is not shown.
	stderr := imports(t, fileDSN(t), 1, 0, 1, save(t, "a.jsonl", `{"username":"a","password":"hunter2hunter2"}`+"\n"+`{"username":"b"}`))
	require.Contains(t, stderr, "line 1: passwords as they were typed")
	require.NotContains(t, stderr, "hunter2")
}

// The memory is bounded, whatever the number of rows.
func TestManyRows(t *testing.T) {
	const most = 100 << 10 // KiB
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			n := 10_000
			if d.name == "sqlite" {
				n = 100_000
			}
			if testing.Short() {
				n = 2_000
			}
			dsn, path := d.open(t).users, manyRows(t, n)
			for _, step := range []struct {
				what string
				args []string
			}{
				{"import", []string{"import", "-hashes", "bcrypt:5", path}},
				{"again", []string{"import", "-hashes", "bcrypt:5", path}},
				{"export", []string{"export", "-with-hashes", filepath.Join(t.TempDir(), "all.jsonl")}},
			} {
				j := bulkJob(t, dsn, append([]string{"user"}, step.args...)...)
				require.Zero(t, j.wait(t), "%s", j.stderr)
				t.Logf("%s of %d rows: %.0f rows/s, %d KiB at most", step.what, n, float64(n)/j.took.Seconds(), j.peak)
				require.NotZero(t, j.peak)
				require.Less(t, j.peak, most, step.what)
				require.Empty(t, j.stderr.String(), "no progress where there is no terminal")
				if step.what == "export" {
					require.Equal(t, n, strings.Count(load(t, step.args[2]), bcryptHash))
				}
			}
		})
	}
}

// The examples of docs/import.md are what it says they are.
func TestTheGuideHolds(t *testing.T) {
	guide := load(t, "../docs/import.md")
	block := func(kind string) string {
		_, rest, ok := strings.Cut(guide, "```"+kind+"\n")
		require.True(t, ok, kind)
		content, _, _ := strings.Cut(rest, "```")
		return content
	}
	caps := regexp.MustCompile("bcrypt:12,[^`]+").FindString(guide)
	dsn := fileDSN(t)
	imports(t, dsn, 2, 0, 0, "-hashes", caps, save(t, "users.csv", block("csv")))
	imports(t, fileDSN(t), 1, 0, 0, save(t, "users.jsonl", block("json")))
	imports(t, dsn, 0, 2, 0, "-hashes", "bcrypt", save(t, "users.csv", block("csv")))
	out, _ := authctl(t, dsn, "", "help", "user", "import")
	require.Contains(t, out, caps, "the usage text names the same costs")
}
