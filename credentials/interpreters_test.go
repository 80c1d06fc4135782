package credentials_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// interpreter runs one of the three examples.
type interpreter struct {
	name    string
	command []string
	file    string
	modules string // of npm that must be there
	curl    string // a program; empty: the first in PATH
}

// shells are what Debian has of POSIX shells.
var shells = []interpreter{
	shell("bash"), shell("sh"), shell("dash"), shell("busybox", "sh"), shell("mksh"), shell("ksh93"), shell("yash"), shell("zsh"),
}

func shell(command ...string) interpreter {
	return interpreter{name: strings.Join(command, " "), command: command, file: "example.sh"}
}

const (
	// moreCurls and morePythons list programs, as PATH lists folders, that run
	// the examples beside those in PATH: other versions, or those that have a
	// library. CI makes them with .ci/unpack.
	moreCurls   = "SALLYPORT_TEST_CURLS"
	morePythons = "SALLYPORT_TEST_PYTHONS"
)

// interpreters are all that run examples: every shell with the curl in PATH,
// sh with every other curl, Node, and each Python that has the module.
func interpreters(t *testing.T, npm, pip string) []interpreter {
	t.Helper()
	all := append([]interpreter{}, shells...)
	for _, curl := range filepath.SplitList(os.Getenv(moreCurls)) {
		i := shell("sh")
		i.name, i.curl = "sh "+curlVersion(t, curl), curl
		all = append(all, i)
	}
	all = append(all, interpreter{name: "node", command: []string{"node"}, file: "example.mjs", modules: npm})
	return append(all, pythons(t, pip)...)
}

func curlVersion(t *testing.T, curl string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), curl, "-V").Output()
	require.NoError(t, err, "%s names programs that run", moreCurls)
	return strings.Join(strings.Fields(string(out))[:2], " ")
}

// pythons returns those that have a module; without any, one that is missing.
func pythons(t *testing.T, module string) (found []interpreter) {
	t.Helper()
	for _, program := range append([]string{"python3"}, filepath.SplitList(os.Getenv(morePythons))...) {
		out, err := exec.CommandContext(t.Context(), program, "-c", "import "+module+"; print("+module+".__version__)").Output()
		if err == nil {
			name := "python " + module + " " + strings.TrimSpace(string(out))
			found = append(found, interpreter{name: name, command: []string{program}, file: "example.py"})
		}
	}
	if found == nil {
		found = []interpreter{{name: "python " + module, file: "example.py"}}
	}
	return found
}

// prepare skips the test where the interpreter or its modules are missing.
func (i interpreter) prepare(t *testing.T, b *sandbox) {
	t.Helper()
	if i.command == nil {
		missing(t, "a "+i.name)
	}
	tool(t, i.command[0])
	switch i.file {
	case "example.sh":
		if i.curl == "" {
			i.curl = tool(t, "curl")
		}
		b.recordCurl(t, "exec "+i.curl+` "$@"`)
	case "example.mjs":
		modules, err := filepath.Abs("testdata/node/node_modules")
		require.NoError(t, err)
		if _, err := os.Stat(filepath.Join(modules, i.modules)); err != nil {
			missing(t, "npm's "+i.modules+" (npm install in credentials/testdata/node)")
		}
		require.NoError(t, os.Symlink(modules, filepath.Join(b.dir, "node_modules")))
	}
}
