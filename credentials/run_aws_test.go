package credentials_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

var awsCases = map[string]awsCase{
	"plain":             {opts: credentials.AWSOptions{Region: "eu-north-1"}},
	"token":             {opts: credentials.AWSOptions{Region: "us-east-1"}, token: docToken},
	"colon":             {opts: credentials.AWSOptions{Region: "us-east-1", Model: colonModel}},
	"arn, token":        {opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel}, token: docToken},
	"china":             {opts: credentials.AWSOptions{Region: "cn-north-1", Model: colonModel}},
	"china, arn":        {opts: credentials.AWSOptions{Region: "cn-northwest-1", Model: "arn:aws-cn:bedrock:cn-northwest-1:123456789012:imported-model/a1b2c3d4e5f6"}, token: docToken},
	"gov, fips":         {opts: credentials.AWSOptions{Region: "us-gov-west-1", Model: "us-gov.a.b", FIPS: true}},
	"gov, profile":      {opts: credentials.AWSOptions{Region: "us-gov-east-1", Model: "arn:aws-us-gov:bedrock:us-gov-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"}},
	"european, prompt":  {opts: credentials.AWSOptions{Region: "eusc-de-east-1", Model: "arn:aws-eusc:bedrock:eusc-de-east-1:123456789012:prompt/ABCDEFGHIJ:1"}},
	"isolated":          {opts: credentials.AWSOptions{Region: "us-isob-east-1", Model: colonModel}, token: docToken},
	"dual stack":        {opts: credentials.AWSOptions{Region: "eu-west-1", DualStack: true}},
	"hostile text":      {opts: credentials.AWSOptions{Region: "eu-west-1", Prompt: hostilePrompt}},
	"hostile, arn":      {opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel, Prompt: hostilePrompt}, token: docToken},
	"dual stack, token": {opts: credentials.AWSOptions{Region: "us-gov-west-1", Model: colonModel, FIPS: true, DualStack: true}, token: docToken},
}

type awsCase struct {
	opts  credentials.AWSOptions
	token string
}

// awsEnv is what an administrator exports for a key.
func (key awsKey) env() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + key.id, "AWS_SECRET_ACCESS_KEY=" + key.secret, "AWS_SESSION_TOKEN=" + key.token}
}

// answer returns the key of a case, and what the provider shows of it.
func (c awsCase) answer(t *testing.T) (awsKey, *credentials.Masked) {
	t.Helper()
	key := awsKey{id: docKeyID, secret: docSecret, token: c.token}
	if c.token != "" {
		key.id = "ASIA" + docKeyID[4:]
	}
	return key, masked(t, newAWS(t, awsSet("AWS_ACCESS_KEY_ID", key.id, "AWS_SESSION_TOKEN", key.token), c.opts), "")
}

func awsInterpreters(t *testing.T) []interpreter {
	return interpreters(t, "@aws-sdk/client-bedrock-runtime", "boto3")
}

func TestAWSExamplesMakeOneSignedCall(t *testing.T) {
	all := awsInterpreters(t)
	for name, c := range awsCases {
		for _, i := range all {
			t.Run(name+"/"+i.name, func(t *testing.T) { c.run(t, i) })
		}
	}
}

func (c awsCase) run(t *testing.T, i interpreter) {
	key, m := c.answer(t)
	s := newStub(t, m.Endpoint, bedrockAnswer, func(c call) error { return verifySigV4(c.Request, c.body, key, m.Region) })
	b := newSandbox(t, s)
	out, errs, err := b.example(t, i, m, key.env()...)
	require.NoError(t, err, "the example runs unmodified\n%s\n%s", exampleFor(m, i), errs)

	calls, refused := s.received()
	require.NoError(t, refused)
	require.Len(t, calls, 1, "the example makes one call")
	got := calls[0]
	assert.Equal(t, m.Endpoint, "https://"+got.Host+got.RequestURI, "the call goes where endpoint says")
	assert.Equal(t, "/model/"+cmp.Or(c.opts.Model, defaultModels[m.Region])+"/converse", got.URL.Path, "the call names the model")
	assert.Contains(t, got.Host, "."+c.opts.Region+".")
	assertPrompt(t, got.body, cmp.Or(c.opts.Prompt, "Say hello in one sentence."))
	if i.file == "example.sh" {
		assert.Equal(t, bedrockAnswer, out)
	} else {
		assert.Equal(t, "Hello\n", out, "the text blocks are joined, reasoning is left out")
	}
	if i.file != "example.py" { // urllib3 speaks HTTP/1.1
		assert.Equal(t, 2, got.ProtoMajor, "HTTP/2 is spoken where it is offered")
	}
	assertNoTrace(t, b, out+errs, got, key.secret, key.token)
}

