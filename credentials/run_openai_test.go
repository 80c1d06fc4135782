package credentials_test

import (
	"encoding/json"
	"errors"
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
		"nvidia":         {provider: nvidia(credentials.OpenAIOptions{}), env: "NVIDIA_API_KEY", header: "Authorization", value: "Bearer " + docNVIDIA, model: "nvidia/nemotron-3-super-120b-a12b"},
		"nvidia hostile": {provider: nvidia(hostile), env: "NVIDIA_API_KEY", header: "Authorization", value: "Bearer " + docNVIDIA, prompt: hostilePrompt, model: hostilePrompt},
		"third":          {provider: third(t, credentials.OpenAIOptions{Header: "api-key", Path: "/openai/v1"}), env: "MY_LLM_API_KEY", header: "Api-Key", value: docNVIDIA, model: "small-1"},
	}
}

type chatCase struct {
	provider                          credentials.Provider
	env, header, value, model, prompt string
}

// LESSONS 24, LiteLLM CVE-2024-6587: the openai libraries would send
// OPENAI_API_KEY, and more of OPENAI_*, to whoever BaseURL names.
func TestChatExamplesMakeOneCallWithTheirOwnKey(t *testing.T) {
	all := interpreters(t, "openai", "openai")
	for name, c := range chatCases(t) {
		m := masked(t, c.provider, "")
		for _, i := range all {
			t.Run(name+"/"+i.name, func(t *testing.T) { c.run(t, m, i) })
		}
	}
}

// check is what a service wants of a call.
func (c chatCase) check(got call) error {
	if values := got.Header.Values(c.header); len(values) != 1 || values[0] != c.value {
		return errors.New(c.header + " does not carry the key")
	}
	if c.header != "Authorization" && got.Header.Get("Authorization") != "" {
		return errors.New("the key goes in the one header")
	}
	return nil
}

func (c chatCase) run(t *testing.T, m *credentials.Masked, i interpreter) {
	s := newStub(t, m.Endpoint, chatAnswer, c.check)
	b := newSandbox(t, s)
	out, errs, err := b.example(t, i, m, c.env+"="+docNVIDIA)
	require.NoError(t, err, "the example runs unmodified\n%s\n%s", exampleFor(m, i), errs)

	calls, refused := s.received()
	require.NoError(t, refused)
	require.Len(t, calls, 1, "the example makes one call")
	got := calls[0]
	assert.Equal(t, m.Endpoint, "https://"+got.Host+got.RequestURI, "the call goes where endpoint says")
	var request struct{ Model string }
	require.NoError(t, json.Unmarshal(got.body, &request))
	assert.Equal(t, c.model, request.Model, "the call names the model")
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
	for _, i := range interpreters(t, "openai", "openai") {
		t.Run(i.name, func(t *testing.T) {
			s := newStub(t, m.Endpoint, chatAnswer, c.check)
			_, errs, err := newSandbox(t, s).example(t, i, m)
			assert.Error(t, err)
			assert.Contains(t, errs, "NVIDIA_API_KEY", "the failure names what to set")
			calls, _ := s.received()
			assert.Empty(t, calls)
		})
	}
}

func TestChatExamplesFailWithoutASecret(t *testing.T) {
	for name, c := range chatCases(t) {
		if c.prompt != "" {
			continue // nothing else would be seen
		}
		m := masked(t, c.provider, "")
		key := c.env + "=" + docNVIDIA
		for _, i := range interpreters(t, "openai", "openai") {
			t.Run(name+"/"+i.name+"/another key", func(t *testing.T) {
				s := newStub(t, m.Endpoint, chatAnswer, func(call) error { return errors.New("not this key") })
				b := newSandbox(t, s)
				out, errs, _ := b.example(t, i, m, key)
				calls, _ := s.received()
				require.Len(t, calls, 1, "what is refused is not tried again")
				assert.Contains(t, out+errs, refusal, "the reason is told")
				assertNoTrace(t, b, out+errs, calls[0], docNVIDIA)
			})
			t.Run(name+"/"+i.name+"/nobody there", func(t *testing.T) {
				t.Parallel() // the libraries wait and try again
				s := newStub(t, m.Endpoint, chatAnswer, nil)
				b := newSandbox(t, s)
				s.close()
				out, errs, err := b.example(t, i, m, key)
				assert.Error(t, err)
				assert.NotContains(t, out+errs+b.arguments(t), docNVIDIA)
			})
		}
	}
}
