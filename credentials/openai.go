package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// OpenAIOptions describes a service that speaks OpenAI's chat completions
// protocol.
type OpenAIOptions struct {
	// Name is the provider's, as in {name}-credentials, and the name of its
	// set, whose one field is {NAME}_API_KEY. Required.
	Name string

	// Title is how messages call it. Required.
	Title string

	// BaseURL is where the service is, such as "https://llm.example.com": https,
	// or http on a loopback address. Required.
	BaseURL string

	// Path lies between BaseURL and /chat/completions. If empty, it is "/v1";
	// "/" is none.
	Path string

	// Header carries the key, bare, such as "api-key". If empty, the key goes
	// as a bearer token in Authorization.
	Header string

	// Model is the one the examples ask. Required.
	Model string

	// Prompt is what the examples ask. If empty, it is a greeting. The request
	// with it has at most 100 KiB.
	Prompt string
}

// OpenAI returns a provider of that name for an API key from the set of that
// name, with calls to the service's chat completions.
func OpenAI(src auth.SecretProvider, opts OpenAIOptions) (Provider, error) {
	if opts.Path == "" {
		opts.Path = "/v1"
	}
	if opts.Prompt == "" {
		opts.Prompt = defaultPrompt
	}
	opts.BaseURL = strings.TrimSuffix(opts.BaseURL, "/")
	opts.Path = strings.TrimSuffix(opts.Path, "/")
	p := &openAI{src, opts}
	if err := errors.Join(p.check()...); err != nil {
		return nil, err
	}
	return p, nil
}

// NVIDIA returns the provider "nvidia", which is [OpenAI] for the key
// NVIDIA_API_KEY of the set "nvidia" and NVIDIA's hosted models. A field of
// opts that is not empty replaces NVIDIA's; nil opts replace none.
func NVIDIA(src auth.SecretProvider, opts *OpenAIOptions) (Provider, error) {
	o := OpenAIOptions{}
	if opts != nil {
		o = *opts
	}
	setDefault := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	setDefault(&o.Name, "nvidia")
	setDefault(&o.Title, "NVIDIA")
	setDefault(&o.BaseURL, "https://integrate.api.nvidia.com")
	setDefault(&o.Model, "nvidia/nemotron-3-super-120b-a12b")
	return OpenAI(src, o)
}

type openAI struct {
	src  auth.SecretProvider
	opts OpenAIOptions
}

func (p *openAI) Name() string  { return p.opts.Name }
func (p *openAI) Title() string { return p.opts.Title }

var errNoSource = errors.New("credentials: the source of secrets is nil: give one, such as credentials.Env(os.LookupEnv)")

const (
	// headerName is a field name of RFC 9110, section 5.1, without the
	// characters that a shell would look at.
	headerName = `^[A-Za-z0-9_-]+$`
	urlHost    = `^[A-Za-z0-9.-]+(:[0-9]+)?$|^\[[0-9a-fA-F:.]+\](:[0-9]+)?$`
	urlPath    = `^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$` // neither ".." nor escapes
)

// check lists what is wrong with the configuration.
func (p *openAI) check() (wrong []error) {
	o := p.opts
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("credentials: OpenAIOptions."+format, args...))
		}
	}
	if p.src == nil {
		wrong = append(wrong, errNoSource)
	}
	refuse(!matches(providerName, o.Name), "Name %q is not a letter, then letters, digits and inner hyphens, all lower-case: use one such as my-llm", o.Name)
	refuse(o.Name == awsName, "Name %q belongs to credentials.AWS: use another", o.Name)
	refuse(o.Title == "", "Title is empty: set what messages call the service")
	refuse(!validBaseURL(o.BaseURL), "BaseURL is not an https URL of host and path alone: use one such as https://llm.example.com")
	refuse(!matches(urlPath, o.Path), "Path is not a URL path: use one such as /v1")
	refuse(o.Header != "" && !matches(headerName, o.Header), "Header is not a header name: use one such as api-key")
	refuse(o.Model == "", "Model is empty: set the one the examples ask")
	refuse(len(chatCall{OpenAIOptions: o}.Body()) > maxBody, "Prompt and Model make a request of more than 100 KiB: shorten it")
	return wrong
}

// validBaseURL reports whether a key may be sent to s: to a host over TLS, or
// to this machine, and with nothing in the URL that would hide where it goes.
func validBaseURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !matches(urlHost, u.Host) || !matches(urlPath, u.EscapedPath()) || u.String() != s {
		return false
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (p *openAI) Masked(ctx context.Context, _ *auth.User) (*Masked, error) {
	set, err := p.src.Secrets(ctx, p.opts.Name)
	if err != nil {
		return nil, fmt.Errorf("credentials: %s: %w", p.opts.Name, err)
	}
	key := set.Values[keyField(p.opts.Name)]
	if key.Empty() {
		return nil, fmt.Errorf("credentials: %s: %w", p.opts.Name, auth.ErrSecretNotFound)
	}
	call := chatCall{OpenAIOptions: p.opts, Key: keyField(p.opts.Name)}
	return call.examples(&Masked{
		APIKey:   mask(key, keyStars),
		BaseURL:  p.opts.BaseURL,
		Endpoint: call.Endpoint(),
		Source:   set.Source,
		Version:  set.Version,
		Expires:  set.Expires,
	}), nil
}
