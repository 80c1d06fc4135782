package credentials_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

var (
	awsStars    = strings.Repeat("*", 36)
	nvidiaStars = strings.Repeat("*", 44)
)

func TestMaskShowsTheEndsOnlyOfWhatIsLongAndPrintable(t *testing.T) {
	for secret, want := range map[string]string{
		strings.Repeat("a", 23):                         awsStars,
		"abcd" + strings.Repeat("x", 16):                awsStars,
		"abcd" + strings.Repeat("x", 16) + "wxyz":       "abcd" + strings.Repeat("*", 28) + "wxyz",
		"abcd" + strings.Repeat("x", 4000) + "wxyz":     "abcd" + strings.Repeat("*", 28) + "wxyz",
		"abcd" + strings.Repeat("x", 32) + "wxy\n":      awsStars,
		"\x00bcd" + strings.Repeat("x", 32) + "wxyz":    awsStars,
		"abcd" + strings.Repeat("ä", 16) + "wxyz":       awsStars,
		"abcd" + strings.Repeat("x", 32) + "wx\x7f\xff": awsStars,
	} {
		m := masked(t, newAWS(t, awsSet("AWS_SECRET_ACCESS_KEY", secret), credentials.AWSOptions{}), "")
		assert.Equal(t, want, m.SecretAccessKey, "mask of %q", secret)
	}
	assert.Equal(t, nvidiaStars, maskOfKey(t, "short"))
}

func maskOfKey(t *testing.T, key string) string {
	t.Helper()
	p, err := credentials.NVIDIA(nvidiaSet(key), nil)
	require.NoError(t, err)
	return masked(t, p, "").APIKey
}

// changing is a source that has one secret for every field but the key ID.
type changing struct{ secret, token string }

func (c *changing) Secrets(context.Context, string) (auth.Secrets, error) {
	secret, token := auth.NewSecret(c.secret), auth.NewSecret(c.token)
	return auth.Secrets{Values: map[string]auth.Secret{
		"AWS_ACCESS_KEY_ID": auth.NewSecret(docKeyID), "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
		"NVIDIA_API_KEY": secret, "MY_LLM_API_KEY": secret,
	}}, nil
}

// answer is all that a provider says: its answer in JSON, or its error.
func answer(t *testing.T, p credentials.Provider) string {
	t.Helper()
	m, err := p.Masked(context.Background(), &auth.User{AWSRegion: "eu-north-1"})
	if err != nil {
		require.Nil(t, m)
		return err.Error()
	}
	text, err := json.Marshal(m)
	require.NoError(t, err)
	return string(text)
}

// LESSONS 23, OpenBao CVE-2025-62513: of ten thousand random secrets no answer
// holds six characters of the middle, and none tells how long the secret is.
func TestMaskTellsNeitherTheMiddleNorTheLength(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	src := &changing{}
	nvidia, err := credentials.NVIDIA(src, nil)
	require.NoError(t, err)
	other, err := credentials.OpenAI(src, credentials.OpenAIOptions{Name: "my-llm", Title: "My LLM", BaseURL: "https://llm.example.com", Model: "m", Header: "api-key"})
	require.NoError(t, err)
	providers := []credentials.Provider{newAWS(t, src, credentials.AWSOptions{}), nvidia, other}
	answers := func(secret, token string) (all []string) {
		src.secret, src.token = secret, token
		for _, p := range providers {
			all = append(all, answer(t, p))
		}
		return all
	}
	empty := 0
	for range 10_000 {
		secret, token := randomSecret(random), randomSecret(random)
		got := answers(secret, token)
		require.Equal(t, answers(twin(random, secret), "t"), got, "a secret with the same ends and another length has the same answers")
		hidden := []string{token}
		if len(secret) > 8 {
			hidden = append(hidden, secret[4:len(secret)-4])
		}
		requireNoWindow(t, strings.Join(got, "\n"), hidden...)
		masks := 3 // one an answer
		if secret == "" {
			masks = 0
			empty++
		}
		require.Equal(t, masks, strings.Count(strings.Join(got, "\n"), strings.Repeat("*", 28)))
	}
	require.NotZero(t, empty, "the empty secret was among them")
}

// twin is a secret of which as much may be shown, of another length.
func twin(random *rand.Rand, secret string) string {
	switch {
	case secret == "":
		return ""
	case len(secret) < 24 || strings.IndexFunc(secret, func(r rune) bool { return r < ' ' || r > '~' }) >= 0:
		return strings.Repeat("\x00", 1+random.IntN(4096))
	}
	return secret[:4] + strings.Repeat("~", 16+random.IntN(4080)) + secret[len(secret)-4:]
}

// requireNoWindow fails if text holds any six bytes of what is hidden.
func requireNoWindow(t *testing.T, text string, hidden ...string) {
	t.Helper()
	for _, h := range hidden {
		for i := range max(0, len(h)-5) {
			if strings.Contains(text, h[i:i+6]) {
				t.Fatalf("the answer holds %q of the hidden part\n%s", h[i:i+6], text)
			}
		}
	}
}

// randomSecret has 0 to 4096 bytes, of AWS's alphabet or of any kind. It has no
// run that the examples have by chance: six random characters never are.
func randomSecret(random *rand.Rand) string {
	const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	length := random.IntN(64)
	if random.IntN(8) == 0 {
		length = random.IntN(4097)
	}
	secret := make([]byte, length)
	anything := random.IntN(3) == 0
	for i := range secret {
		secret[i] = base64[random.IntN(len(base64))]
		if anything {
			secret[i] = byte(random.IntN(256))
		}
	}
	return string(secret)
}
