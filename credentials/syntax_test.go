package credentials_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are answers whose examples are kept in testdata/golden, for people
// to read and for a change of a template to be seen.
func samples(t testing.TB) map[string]*credentials.Masked {
	t.Helper()
	nvidia, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), nil)
	require.NoError(t, err)
	return map[string]*credentials.Masked{
		"aws":     masked(t, newAWS(t, awsSet(), credentials.AWSOptions{}), "eu-north-1"),
		"aws-arn": masked(t, newAWS(t, awsSet(), credentials.AWSOptions{Region: "us-east-1", Model: arnModel}), ""),
		"nvidia":  masked(t, nvidia, ""),
		"my-llm":  masked(t, third(t, credentials.OpenAIOptions{Header: "api-key"}), ""),
		"hostile": masked(t, third(t, credentials.OpenAIOptions{Model: hostilePrompt, Prompt: hostilePrompt}), ""),
	}
}

func TestExamplesAreTheGoldenOnes(t *testing.T) {
	for name, m := range samples(t) {
		for extension, text := range map[string]string{".sh": m.CurlExample, ".mjs": m.NodeExample, ".py": m.PythonExample} {
			path := filepath.Join("testdata", "golden", name+extension)
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err, "run go test ./credentials -update")
			assert.Equal(t, string(want), text, "%s changed: if that is meant, run go test ./credentials -update", path)
		}
	}
}

// marked is what the templates have a value put in for.
var marked = regexp.MustCompile(`\{\{\s*\w[^{}]*\}\}`)

// Each template is used, each marker in it is known, and none is left.
func TestExamplesHaveNoMarkerLeft(t *testing.T) {
	all := ""
	for name, m := range samples(t) {
		if name != "hostile" {
			all += m.CurlExample + m.NodeExample + m.PythonExample
		}
	}
	require.Empty(t, marked.FindAllString(all, -1))
	templates, err := filepath.Glob("templates/*")
	require.NoError(t, err)
	require.NotEmpty(t, templates)
	for _, path := range templates {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, marked.Match(text), "%s has no marker", path)
		for _, part := range marked.Split(string(text), -1) {
			require.Contains(t, all, part, "%s is not in the samples, or a marker of it is not of this form", path)
		}
	}
}

// A value with a marker in it is put in as it is: nothing is replaced twice.
func TestAMarkerWithinAValueStaysAsItIs(t *testing.T) {
	for _, text := range []string{"{{URL}}", "{{Key}}", "{{Auth}}", "{{Headers}}", "{{js Model}}", "{{py Region}}", "{{sh Body}}", "{{sh {{Key}}", "{{{{Key}}}}", "{{js Model"} {
		m := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{Region: "us-east-1", Model: arnModel, Prompt: text}), "")
		n := masked(t, third(t, credentials.OpenAIOptions{Header: "api-key", Model: text, Prompt: text}), "")
		for _, example := range []string{m.CurlExample, m.NodeExample, m.PythonExample} {
			require.Equal(t, 1, strings.Count(example, `"`+text+`"`), example)
		}
		for _, example := range []string{n.CurlExample, n.NodeExample, n.PythonExample} {
			require.Equal(t, 2, strings.Count(example, `"`+text+`"`), example)
		}
	}
}

func TestExamplesParse(t *testing.T) {
	for _, checker := range []struct {
		extension string
		command   []string
	}{
		{".sh", []string{"bash", "-n"}},
		{".sh", []string{"sh", "-n"}},
		{".mjs", []string{"node", "--check"}},
		{".py", []string{"python3", "-m", "py_compile"}},
	} {
		t.Run(strings.Join(checker.command, " "), func(t *testing.T) {
			program := tool(t, checker.command[0])
			for name, m := range samples(t) {
				text := map[string]string{".sh": m.CurlExample, ".mjs": m.NodeExample, ".py": m.PythonExample}[checker.extension]
				path := filepath.Join(t.TempDir(), "example"+checker.extension)
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
				out, err := exec.CommandContext(t.Context(), program, append(checker.command[1:], path)...).CombinedOutput()
				assert.NoError(t, err, "%s does not parse\n%s", name, out)
			}
		})
	}
}

// FuzzExamplesKeepAPromptInItsString reads each example back the way its
// language does and wants the prompt, whole, and the rest unmoved.
func FuzzExamplesKeepAPromptInItsString(f *testing.F) {
	for _, prompt := range append(strings.Split(hostilePrompt, " "), hostilePrompt, "hello", "{{js Model}}{{Key}}", "\u2028\u202e\x00", "\xff\xfe", "\xed\xa0\x80") {
		f.Add(prompt)
	}
	const marker = "a-prompt-that-is-plain"
	plain := masked(f, third(f, credentials.OpenAIOptions{Prompt: marker}), "")
	f.Fuzz(func(t *testing.T, prompt string) {
		if prompt == "" {
			return // the default
		}
		want := strings.Map(func(r rune) rune { return r }, prompt) // a byte that is not UTF-8 becomes U+FFFD
		m := masked(t, third(t, credentials.OpenAIOptions{Prompt: prompt}), "")
		for _, example := range []struct{ text, model string }{
			{m.CurlExample, plain.CurlExample}, {m.NodeExample, plain.NodeExample}, {m.PythonExample, plain.PythonExample},
		} {
			before, after, _ := strings.Cut(example.model, strconv.Quote(marker))
			middle, ok := strings.CutPrefix(example.text, before)
			require.True(t, ok, "what comes before the prompt changed\n%s", example.text)
			middle, ok = strings.CutSuffix(middle, after)
			require.True(t, ok, "what comes after the prompt changed\n%s", example.text)
			for _, r := range middle {
				bare := r < ' ' || r == utf8.RuneError
				if bare && !strings.ContainsRune(want, r) || r == '\n' || r == '\u2028' || r == '\u202e' {
					t.Fatalf("%q is written bare in %q", r, middle)
				}
			}
			assert.Equal(t, want, readBack(t, middle, example.text[:4]), "the prompt reads back in\n%s", example.text)
		}
	})
}

// readBack undoes the quoting of a string; begin is that of its program.
func readBack(t *testing.T, quoted, begin string) (s string) {
	t.Helper()
	switch begin {
	case "# Py": // what Go quotes, Python reads alike
		s, err := strconv.Unquote(quoted)
		require.NoError(t, err, "%s is no string of Python", quoted)
		return s
	case "curl": // inside single quotes a shell ends the string, adds a quote and goes on
		rest := strings.ReplaceAll(quoted, `'\''`, "")
		require.NotContains(t, rest, "'", "a single quote ends the argument")
		quoted = strings.ReplaceAll(quoted, `'\''`, "'")
	case "// N":
		require.NotContains(t, quoted, "<", "a tag could end an HTML script")
	}
	require.NoError(t, json.Unmarshal([]byte(quoted), &s), "%s is no string of JSON", quoted)
	return s
}
