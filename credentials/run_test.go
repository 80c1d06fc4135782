package credentials_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
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

// recordCurl puts a curl first in PATH that notes its arguments and then does
// as this piece of a shell script says.
func (b *sandbox) recordCurl(t *testing.T, then string) {
	t.Helper()
	b.write(t, "curl", "#!/bin/sh\n[ \"$1\" = -V ] || printf '%s\\n' \"$@\" >> \"$ARGV\"\n"+then+"\n")
}

// claims is a curl that says it is of that version and calls nobody.
func claims(version string) string {
	return `if [ "$1" = -V ]; then echo 'curl ` + version + ` (x86_64-pc-linux-gnu) libcurl/` + version + `'; fi`
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
func (b *sandbox) run(t *testing.T, env []string, command ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), tool(t, command[0]), command[1:]...)
	cmd.Dir, cmd.Env = b.dir, append(append([]string{}, b.env...), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// example runs the example that i is for, unmodified.
func (b *sandbox) example(t *testing.T, i interpreter, m *credentials.Masked, env ...string) (out, errs string, err error) {
	t.Helper()
	i.prepare(t, b)
	b.write(t, i.file, exampleFor(m, i))
	return b.run(t, env, append(slices.Clone(i.command), i.file)...)
}

func exampleFor(m *credentials.Masked, i interpreter) string {
	return map[string]string{"example.sh": m.CurlExample, "example.mjs": m.NodeExample, "example.py": m.PythonExample}[i.file]
}
