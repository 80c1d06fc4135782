package httpadapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// openAPI is of the document what these tests read. Package openapitest holds
// all of it to the answers.
type openAPI struct {
	OpenAPI    string
	Servers    []struct{ URL string }
	Paths      map[string]map[string]operation
	Components struct {
		Responses       map[string]response
		SecuritySchemes struct{ Cookie struct{ Name string } }
	}
}

type operation struct{ Responses map[string]response }

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct {
		Example  json.RawMessage
		Examples map[string]struct{ Value json.RawMessage }
	}
}

// texts are the bodies that an operation has as examples of a status.
func (o openAPI) texts(t testing.TB, op operation, status int) (all []string) {
	answer := op.Responses[strconv.Itoa(status)]
	if name, ok := strings.CutPrefix(answer.Ref, "#/components/responses/"); ok {
		answer = o.Components.Responses[name]
	}
	for _, media := range answer.Content {
		if media.Example != nil {
			all = append(all, compact(t, media.Example))
		}
		for _, example := range media.Examples {
			if example.Value != nil {
				all = append(all, compact(t, example.Value))
			}
		}
	}
	return all
}

func readOpenAPI(t testing.TB, opts *httpadapter.Options) openAPI {
	t.Helper()
	h, err := httpadapter.New(stub{}, opts)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	httpadapter.OpenAPI(h).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	var document openAPI
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &document))
	return document
}

// all turns everything on, with a provider of each kind.
func all() *httpadapter.Options {
	none := func(context.Context, *auth.User) (*credentials.Masked, error) { return nil, auth.ErrSecretNotFound }
	s := &otherService{}
	return &httpadapter.Options{Sessions: s, Passwords: s, Cookie: &httpadapter.Cookie{},
		Credentials: []credentials.Provider{provider{"my-llm", "My LLM", none}}}
}

// Each route is an operation, and each operation a route.
func TestTheOpenAPIDocumentHasTheRoutes(t *testing.T) {
	h, err := httpadapter.New(stub{}, all())
	require.NoError(t, err)
	var documented []string
	for path, operations := range readOpenAPI(t, nil).Paths {
		for method := range operations {
			path := strings.NewReplacer("{provider}", "my-llm", "{id}", "*").Replace(path)
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	require.ElementsMatch(t, h.Routes(), documented)
}

func TestTheOpenAPIDocumentHasTheCookie(t *testing.T) {
	h := newReal(t, true)
	r := post("/api/auth/login", `{"username":"john","password":"`+password+`"}`)
	name, _, _ := strings.Cut(ask(t, h, r).header.Get("Set-Cookie"), "=")
	require.Equal(t, name, readOpenAPI(t, nil).Components.SecuritySchemes.Cookie.Name)
}

func TestTheOpenAPIDocumentHasThePrefix(t *testing.T) {
	for given, want := range map[string]string{"": "/api/auth", "/v1/session": "/v1/session"} {
		document := readOpenAPI(t, &httpadapter.Options{Prefix: given})
		require.True(t, strings.HasPrefix(document.OpenAPI, "3.1."))
		require.Len(t, document.Servers, 1)
		require.Equal(t, want, document.Servers[0].URL)
	}
}

// The OpenAPI document says what the wire document does, in its own samples.
func TestTheOpenAPIDocumentHasTheDocumentsSamples(t *testing.T) {
	document, told := readOpenAPI(t, nil), 0
	for name, want := range readDocument(t) {
		method, path, _ := strings.Cut(name, " ")
		op := document.Paths[strings.TrimPrefix(path, "/api/auth")][strings.ToLower(method)]
		got := compact(t, op.Responses["200"].Content["application/json"].Example)
		if name == "GET /api/auth/validate" { // the document abbreviates the user of the login
			got = strings.Replace(got, `"organization":"Acme Corp","aws_region":"eu-north-1",`, "", 1)
			got, _, _ = strings.Cut(got, `,"is_active"`)
			got += "}}"
		}
		require.Equal(t, want.ok, got, name)
		for status, samples := range want.refusals {
			for sample := range strings.SplitAfterSeq(strings.TrimSuffix(samples, "}"), "}") {
				sample = strings.TrimSuffix(sample, "}") + "}"
				require.Contains(t, document.texts(t, op, status), sample, "%s %d", name, status)
				told++
			}
		}
	}
	require.Equal(t, 4, told, "all refusals of the document")
}

func compact(t testing.TB, raw json.RawMessage) string {
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, raw))
	return b.String()
}
