package credentials

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Provider shows an administrator one set of credentials that the host's
// programs use, masked, with examples that run.
type Provider interface {
	// Name is the first part of the path {name}-credentials: lower-case
	// letters, digits and inner hyphens.
	Name() string

	// Title is how messages call it, as in "AWS credentials are not configured".
	Title() string

	// Masked returns what the user may see.
	//
	// Errors: auth.ErrSecretNotFound when nothing is configured; any other
	// error is a fault and is answered 503.
	Masked(ctx context.Context, user *auth.User) (*Masked, error)
}

// Masked is a set of credentials as it leaves the process: no field holds a
// secret that could be used. An empty field is left out of the answer.
type Masked struct {
	Region          string `json:"region,omitempty"`
	AccessKeyID     string `json:"accessKeyId,omitempty"` // an identifier, shown whole
	SecretAccessKey string `json:"secretAccessKey,omitempty"`
	APIKey          string `json:"apiKey,omitempty"`
	BaseURL         string `json:"baseUrl,omitempty"`
	Endpoint        string `json:"endpoint,omitempty"`
	AuthMethod      string `json:"authMethod,omitempty"`
	CurlExample     string `json:"curlExample,omitempty"`
	NodeExample     string `json:"nodeExample,omitempty"`
	PythonExample   string `json:"pythonExample,omitempty"`

	// The rest is of [auth.Secrets] and not in the document. It is shown where
	// httpadapter's Options.CredentialDetails asks for it.
	Source  string    `json:"-"`
	Version string    `json:"-"`
	Expires time.Time `json:"-"`
}
