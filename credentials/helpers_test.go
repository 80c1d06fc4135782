package credentials_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// The document's own samples: AWS's well-known example key, and a key of
// NVIDIA's form.
const (
	docKeyID  = "AKIAIOSFODNN7EXAMPLE"
	docSecret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKKEYX"
	docToken  = "IQoJb3JpZ2luX2VjEFMaCXVzLWVhc3QtMSJHMEUCIQDb+/token+for+tests/only=="
	docNVIDIA = "nvapi-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXxxxx"
)

// awsSet returns a source of the set "aws", with AKIA keys unless fields say
// otherwise. Fields are name, value, name, value.
func awsSet(fields ...string) auth.SecretProvider {
	set := map[string]string{"AWS_ACCESS_KEY_ID": docKeyID, "AWS_SECRET_ACCESS_KEY": docSecret}
	for i := 0; i < len(fields); i += 2 {
		set[fields[i]] = fields[i+1]
	}
	return credentials.Static(map[string]map[string]string{"aws": set})
}

func nvidiaSet(key string) auth.SecretProvider {
	return credentials.Static(map[string]map[string]string{"nvidia": {"NVIDIA_API_KEY": key}})
}

// third is a provider that is neither AWS nor NVIDIA.
func third(t testing.TB, o credentials.OpenAIOptions) credentials.Provider {
	t.Helper()
	o.Name, o.Title = "my-llm", "My LLM"
	if o.BaseURL == "" {
		o.BaseURL = "https://llm.example.com"
	}
	if o.Model == "" {
		o.Model = "small-1"
	}
	src := credentials.Static(map[string]map[string]string{"my-llm": {"MY_LLM_API_KEY": docNVIDIA}})
	p, err := credentials.OpenAI(src, o)
	require.NoError(t, err)
	return p
}

func newAWS(t testing.TB, src auth.SecretProvider, o credentials.AWSOptions) credentials.Provider {
	t.Helper()
	p, err := credentials.AWS(src, &o)
	require.NoError(t, err)
	return p
}

// masked asks p on behalf of a user of that region.
func masked(t testing.TB, p credentials.Provider, region string) *credentials.Masked {
	t.Helper()
	m, err := p.Masked(context.Background(), &auth.User{AWSRegion: region})
	require.NoError(t, err)
	return m
}

// tool returns the path of a program. Where it is missing the test is skipped,
// or fails if SALLYPORT_TEST_REQUIRE is 1, as it is in CI.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return path
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
		t.Fatalf("%s is missing, and SALLYPORT_TEST_REQUIRE=1 asks for it", what)
	}
	t.Skipf("%s is missing", what)
}
