package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

const johnsPassword = "lantern orbit walnut\n"

// runs has a run of every command, in an order in which each finds what it
// needs.
var runs = []struct {
	command, stdin string
	args           []string
	prints         string
}{
	{"migrate", "", nil, `^the tables are up to date\n$`},
	{"user add", johnsPassword, []string{"-username", "john", "-email", "john@example.com", "-json"}, `^{"id":"[0-9a-f-]{36}","username":"john","email":"john@example.com","name":"","organization":"","aws_region":"","role":"user","is_active":true,"created_at":"[^"]+Z","updated_at":"[^"]+Z","last_login":null}\n$`},
	{"user list", "", nil, `^john  john@example.com  user  active  never\n$`},
	{"user list", "", []string{"-json"}, `^{"id":.*"last_login":null}\n$`},
	{"user disable", "", []string{"john"}, `^john: disable done\n$`},
	{"user enable", "", []string{"JOHN"}, `^john: enable done\n$`},
	{"user unlock", "", []string{"john@example.com"}, `^john: unlock done\n$`},
	{"user role", "", []string{"john", "admin"}, `^john: role done\n$`},
	{"user passwd", johnsPassword, []string{"john"}, `^john: passwd done\n$`},
	{"user logout", "", []string{"--", "john"}, `^john: logout done\n$`},
	{"sessions list", "", []string{"john"}, `^$`},
	{"sessions list", "", []string{"-json", "john"}, `^$`},
	{"audit", "", []string{"-kind", "role.changed"}, `^\S+Z +role\.changed +john +- +admin, with authctl\n$`},
	{"audit", "", []string{"-n", "1", "-json"}, `^{"id":\d+,"time":.*"kind":"session\.ended".*}\n$`},
	{"user export", "", nil, `^{"id":.*"username":"john"`},
	{"user import", "username\nmary\njohn\n", []string{"-format", "csv", "-json", "-"}, `^{"added":1,"file":"-","present":0,"rejected":1}\n$`},
	{"user delete", "", []string{"john"}, `^john: delete done\n$`},
	{"doctor", "", nil, `^nothing found\n$`},
	{"key new", "", nil, `^[A-Z2-7]{52}\n$`},
	{"completion", "", []string{"bash"}, `complete -F _authctl authctl`},
	{"help", "", []string{"user", "add"}, `^usage: authctl user add \[flags\]\n`},
	{"sessions end", "", []string{"none"}, `^$`},
}

// A command that nothing runs here is not one.
func TestEveryCommandRuns(t *testing.T) {
	dsn := newDSN(t)
	fails := map[string]string{"user import": "1 of 2 rows were rejected", "sessions end": "none: auth: session not found"}
	missing := make(map[string]bool)
	for _, c := range commands() {
		missing[c.name] = true
	}
	for _, r := range runs {
		stdout, stderr, code := process(t, dsn, r.stdin, append(strings.Fields(r.command), r.args...)...)
		require.Regexp(t, r.prints, stdout, "%s: %s", r.command, stderr)
		if says := fails[r.command]; says != "" {
			require.Equal(t, 1, code, r.command)
			require.Contains(t, stderr, says)
		} else {
			require.Zero(t, code, "%s: %s", r.command, stderr)
		}
		if r.args != nil && strings.HasPrefix(stdout, "{") {
			for line := range strings.Lines(stdout) {
				var object map[string]any
				require.NoError(t, json.Unmarshal([]byte(line), &object), line)
			}
		}
		delete(missing, r.command)
	}
	require.Empty(t, missing, "every command of the table is run")
}

// Each has a page, by "-h" and by help; without its arguments, and with a flag
// or an argument that it does not know, it exits with 2 and says which page.
func TestEveryCommandHasAPage(t *testing.T) {
	const nowhere = "postgres://127.0.0.1:1/none" // no page and no misuse connects
	all, _, code := process(t, nowhere, "")
	require.Zero(t, code)
	for _, c := range commands() {
		words := strings.Fields(c.name)
		require.Regexp(t, `(?m)^  `+c.name+` .*  `+c.about+`$`, all, "the list has it")
		page, stderr, code := process(t, nowhere, "", append(words, "-h")...)
		require.Zero(t, code, "%s: %s", c.name, stderr)
		require.True(t, strings.HasPrefix(page, "usage: authctl "+c.name), page)
		require.Contains(t, page, c.about)
		again, _, code := process(t, nowhere, "", append([]string{"help"}, words...)...)
		require.Zero(t, code)
		require.Equal(t, page, again)
		c.flags().VisitAll(func(f *flag.Flag) {
			require.Contains(t, page, "\n  -"+f.Name)
			_, text := flag.UnquoteUsage(f)
			require.NotEmpty(t, text, "%s -%s says what it is", c.name, f.Name)
		})

		least, most := c.arity()
		var misused [][]string
		if most < 3 {
			misused = append(misused, make([]string, most+1)) // one too many
		}
		if least > 0 {
			misused = append(misused, nil)
		}
		if hasFlags(c.flags()) {
			misused = append(misused, []string{"-frobnicate"})
		}
		for _, args := range misused {
			stdout, stderr, code := process(t, nowhere, "", append(words[:len(words):len(words)], args...)...)
			require.Equal(t, 2, code, "%s %q: %s", c.name, args, stderr)
			require.Empty(t, stdout)
			require.True(t, strings.HasSuffix(stderr, ": see authctl help "+c.name+"\n"), stderr)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "it is one sentence: %s", stderr)
		}
	}
	for _, group := range groups() {
		one, _, code := process(t, nowhere, "", group, "-h")
		require.Zero(t, code)
		require.Contains(t, one, "usage: authctl "+group+" VERB\n")
		two, _, code := process(t, nowhere, "", "help", group)
		require.Zero(t, code)
		require.Equal(t, one, two)
	}
}

