package credentials_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

// assertPrintsNothing fails if v printed in any common way shows the secrets
// of these tests.
func assertPrintsNothing(t *testing.T, v any) {
	t.Helper()
	text, _ := json.Marshal(v)
	printed := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v) + string(text)
	for _, secret := range []string{docSecret, docToken, docNVIDIA} {
		for i := range len(secret) - 7 {
			require.NotContains(t, printed, secret[i:i+8], "printing a %T shows a secret", v)
		}
	}
}

// LESSONS 23, Vault CVE-2025-4166: neither a provider nor its answer prints a
// secret, and no example holds the session token.
func TestNothingPrintsASecret(t *testing.T) {
	aws := newAWS(t, awsSet("AWS_SESSION_TOKEN", docToken), credentials.AWSOptions{})
	nvidia, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), nil)
	require.NoError(t, err)
	for _, p := range []credentials.Provider{aws, nvidia, third(t, credentials.OpenAIOptions{})} {
		assertPrintsNothing(t, p)
		m := masked(t, p, "eu-west-1")
		assertPrintsNothing(t, m)
		assert.NotContains(t, fmt.Sprintf("%+v", m), docToken[:6])
	}
}
