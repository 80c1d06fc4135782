package credentials_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

const (
	colonModel = "anthropic.claude-3-haiku-20240307-v1:0"
	arnModel   = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6"

	// A Converse answer begins with reasoning and may come in several blocks.
	bedrockAnswer = `{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm"}}},` +
		`{"text":"Hel"},{"text":"lo"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}`
)

// hostilePrompt tries to end the string, the command or the document in every
// language, and to run something.
var hostilePrompt = strings.Join([]string{
	`'; touch pwned; '`, `"; touch pwned; "`, "$(touch pwned)", "`touch pwned`", "${AWS_SECRET_ACCESS_KEY}", "${process.exit(9)}",
	"\nEOF\ntouch pwned\n", `\`, `\'`, `\"`, `\\`, "\\\n", "</script>", "<!--", "*/", "*", "//", "#", "''' \"\"\"", "{{.Host}}", "%s %{url}", "@/etc/passwd", "!!",
	"\u2028\u2029\u202e\ufeff\u200b", "\r\n\t\b\f\v\a\x1b\x00\x7f", "häé 漢字 😀 \U000e0001", `{"a":[1]}`,
}, " ")

var awsCases = map[string]struct {
	opts  credentials.AWSOptions
	token string
}{
	"plain":        {opts: credentials.AWSOptions{Region: "eu-north-1"}},
	"token":        {opts: credentials.AWSOptions{Region: "us-east-1"}, token: docToken},
	"colon":        {opts: credentials.AWSOptions{Region: "us-east-1", Model: colonModel}},
	"arn, token":   {opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel}, token: docToken},
	"china":        {opts: credentials.AWSOptions{Region: "cn-north-1", Model: colonModel}},
	"gov, fips":    {opts: credentials.AWSOptions{Region: "us-gov-west-1", Model: "us-gov.a.b", FIPS: true}},
	"dual stack":   {opts: credentials.AWSOptions{Region: "eu-west-1", DualStack: true}},
	"hostile text": {opts: credentials.AWSOptions{Region: "eu-west-1", Prompt: hostilePrompt}},
	"hostile, arn": {opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel, Prompt: hostilePrompt}, token: docToken},
}

func TestAWSExamplesMakeOneSignedCall(t *testing.T) {
	for name, c := range awsCases {
		key := awsKey{id: docKeyID, secret: docSecret, token: c.token}
		if c.token != "" {
			key.id = "ASIA" + docKeyID[4:]
		}
		m := masked(t, newAWS(t, awsSet("AWS_ACCESS_KEY_ID", key.id, "AWS_SESSION_TOKEN", key.token), c.opts), "")
		for _, i := range []interpreter{bash, sh, node, python} {
			t.Run(name+"/"+i.name, func(t *testing.T) { runAWS(t, m, i, key, c.opts.Prompt) })
		}
	}
}

func runAWS(t *testing.T, m *credentials.Masked, i interpreter, key awsKey, prompt string) {
	i.modules = map[string]string{"node": "@aws-sdk/client-bedrock-runtime", "python3": "boto3"}[i.name]
	s := newStub(t, m.Endpoint, bedrockAnswer)
	b := newSandbox(t, s)
	i.prepare(t, b)
	b.write(t, i.file, exampleFor(m, i))
	out, errs, err := b.run(t, []string{"AWS_ACCESS_KEY_ID=" + key.id, "AWS_SECRET_ACCESS_KEY=" + key.secret, "AWS_SESSION_TOKEN=" + key.token}, i.name, i.file)
	require.NoError(t, err, "the example runs unmodified\n%s\n%s", exampleFor(m, i), errs)

	calls := s.received()
	require.Len(t, calls, 1, "the example makes one call")
	got := calls[0]
	require.NoError(t, verifySigV4(got.Request, got.body, key, m.Region))
	assert.Equal(t, m.Endpoint, "https://"+got.Host+got.RequestURI, "the call goes where endpoint says")
	if prompt == "" {
		prompt = "Say hello in one sentence."
	}
	assertPrompt(t, got.body, prompt)
	if i.file == "example.sh" {
		assert.Equal(t, bedrockAnswer, out)
	} else {
		assert.Equal(t, "Hello\n", out, "the text blocks are joined, reasoning is left out")
	}
	assertNoTrace(t, b, out+errs, got, key.secret, key.token)
}

