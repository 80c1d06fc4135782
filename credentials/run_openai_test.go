package credentials_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

const chatAnswer = `{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",` +
	`"message":{"role":"assistant","content":"Hello"}}]}`

// chatCases are providers with what their calls must carry.
func chatCases(t *testing.T) map[string]chatCase {
	nvidia := func(o credentials.OpenAIOptions) credentials.Provider {
		p, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), &o)
		require.NoError(t, err)
		return p
	}
	hostile := credentials.OpenAIOptions{Prompt: hostilePrompt, Model: hostilePrompt}
	return map[string]chatCase{
		"nvidia":         {provider: nvidia(credentials.OpenAIOptions{}), env: "NVIDIA_API_KEY", header: "Authorization", value: "Bearer " + docNVIDIA},
		"nvidia hostile": {provider: nvidia(hostile), env: "NVIDIA_API_KEY", header: "Authorization", value: "Bearer " + docNVIDIA, prompt: hostilePrompt},
		"third":          {provider: third(t, credentials.OpenAIOptions{Header: "api-key", Path: "/openai/v1"}), env: "MY_LLM_API_KEY", header: "Api-Key", value: docNVIDIA},
	}
}

type chatCase struct {
	provider                   credentials.Provider
	env, header, value, prompt string
}

// LESSONS 24, LiteLLM CVE-2024-6587: the openai libraries would send
// OPENAI_API_KEY, and more of OPENAI_*, to whoever BaseURL names.
func TestChatExamplesMakeOneCallWithTheirOwnKey(t *testing.T) {
	for name, c := range chatCases(t) {
		m := masked(t, c.provider, "")
		for _, i := range []interpreter{bash, sh, node, python} {
			i.modules = "openai"
			t.Run(name+"/"+i.name, func(t *testing.T) { c.run(t, m, i) })
		}
	}
}

func (c chatCase) run(t *testing.T, m *credentials.Masked, i interpreter) {
	s := newStub(t, m.Endpoint, chatAnswer)
	b := newSandbox(t, s)
	i.prepare(t, b)
	b.write(t, i.file, exampleFor(m, i))
	out, errs, err := b.run(t, []string{c.env + "=" + docNVIDIA}, i.name, i.file)
	require.NoError(t, err, "the example runs unmodified\n%s\n%s", exampleFor(m, i), errs)

	calls := s.received()
	require.Len(t, calls, 1, "the example makes one call")
	got := calls[0]
	assert.Equal(t, m.Endpoint, "https://"+got.Host+got.RequestURI, "the call goes where endpoint says")
	assert.Equal(t, []string{c.value}, got.Header.Values(c.header))
	if c.header != "Authorization" {
		assert.Empty(t, got.Header.Values("Authorization"), "the key goes in the one header")
	}
	if c.prompt == "" {
		c.prompt = "Say hello in one sentence."
	}
	assertPrompt(t, got.body, c.prompt)
	if i.file == "example.sh" {
		assert.Equal(t, chatAnswer, out)
	} else {
		assert.Equal(t, "Hello\n", out)
	}
	assertNoTrace(t, b, out+errs, got, docNVIDIA)
}

func TestChatExamplesCallNobodyWithoutAKey(t *testing.T) {
	c := chatCases(t)["nvidia"]
	m := masked(t, c.provider, "")
	for _, i := range []interpreter{bash, sh, node, python} {
		i.modules = "openai"
		t.Run(i.name, func(t *testing.T) {
			s := newStub(t, m.Endpoint, chatAnswer)
			b := newSandbox(t, s)
			i.prepare(t, b)
			b.write(t, i.file, exampleFor(m, i))
			_, errs, err := b.run(t, nil, i.name, i.file)
			assert.Error(t, err)
			assert.Contains(t, errs, "NVIDIA_API_KEY", "the failure names what to set")
			assert.Empty(t, s.received())
		})
	}
}
