package credentials

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed templates
var templateFiles embed.FS

// parseTemplates returns the examples of all kinds. They write each value
// through the function of its language, and never a value bare, and they are
// given no secret. A provider keeps them: a program without one does not link
// the template engine, which is most of what this package weighs.
func parseTemplates() *template.Template {
	return template.Must(template.New("").
		Funcs(template.FuncMap{"sh": shellString, "js": jsonString, "py": pythonString}).
		ParseFS(templateFiles, "templates/*"))
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

// withExamples completes m with the three templates of a kind.
func withExamples(templates *template.Template, kind string, call any, m *Masked) (*Masked, error) {
	for _, example := range []struct {
		into *string
		file string
	}{
		{&m.CurlExample, kind + ".sh.tmpl"},
		{&m.NodeExample, kind + ".mjs.tmpl"},
		{&m.PythonExample, kind + ".py.tmpl"},
	} {
		var text strings.Builder
		if err := templates.ExecuteTemplate(&text, example.file, call); err != nil {
			return nil, fmt.Errorf("credentials: example %s: %w", example.file, err)
		}
		*example.into = text.String()
	}
	return m, nil
}
