package credentials

import (
	"embed"
	"strings"
)

// The examples. A marker such as {{js Model}} stands for a value as a string of
// that language, {{Key}} for text as it is. Nothing else is replaced, and what
// was put in is not looked at again. Package text/template would be linked by
// every importer of httpadapter, 80 KB.
//
//go:embed templates
var templateFiles embed.FS

// markers are what to replace, each followed by what comes in its place.
type markers []string

// quote puts a value in, quoted for the language that the marker names.
func (m markers) quote(name, value string) markers {
	return append(m,
		"{{sh "+name+"}}", shellString(value),
		"{{js "+name+"}}", jsonString(value),
		"{{py "+name+"}}", pythonString(value))
}

// text puts text of our own in.
func (m markers) text(name, text string) markers { return append(m, "{{"+name+"}}", text) }

// fill returns a template with its markers replaced.
func (m markers) fill(file string) string {
	text, err := templateFiles.ReadFile("templates/" + file + ".tmpl")
	if err != nil {
		panic(err) // a name that this package has misspelt
	}
	return strings.NewReplacer(m...).Replace(string(text))
}

// bedrockCall is what the templates aws.* say.
type bedrockCall struct {
	Region, Host, Model, Prompt string
}

// Origin is the endpoint without a path.
func (c bedrockCall) Origin() string { return "https://" + c.Host }

// Path is what goes over the wire.
func (c bedrockCall) Path() string { return "/model/" + uriEncode(c.Model) + "/converse" }

// Endpoint is the URL of the call.
func (c bedrockCall) Endpoint() string { return c.Origin() + c.Path() }

// Encoded reports whether the path has an escape, which curl signs wrongly
// below 8.14.
func (c bedrockCall) Encoded() bool { return strings.Contains(c.Path(), "%") }

// SignedURL has the path as Signature Version 4 wants it signed: escaped once
// more than it is sent.
func (c bedrockCall) SignedURL() string {
	return c.Origin() + strings.ReplaceAll(c.Path(), "%", "%25")
}

// Body is the request in JSON. Converse has one form for every model.
func (c bedrockCall) Body() string {
	return `{"messages":[{"role":"user","content":[{"text":` + jsonString(c.Prompt) + `}]}]}`
}

// examples completes m.
func (c bedrockCall) examples(m *Masked) *Masked {
	var v markers
	v = v.quote("Region", c.Region).quote("Origin", c.Origin()).quote("Model", c.Model).quote("Prompt", c.Prompt)
	v = v.quote("Endpoint", c.Endpoint()).quote("SignedURL", c.SignedURL()).quote("Path", c.Path())
	v = v.quote("Body", c.Body()).quote("Scope", "aws:amz:"+c.Region+":bedrock")
	url := shellString(c.Endpoint())
	if c.Encoded() {
		url = v.fill("aws-encoded.sh")
	}
	m.CurlExample = v.text("URL", url).fill("aws.sh")
	m.NodeExample, m.PythonExample = v.fill("aws.mjs"), v.fill("aws.py")
	return m
}

// chatCall is what the templates openai.* say.
type chatCall struct {
	OpenAIOptions
	Key string // the environment variable with the key
}

// SDKBase is the base URL as OpenAI's libraries take it.
func (c chatCall) SDKBase() string { return c.BaseURL + c.Path }

// Endpoint is the URL of the call.
func (c chatCall) Endpoint() string { return c.SDKBase() + "/chat/completions" }

// Body is the request in JSON.
func (c chatCall) Body() string {
	return `{"model":` + jsonString(c.Model) + `,"messages":[{"role":"user","content":` + jsonString(c.Prompt) + `}]}`
}

// examples completes m.
func (c chatCall) examples(m *Masked) *Masked {
	var v markers
	v = v.text("Key", c.Key).quote("Endpoint", c.Endpoint()).quote("SDKBase", c.SDKBase())
	v = v.quote("Model", c.Model).quote("Prompt", c.Prompt).quote("Body", c.Body()).quote("Header", c.Header)
	auth, node, python := "Authorization: Bearer ", "", ""
	if c.Header != "" {
		auth, node, python = c.Header+": ", v.fill("openai-header.mjs"), v.fill("openai-header.py")
	}
	m.CurlExample = v.text("Auth", auth).fill("openai.sh")
	m.NodeExample, m.PythonExample = v.text("Headers", node).fill("openai.mjs"), v.text("Headers", python).fill("openai.py")
	return m
}
