package credentialstest_test

import (
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/credentials/credentialstest"
)

// The whole test of a provider. A host's own is in the place of OpenAI.
func ExampleRun() {
	var t *testing.T // of TestProvider(t *testing.T)

	credentialstest.Run(t, credentialstest.Subject{
		Open: func(src auth.SecretProvider) (credentials.Provider, error) {
			return credentials.OpenAI(src, credentials.OpenAIOptions{
				Name: "acme", Title: "Acme", BaseURL: "https://api.acme.example", Model: "acme-1",
			})
		},
		Secrets: []string{"ACME_API_KEY"},
	})
}