var defaultModels = map[string]string{
	"eu-north-1": "eu.anthropic.claude-sonnet-4-6",
	"eu-west-1":  "eu.anthropic.claude-sonnet-4-6",
	"us-east-1":  "us.anthropic.claude-sonnet-4-6",
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

// assertNoTrace wants no secret in what was printed, in any argument of curl or
// in that of any process during the call, no stray value in the call, and
// nothing run that the prompt asked for.
func assertNoTrace(t *testing.T, b *sandbox, out string, got call, secrets ...string) {
	t.Helper()
	arguments := strings.Join(got.argv, "\n")
	if len(got.argv) > 0 {
		require.Regexp(t, `example\.|`+regexp.QuoteMeta(got.Host), arguments, "the example or its curl is among the processes looked at")
	}
	for _, secret := range secrets {
		if secret != "" {
			assert.NotContains(t, out, secret, "the output shows a secret")
			assert.NotContains(t, b.arguments(t)+arguments, secret, "ps shows a secret")
		}
	}
	for name, values := range got.Header {
		assert.NotContains(t, strings.Join(values, " "), strayValue, "%s was sent along", name)
	}
	assert.NoFileExists(t, filepath.Join(b.dir, "pwned"), "the prompt ran a command")
}

func TestAWSExamplesCallNobodyWithoutAKey(t *testing.T) {
	m := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{}), "eu-north-1")
	for _, i := range awsInterpreters(t) {
		t.Run(i.name, func(t *testing.T) {
			for missing, key := range map[string]awsKey{"AWS_ACCESS_KEY_ID": {secret: docSecret}, "AWS_SECRET_ACCESS_KEY": {id: docKeyID}} {
				s := newStub(t, m.Endpoint, bedrockAnswer, func(call) error { return nil })
				out, errs, err := newSandbox(t, s).example(t, i, m, slices.DeleteFunc(key.env(), func(s string) bool { return strings.HasPrefix(s, missing+"=") })...)
				assert.Error(t, err)
				assert.Contains(t, errs, missing, "the failure names what to set")
				assert.NotContains(t, out+errs, docSecret)
				calls, _ := s.received()
				assert.Empty(t, calls)
			}
		})
	}
}

// Where the call is refused, or nobody is there, the failure is told and no
// secret with it.
func TestAWSExamplesFailWithoutASecret(t *testing.T) {
	c := awsCase{opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel}, token: docToken}
	key, m := c.answer(t)
	for _, i := range awsInterpreters(t) {
		t.Run(i.name+"/another key", func(t *testing.T) {
			s := newStub(t, m.Endpoint, bedrockAnswer, func(c call) error {
				return verifySigV4(c.Request, c.body, awsKey{id: key.id, secret: strings.ToUpper(key.secret), token: key.token}, m.Region)
			})
			b := newSandbox(t, s)
			out, errs, _ := b.example(t, i, m, key.env()...)
			calls, refused := s.received()
			require.Len(t, calls, 1, "what is refused is not tried again")
			require.ErrorContains(t, refused, "the signature does not match")
			assert.Contains(t, out+errs, refusal, "the reason is told")
			assertNoTrace(t, b, out+errs, calls[0], key.secret, key.token)
		})
		t.Run(i.name+"/nobody there", func(t *testing.T) {
			t.Parallel() // the libraries wait and try again
			s := newStub(t, m.Endpoint, bedrockAnswer, nil)
			b := newSandbox(t, s)
			s.close()
			out, errs, err := b.example(t, i, m, key.env()...)
			assert.Error(t, err)
			for _, secret := range []string{key.secret, key.token} {
				assert.NotContains(t, out+errs+b.arguments(t), secret)
			}
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
			b := newSandbox(t, &stub{})
			b.recordCurl(t, claims(version))
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