func TestTheNearestCommandIsSuggested(t *testing.T) {
	for typed, meant := range map[string]string{
		"usr": "user", "doctr": "doctor", "migarte": "migrate", "session": "sessions", "user lsit": "user list", "user remove": "",
		"user passwrd": "user passwd", "logout": "user logout", "list": "user list", "frobnicate": "", "key nwe": "key new", "": "",
		strings.Repeat("x", 100_000): "",
	} {
		_, stderr, code := process(t, "memory:", "", strings.Fields(typed)...)
		if typed == "" {
			continue // which is the list
		}
		require.Equal(t, 2, code)
		if meant == "" {
			require.NotContains(t, stderr, "did you mean", "%.40s", typed)
		} else {
			require.Contains(t, stderr, `did you mean "`+meant+`"?`, typed)
		}
	}
}

// A flag in the wrong place is told by its name, and not by what it did to the
// arguments.
func TestAFlagInTheWrongPlaceIsNamed(t *testing.T) {
	for line, says := range map[string]string{
		"user list -db sqlite:x":           "-db stands before the command, as in authctl -db DSN user list: see authctl help user list",
		"user disable john --db=sqlite:x":  "-db stands before the command, as in authctl -db DSN user disable: see authctl help user disable",
		"user disable -sessions x john":    "-sessions stands before the command, as in authctl -sessions DSN user disable: see authctl help user disable",
		"user role -json john admin":       "user role has no flag -json: see authctl help user role",
		"key new -json":                    "key new has no flag -json: see authctl help key new",
		"user list -jsn":                   "flag provided but not defined: -jsn: see authctl help user list",
		"user disable john -- -db":         `unexpected argument "--": user disable takes 1 argument, not 3: see authctl help user disable`,
		"sessions list -json -- john -db ": `unexpected argument "-db": sessions list takes 1 argument, not 2: see authctl help sessions list`,
	} {
		_, stderr, code := process(t, "memory:", "", strings.Fields(line)...)
		require.Equal(t, 2, code, line)
		require.Equal(t, "authctl: "+says+"\n", stderr)
	}
}

// A name that begins with a hyphen is one, and "-h" behind a name is no name.
func TestNamesMayBeginWithAHyphen(t *testing.T) {
	dsn := newDSN(t)
	_, stderr, code := process(t, dsn, johnsPassword, "user", "add", "-username", "-minus", "-email", "minus@example.com")
	require.Zero(t, code, stderr)
	for _, args := range [][]string{{"user", "role", "-minus", "admin"}, {"user", "logout", "--", "-minus"}, {"sessions", "list", "-json", "--", "-minus"}, {"user", "delete", "-minus"}} {
		_, stderr, code := process(t, dsn, "", args...)
		require.Zero(t, code, "%v: %s", args, stderr)
	}
}

// What is exported is what Migrate runs, and is not written over.
func TestMigrationsAreExported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	stdout, stderr, code := process(t, "mysql://nobody@127.0.0.1:1/none", "", "migrate", "-export", dir)
	require.Zero(t, code, "it connects to nothing: %s", stderr)
	require.Equal(t, 4, strings.Count(stdout, "\n"))
	stdout, _, code = process(t, "mysql://nobody@127.0.0.1:1/none", "", "migrate", "-export", dir)
	require.Zero(t, code)
	require.Empty(t, stdout, "what is there is passed over")
	_, stderr, code = process(t, "postgres://127.0.0.1:1/none", "", "migrate", "-export", dir)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "is there already and differs")
	text, err := os.ReadFile(filepath.Join(dir, "0001_users.sql"))
	require.NoError(t, err)
	require.Contains(t, string(text), "ENGINE = InnoDB", "the file is that of MySQL still")
	_, _, code = process(t, "sqlite:x", "", "migrate", "-export", "-", "-check")
	require.Equal(t, 2, code)
	_, stderr, code = process(t, "memory:", "", "migrate", "-export", "-")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "name a database")
}

// A kind that is spelled wrong is not one of which nothing happened.
func TestAuditKnowsTheKinds(t *testing.T) {
	dsn := newDSN(t)
	_, stderr, code := process(t, dsn, "", "migrate")
	require.Zero(t, code, stderr)
	for _, args := range [][]string{{"-kind", "fault"}, {"-kind", "fault", "-json"}, nil} {
		stdout, stderr, code := process(t, dsn, "", append([]string{"audit"}, args...)...)
		require.Zero(t, code, stderr)
		require.Empty(t, stdout)
	}
	_, stderr, code = process(t, dsn, "", "audit", "-kind", "login.fialed")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, `no event of kind "login.fialed" was found`)
	require.Contains(t, stderr, " login.failed, ")
}

// Each kind that package auth names is known here.
func TestTheKindsAreAllThereAre(t *testing.T) {
	source, err := os.ReadFile("../../auth/audit.go")
	require.NoError(t, err)
	var named []auth.EventKind
	for _, m := range regexp.MustCompile(`EventKind = "([a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
		named = append(named, auth.EventKind(m[1]))
	}
	require.NotEmpty(t, named)
	require.ElementsMatch(t, named, kinds)
}
