package credentialstest

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var exampleCases = []testCase{
	{"examples/host", "an example calls the host that endpoint names", examplesCallTheHost},
	{"examples/curl", "sh parses the curl example", func(c *check) { c.parses(c.masked("").CurlExample, "example.sh", "sh", "-n") }},
	{"examples/node", "node parses the Node example", func(c *check) { c.parses(c.masked("").NodeExample, "example.mjs", "node", "--check") }},
	{"examples/python", "Python parses the Python example", func(c *check) {
		c.parses(c.masked("").PythonExample, "example.py", "python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())")
	}},
}

func examplesCallTheHost(c *check) {
	m := c.masked("")
	u, err := url.Parse(m.Endpoint)
	if err != nil || u.Host == "" {
		return // shape/urls is about that
	}
	for _, example := range []string{m.CurlExample, m.NodeExample, m.PythonExample} {
		if example != "" && !strings.Contains(example, u.Host) {
			c.broken("no %s in\n%s", u.Host, example)
		}
	}
}

// parses has a program read an example without running it.
func (c *check) parses(example, file string, command ...string) {
	c.Helper()
	if example == "" {
		c.Skip("there is no such example")
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		if c.RequireTools {
			c.Fatalf("%s is missing, and Subject.RequireTools asks for it", command[0])
		}
		c.Skipf("%s is missing", command[0])
	}
	path := filepath.Join(c.TempDir(), file)
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		c.Fatal(err)
	}
	if out, err := exec.CommandContext(c.Context(), program, append(command[1:], path)...).CombinedOutput(); err != nil {
		c.broken("%v\n%s\n%s", err, out, example)
	}
}
