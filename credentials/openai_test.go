package credentials_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

func TestNVIDIAAnswersAsTheDocumentSays(t *testing.T) {
	p, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), nil)
	require.NoError(t, err)
	m := masked(t, p, "eu-north-1")

	assert.Equal(t, "nvidia", p.Name())
	assert.Equal(t, "NVIDIA", p.Title())
	assert.Equal(t, "nvap************************************xxxx", m.APIKey)
	assert.Equal(t, "https://integrate.api.nvidia.com", m.BaseURL)
	assert.Equal(t, "https://integrate.api.nvidia.com/v1/chat/completions", m.Endpoint)
	assertBeginnings(t, m)

	var keys map[string]string
	text, err := json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &keys))
	assert.ElementsMatch(t, []string{"apiKey", "baseUrl", "endpoint", "curlExample", "nodeExample", "pythonExample"},
		keysOf(keys), "the answer has the document's keys and no other")
}

func TestNVIDIAOptionsReplaceItsValuesOneByOne(t *testing.T) {
	p, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), &credentials.OpenAIOptions{Model: "acme/model-9"})
	require.NoError(t, err)
	m := masked(t, p, "")
	assert.Contains(t, m.CurlExample, `"acme/model-9"`)
	assert.Equal(t, "https://integrate.api.nvidia.com", m.BaseURL)
}

func TestOpenAINamesTheFieldAfterTheProvider(t *testing.T) {
	m := masked(t, third(t, credentials.OpenAIOptions{Header: "api-key", Path: "/openai/v1"}), "")
	assert.Equal(t, "https://llm.example.com/openai/v1/chat/completions", m.Endpoint)
	for _, example := range []string{m.CurlExample, m.NodeExample, m.PythonExample} {
		assert.Contains(t, example, "MY_LLM_API_KEY")
		assert.Contains(t, example, "api-key")
	}
	m = masked(t, third(t, credentials.OpenAIOptions{Path: "/", BaseURL: "http://127.0.0.1:8000/"}), "")
	assert.Equal(t, "http://127.0.0.1:8000", m.BaseURL)
	assert.Equal(t, "http://127.0.0.1:8000/chat/completions", m.Endpoint)
}

func TestOpenAIKeyMissingIsNotConfigured(t *testing.T) {
	for _, src := range []auth.SecretProvider{credentials.Static(nil), nvidiaSet(""),
		credentials.Static(map[string]map[string]string{"nvidia": {"OPENAI_API_KEY": docNVIDIA}})} {
		p, err := credentials.NVIDIA(src, nil)
		require.NoError(t, err)
		m, err := p.Masked(context.Background(), nil)
		assert.ErrorIs(t, err, auth.ErrSecretNotFound)
		assert.Nil(t, m)
	}
	broken := errors.New("vault is sealed")
	p, err := credentials.NVIDIA(failing{broken}, nil)
	require.NoError(t, err)
	_, err = p.Masked(context.Background(), nil)
	assert.ErrorIs(t, err, broken, "a source's fault is passed on")
	assert.NotErrorIs(t, err, auth.ErrSecretNotFound)
}

// rotated is a source that knows more than the values.
type rotated struct{ auth.SecretProvider }

func (r rotated) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	s, err := r.SecretProvider.Secrets(ctx, set)
	s.Source, s.Version, s.Expires = "vault", "7", time.Unix(1_800_000_000, 0)
	return s, err
}

func TestProvidersPassOnWhatTheSourceKnows(t *testing.T) {
	for _, open := range []func(func(auth.SecretProvider) auth.SecretProvider) credentials.Provider{
		func(with func(auth.SecretProvider) auth.SecretProvider) credentials.Provider {
			return newAWS(t, with(awsSet()), credentials.AWSOptions{})
		},
		func(with func(auth.SecretProvider) auth.SecretProvider) credentials.Provider {
			p, err := credentials.NVIDIA(with(nvidiaSet(docNVIDIA)), nil)
			require.NoError(t, err)
			return p
		},
	} {
		plain := open(func(src auth.SecretProvider) auth.SecretProvider { return src })
		p := open(func(src auth.SecretProvider) auth.SecretProvider { return rotated{src} })
		m := masked(t, p, "")
		assert.Equal(t, []any{"vault", "7", time.Unix(1_800_000_000, 0)}, []any{m.Source, m.Version, m.Expires})
		assert.Equal(t, answer(t, plain), answer(t, p), "the documented answer stays as it is, byte for byte")
	}
}

func TestOpenAIConstructorNamesAllThatIsWrong(t *testing.T) {
	_, err := credentials.OpenAI(nil, credentials.OpenAIOptions{Header: "a: b", Path: "/v1?x"})
	require.Error(t, err)
	for _, part := range []string{"source of secrets is nil", "Name", "Title", "BaseURL", "Path", "Header", "Model"} {
		assert.ErrorContains(t, err, part)
	}
	// Who has not read what the fields are may put the key there.
	_, err = credentials.OpenAI(nil, credentials.OpenAIOptions{
		BaseURL: "https://x.example?key=" + docNVIDIA, Path: "/v1?key=" + docNVIDIA, Header: "Authorization: Bearer " + docNVIDIA,
	})
	assert.NotContains(t, err.Error(), docNVIDIA)
	valid := credentials.OpenAIOptions{Name: "my-llm", Title: "T", BaseURL: "https://x.example", Model: "m"}
	for _, name := range []string{"aws", "9router", "a--b", "-a", "A", "a/b", "a_b", "a\n"} {
		o := valid
		o.Name = name
		_, err := credentials.OpenAI(credentials.Static(nil), o)
		assert.ErrorContains(t, err, "Name", "name %q", name)
	}
	long := valid
	long.Prompt = strings.Repeat("\"", 60_000)
	_, err = credentials.OpenAI(credentials.Static(nil), long)
	assert.ErrorContains(t, err, "Prompt", "curl could not be given it")
	// LESSONS 24, Grafana CVE-2022-31130: the key goes where the host said, in
	// the clear to nobody, and a URL may not hide where that is.
	for _, base := range []string{"http://llm.example.com", "http://127.0.0.1.evil.example", "ftp://x.example", "x.example",
		"https://u:p@x.example", "https://x.example?a", "https://x.example?", "https://x.example#a", "https://x.example/a'b",
		"https://x.example/%2e%2e", "https://x.example/../a", "https://x.example/a%20b", "https://x.exa mple", "https://$(id).example", "https://", "javascript:alert(1)"} {
		o := valid
		o.BaseURL = base
		_, err := credentials.OpenAI(credentials.Static(nil), o)
		assert.ErrorContains(t, err, "BaseURL", "base %q", base)
	}
	for _, base := range []string{"https://x.example", "https://x.example:8443/api/llm/", "http://localhost:1", "http://[::1]:8000", "https://10.0.0.1"} {
		o := valid
		o.BaseURL = base
		_, err := credentials.OpenAI(credentials.Static(nil), o)
		assert.NoError(t, err, "base %q", base)
	}
}
