package credentials_test

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

// hostileTexts are the hostile prompt, its pieces, and random mixtures of what
// is special to a shell, JavaScript, Python, JSON and HTML.
func hostileTexts() []string {
	texts := append(strings.Split(hostilePrompt, " "), hostilePrompt)
	atoms := append(strings.Split("'\"`\\$(){}[]<>;&|#!*?~%=@,:/ \n\r\t\x00\x1b\x7f\u0085\u00a0\u2028\u2029\u202e\ufeff\ufffd\u00e9\u6f22\U0001f600", ""),
		"EOF", "\nEOF\n", "'''", `"""`, `\'`, `\u0027`, `\x27`, `\N{BULLET}`, "${x}", "$(id)", "\\\n", "</script>", "<!--", "-->", "{{", "}}", "%s", "\xff", "\xed\xa0\x80")
	random := rand.New(rand.NewPCG(5, 1))
	for range 500 {
		var b strings.Builder
		for range 1 + random.IntN(12) {
			b.WriteString(atoms[random.IntN(len(atoms))])
		}
		texts = append(texts, b.String())
	}
	return texts
}

// fake stands in for what the examples call, and prints what they would say.
const (
	fakeCurl = `curl() {
  while [ $# -gt 0 ]; do
    if [ "$1" = --data-raw ]; then printf '%s\n' "$2"; fi
    shift
  done
  while read -r line; do :; done
}
MY_LLM_API_KEY=k
`
	fakeNode = `class OpenAI {
  chat = { completions: { create: (request) => { console.log(JSON.stringify(request)); return { choices: [{ message: {} }] }; } } };
}
console.log = ((log) => (text) => text && log(text))(console.log);
process.env.MY_LLM_API_KEY = "k";
`
	fakePython = `import json, os, sys, types
class OpenAI:
    def __init__(self, **_):
        self.chat = self.completions = self
    def create(self, **request):
        sys.stdout.write(json.dumps(request) + "\n")
        return types.SimpleNamespace(choices=[types.SimpleNamespace(message=types.SimpleNamespace(content=""))])
sys.modules["openai"] = types.SimpleNamespace(OpenAI=OpenAI)
def print(_): pass
os.environ["MY_LLM_API_KEY"] = "k"
`
)

// Each language itself reads hundreds of hostile values back, the examples
// whole and one after the other in one process.
func TestExamplesReadBackInTheirOwnLanguage(t *testing.T) {
	texts := hostileTexts()
	programs := map[string]*strings.Builder{"example.sh": {}, "example.mjs": {}, "example.py": {}}
	programs["example.sh"].WriteString(fakeCurl)
	programs["example.mjs"].WriteString(fakeNode)
	programs["example.py"].WriteString(fakePython)
	for _, text := range texts {
		m := masked(t, third(t, credentials.OpenAIOptions{Model: text, Prompt: text}), "")
		programs["example.sh"].WriteString(m.CurlExample + "\n")
		_, afterImport, _ := strings.Cut(m.NodeExample, "from \"openai\";\n")
		programs["example.mjs"].WriteString("await (async () => {\n" + afterImport + "})();\n")
		programs["example.py"].WriteString(m.PythonExample + "\n")
	}
	all := append([]interpreter{}, shells...)
	for _, terminal := range [][]string{{"bash", "--norc", "-i"}, {"zsh", "-f", "-i"}, {"mksh", "-i"}} { // where people paste
		all = append(all, shell(terminal...))
	}
	all = append(all, interpreter{name: "node", command: []string{"node"}, file: "example.mjs"},
		interpreter{name: "python", command: []string{"python3"}, file: "example.py"})
	for _, i := range all {
		t.Run(i.name, func(t *testing.T) {
			b := newSandbox(t, &stub{})
			b.write(t, i.file, programs[i.file].String())
			cmd := exec.CommandContext(t.Context(), tool(t, i.command[0]), append(slices.Clone(i.command[1:]), i.file)...)
			if strings.HasSuffix(i.name, "-i") {
				cmd.Args = cmd.Args[:len(i.command)]
				cmd.Stdin = strings.NewReader(programs[i.file].String())
			}
			cmd.Dir = b.dir
			cmd.Env = append(b.env, "LC_ALL=C", "NODE_OPTIONS=", "PYTHONPATH=")
			out, err := cmd.Output()
			require.NoError(t, err)
			lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			require.Len(t, lines, len(texts), "an example a line")
			for n, line := range lines {
				var request struct {
					Model    string
					Messages []struct{ Content string }
				}
				require.NoError(t, json.Unmarshal([]byte(line), &request), "of %q came %s", texts[n], line)
				want := strings.ToValidUTF8(strings.Map(func(r rune) rune { return r }, texts[n]), "\ufffd")
				assert.Equal(t, want, request.Model)
				assert.Equal(t, want, request.Messages[0].Content)
			}
			assert.NoFileExists(t, b.dir+"/pwned", "a value ran a command")
		})
	}
}