func exampleFor(m *credentials.Masked, i interpreter) string {
	return map[string]string{"example.sh": m.CurlExample, "example.mjs": m.NodeExample, "example.py": m.PythonExample}[i.file]
}

// assertPrompt finds the prompt in a body of Converse or of chat completions.
func assertPrompt(t *testing.T, body []byte, prompt string) {
	t.Helper()
	var request struct {
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(body, &request), "the body is JSON: %s", body)
	require.Len(t, request.Messages, 1)
	var text string
	if json.Unmarshal(request.Messages[0].Content, &text) != nil {
		var blocks []struct{ Text string }
		require.NoError(t, json.Unmarshal(request.Messages[0].Content, &blocks))
		require.Len(t, blocks, 1)
		text = blocks[0].Text
	}
	assert.Equal(t, prompt, text, "the prompt arrives to the character")
}

// assertNoTrace wants no secret in what was printed or in any argument, no
// stray value in the call, and nothing run that the prompt asked for.
func assertNoTrace(t *testing.T, b *sandbox, out string, got call, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if secret != "" {
			assert.NotContains(t, out, secret, "the output shows a secret")
			assert.NotContains(t, b.arguments(t), secret, "ps shows a secret")
		}
	}
	for name, values := range got.Header {
		assert.NotContains(t, strings.Join(values, " "), strayValue, "%s was sent along", name)
	}
	assert.NoFileExists(t, filepath.Join(b.dir, "pwned"), "the prompt ran a command")
}

func TestAWSExamplesCallNobodyWithoutAKey(t *testing.T) {
	m := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{}), "eu-north-1")
	for _, i := range []interpreter{bash, sh, node, python} {
		t.Run(i.name, func(t *testing.T) {
			i.modules = map[string]string{"node": "@aws-sdk/client-bedrock-runtime", "python3": "boto3"}[i.name]
			s := newStub(t, m.Endpoint, bedrockAnswer)
			b := newSandbox(t, s)
			i.prepare(t, b)
			b.write(t, i.file, exampleFor(m, i))
			_, errs, err := b.run(t, nil, i.name, i.file)
			assert.Error(t, err)
			assert.Contains(t, errs, "AWS_ACCESS_KEY_ID", "the failure names what to set")
			assert.Empty(t, s.received())
		})
	}
}

// Below 8.14 curl signs an escaped path wrongly; see the template.
func TestAWSCurlExampleChoosesByVersion(t *testing.T) {
	m := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{Region: "us-east-1", Model: colonModel}), "")
	twice := strings.ReplaceAll(m.Endpoint, "%", "%25")
	path := strings.TrimPrefix(m.Endpoint, "https://bedrock-runtime.us-east-1.amazonaws.com")
	for version, old := range map[string]bool{
		"7.88.1": true, "8.0.1": true, "8.7.1": true, "8.9.1": true, "8.10.0": true, "8.13.0": true,
		"8.14.0": false, "8.14.1": false, "8.19.0": false, "8.22.0": false, "8.100.0": false, "9.0.0": false, "10.1.0": false,
	} {
		for _, shell := range []string{"bash", "sh"} {
			b := newSandbox(t, newStub(t, m.Endpoint, bedrockAnswer))
			b.recordCurl(t, version)
			_, errs, err := b.run(t, []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, shell, b.write(t, "example.sh", m.CurlExample))
			require.NoError(t, err, errs)
			lines := strings.Split(b.arguments(t), "\n")
			if old {
				assert.Equal(t, []string{"-X", "POST", twice, "--request-target", path}, lines[:5], "curl %s in %s", version, shell)
			} else {
				assert.Equal(t, []string{"-X", "POST", m.Endpoint, "--aws-sigv4"}, lines[:4], "curl %s in %s", version, shell)
			}
		}
	}
	plain := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{Region: "us-east-1"}), "")
	assert.NotContains(t, plain.CurlExample, "curl -V", "a plain model ID needs no choice")
}

func TestMain(m *testing.M) {
	os.Unsetenv("NODE_OPTIONS") // the sandbox has its own
	os.Exit(m.Run())
}
