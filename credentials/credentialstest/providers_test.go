package credentialstest_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/credentials/credentialstest"
)

// requireTools is CI's wish; see Subject.RequireTools.
var requireTools = os.Getenv("SALLYPORT_TEST_REQUIRE") == "1"

func TestAWS(t *testing.T) {
	credentialstest.Run(t, credentialstest.Subject{
		Open: func(src auth.SecretProvider) (credentials.Provider, error) {
			return credentials.AWS(src, nil)
		},
		Secrets:      []string{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"},
		Public:       map[string]string{"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE"},
		RequireTools: requireTools,
	})
}

func TestNVIDIA(t *testing.T) {
	credentialstest.Run(t, credentialstest.Subject{
		Open: func(src auth.SecretProvider) (credentials.Provider, error) {
			return credentials.NVIDIA(src, nil)
		},
		Secrets:      []string{"NVIDIA_API_KEY"},
		RequireTools: requireTools,
	})
}

func TestOpenAI(t *testing.T) {
	credentialstest.Run(t, credentialstest.Subject{
		Open: func(src auth.SecretProvider) (credentials.Provider, error) {
			return credentials.OpenAI(src, credentials.OpenAIOptions{
				Name: "my-llm", Title: "My LLM", BaseURL: "http://127.0.0.1:8000/api", Header: "api-key", Model: "small-1",
			})
		},
		Secrets:      []string{"MY_LLM_API_KEY"},
		RequireTools: requireTools,
	})
}

// own is a provider that is not made of this library's parts.
type own struct{ src auth.SecretProvider }

func (own) Name() string  { return "mail" }
func (own) Title() string { return "Mail" }

func (o own) Masked(ctx context.Context, _ *auth.User) (*credentials.Masked, error) {
	set, err := o.src.Secrets(ctx, "mail")
	if err != nil {
		return nil, err
	}
	if set.Values["MAIL_KEY"].Empty() {
		return nil, auth.ErrSecretNotFound
	}
	return &credentials.Masked{APIKey: strings.Repeat("*", 12)}, nil
}

func TestProviderOfAnotherMake(t *testing.T) {
	credentialstest.Run(t, credentialstest.Subject{
		Open:    func(src auth.SecretProvider) (credentials.Provider, error) { return own{src}, nil },
		Secrets: []string{"MAIL_KEY"},
	})
}
