package credentials_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// LESSONS 23, OpenBao CVE-2025-62513: of ten thousand random secrets no answer
// holds six characters of the middle, and none tells how long the secret is.
func TestMaskTellsNeitherTheMiddleNorTheLength(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		secret, token := randomSecret(random), randomSecret(random)
		aws := masked(t, newAWS(t, awsSet("AWS_SECRET_ACCESS_KEY", secret, "AWS_SESSION_TOKEN", token), credentials.AWSOptions{}), "")
		p, err := credentials.NVIDIA(nvidiaSet(secret), nil)
		require.NoError(t, err)
		nvidia := masked(t, p, "")

		require.Len(t, aws.SecretAccessKey, 36, "the length of the mask is the kind's")
		require.Len(t, nvidia.APIKey, 44, "the length of the mask is the kind's")
		for _, m := range []*credentials.Masked{aws, nvidia} {
			text, err := json.Marshal(m)
			require.NoError(t, err)
			if len(secret) > 8 {
				requireNoWindow(t, string(text), secret[4:len(secret)-4])
			}
		}
		text, err := json.Marshal(aws)
		require.NoError(t, err)
		requireNoWindow(t, string(text), token)
	}
}

// requireNoWindow fails if text holds any six bytes of hidden.
func requireNoWindow(t *testing.T, text, hidden string) {
	t.Helper()
	seen := make(map[string]bool, len(text))
	for i := range len(text) - 5 {
		seen[text[i:i+6]] = true
	}
	for i := range max(0, len(hidden)-5) {
		if seen[hidden[i:i+6]] {
			t.Fatalf("the answer holds %q of the hidden part\n%s", hidden[i:i+6], text)
		}
	}
}

// randomSecret has 1 to 4096 bytes, of AWS's alphabet or of any kind. It has no
// run that the examples have by chance: six random characters never are.
func randomSecret(random *rand.Rand) string {
	const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	length := 1 + random.IntN(64)
	if random.IntN(8) == 0 {
		length = 1 + random.IntN(4096)
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
