package credentials_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sandbox is a folder in which examples run as an administrator would run
// them, with two changes outside of them: port 443 of any host is the stub,
// and the stub's certificate is trusted. It also records how curl was called.
type sandbox struct {
	dir, argv string
	env       []string
}

func newSandbox(t *testing.T, s *stub) *sandbox {
	t.Helper()
	dir := t.TempDir()
	b := &sandbox{dir: dir, argv: filepath.Join(dir, "argv")}
	b.write(t, ".curlrc", fmt.Sprintf("connect-to = \"::127.0.0.1:%s\"\ncacert = %q\nsilent\nshow-error\n", s.port, s.ca))
	b.write(t, "redirect.mjs", nodeRedirect)
	b.write(t, "sitecustomize.py", pythonRedirect)
	b.env = []string{
		"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + dir, "CURL_HOME=" + dir, "ARGV=" + b.argv, "STUB_PORT=" + s.port,
		"NODE_OPTIONS=--import=" + filepath.Join(dir, "redirect.mjs"), "NODE_EXTRA_CA_CERTS=" + s.ca,
		"PYTHONPATH=" + dir + string(os.PathListSeparator) + os.Getenv("PYTHONPATH"), "AWS_CA_BUNDLE=" + s.ca, "SSL_CERT_FILE=" + s.ca,
		// What may be lying about and must change nothing.
		"OPENAI_API_KEY=" + strayValue, "OPENAI_ORG_ID=" + strayValue, "OPENAI_CUSTOM_HEADERS=X-Stray: " + strayValue,
		"OPENAI_BASE_URL=https://stray.example", "AWS_BEARER_TOKEN_BEDROCK=" + strayValue,
		"AWS_ENDPOINT_URL=https://stray.example", "AWS_REGION=us-west-1", "AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true",
	}
	return b
}

const strayValue = "stray-value-that-belongs-elsewhere"

// nodeRedirect and pythonRedirect do for the two languages what connect-to
// does for curl.
const nodeRedirect = `import net from "node:net";
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const list = Array.isArray(args[0]) ? args[0] : args;
  if (Number(list[0]?.port) === 443) list[0] = { ...list[0], host: "127.0.0.1", port: Number(process.env.STUB_PORT) };
  return connect.apply(this, args);
};
`

const pythonRedirect = `import os, socket
real = socket.getaddrinfo
def getaddrinfo(host, port, *args, **kwargs):
    if port == 443:
        host, port = "127.0.0.1", int(os.environ["STUB_PORT"])
    return real(host, port, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
`

func (b *sandbox) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(b.dir, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
	return path
}

// recordCurl puts a curl first in PATH that notes its arguments. With a
// version it then claims to be that one and calls nobody; without, it is the
// real one.
func (b *sandbox) recordCurl(t *testing.T, version string) {
	t.Helper()
	then := "exec " + tool(t, "curl") + ` "$@"`
	if version != "" {
		then = `if [ "$1" = -V ]; then echo 'curl ` + version + ` (x86_64-pc-linux-gnu) libcurl/` + version + `'; fi`
	}
	b.write(t, "curl", "#!/bin/sh\n[ \"$1\" = -V ] || printf '%s\\n' \"$@\" >> \"$ARGV\"\n"+then+"\n")
}

// arguments returns how curl was called, one argument a line.
func (b *sandbox) arguments(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(b.argv)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return string(text)
}

// run executes a program with these variables added and returns what it wrote
// to standard output and to standard error.
func (b *sandbox) run(t *testing.T, env []string, name string, args ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), tool(t, name), args...)
	cmd.Dir, cmd.Env = b.dir, append(append([]string{}, b.env...), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// interpreter runs one of the three examples.
type interpreter struct {
	name, file string
	modules    string // what else must be there
}

var (
	bash   = interpreter{name: "bash", file: "example.sh"}
	sh     = interpreter{name: "sh", file: "example.sh"}
	node   = interpreter{name: "node", file: "example.mjs"}
	python = interpreter{name: "python3", file: "example.py"}
)

// prepare skips the test where the interpreter or its modules are missing.
func (i interpreter) prepare(t *testing.T, b *sandbox) {
	t.Helper()
	tool(t, i.name)
	switch i.file {
	case "example.sh":
		b.recordCurl(t, "")
	case "example.mjs":
		modules, err := filepath.Abs("testdata/node/node_modules")
		require.NoError(t, err)
		if _, err := os.Stat(filepath.Join(modules, i.modules)); err != nil {
			missing(t, "npm's "+i.modules+" (npm install in credentials/testdata/node)")
		}
		require.NoError(t, os.Symlink(modules, filepath.Join(b.dir, "node_modules")))
	case "example.py":
		if out, err := exec.Command(tool(t, i.name), "-c", "import "+i.modules).CombinedOutput(); err != nil {
			// Not required in CI: where it runs, Python's registry cannot be reached.
			t.Skipf("Python's %s is missing: %s", i.modules, strings.TrimSpace(string(out)))
		}
	}
}
