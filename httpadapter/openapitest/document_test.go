package openapitest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// document is the OpenAPI document as a validator understands it.
type document struct {
	model   *v3.Document
	strict  validator.Validator // of answers: nothing in them that the document does not have
	lenient validator.Validator // of requests: other keys are ignored
	answers map[string]int      // "operation status" of what was checked, and how often
}

// served is the document as a server of that prefix has it.
func served(t testing.TB, prefix string) []byte {
	t.Helper()
	h, err := httpadapter.New(&authtest.Fake{}, &httpadapter.Options{Prefix: prefix})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	httpadapter.OpenAPI(h).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	require.Equal(t, 200, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	return w.Body.Bytes()
}

func parse(t testing.TB, source []byte) *document {
	t.Helper()
	parsed, err := libopenapi.NewDocument(source)
	require.NoError(t, err)
	model, err := parsed.BuildV3Model()
	require.NoError(t, err)
	d := &document{model: &model.Model, answers: map[string]int{}}
	var errs []error
	d.strict, errs = validator.NewValidator(parsed, config.WithStrictMode(), config.WithFormatAssertions())
	require.Empty(t, errs)
	d.lenient, errs = validator.NewValidator(parsed, config.WithFormatAssertions())
	require.Empty(t, errs)
	return d
}

// each calls do with every operation, in the document's order.
func (d *document) each(do func(method, path string, op *v3.Operation)) {
	for path, item := range d.model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			do(strings.ToUpper(method), path, op)
		}
	}
}

// operations returns those that a request is answered by: one or, where the
// method is another one, each of its path.
func (d *document) operations(method, path string) []*v3.Operation {
	path = strings.TrimPrefix(path, d.model.Servers[0].URL)
	item := d.model.Paths.PathItems.GetOrZero(path)
	if item == nil {
		for template, templated := range d.model.Paths.PathItems.FromOldest() {
			if strings.Contains(template, "{") && pattern(template).MatchString(path) {
				item = templated
			}
		}
	}
	if item == nil {
		return nil
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	ops := item.GetOperations()
	if op := ops.GetOrZero(strings.ToLower(method)); op != nil {
		return []*v3.Operation{op}
	}
	return slices.Collect(ops.ValuesFromOldest())
}

func pattern(template string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(template, "[^/]+") + "$")
}

// check returns what is in an answer and not in the document.
func (d *document) check(r *http.Request, res *http.Response) []string {
	ops := d.operations(r.Method, r.URL.Path)
	if ops == nil {
		return []string{"no such path: " + r.URL.Path}
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for _, op := range ops {
		documented := op.Responses.Codes.GetOrZero(strconv.Itoa(res.StatusCode))
		if documented == nil {
			wrong = append(wrong, fmt.Sprintf("%s has no status %d", op.OperationId, res.StatusCode))
			continue
		}
		d.answers[fmt.Sprintf("%s %d", op.OperationId, res.StatusCode)]++
		wrong = append(wrong, headers(documented, res.Header)...)
		wrong = append(wrong, message(documented, raw)...)
		wrong = append(wrong, d.body(op, r, res, raw)...)
	}
	return wrong
}

// body is checked by the validator, which knows an answer by its request.
func (d *document) body(op *v3.Operation, r *http.Request, res *http.Response, raw []byte) []string {
	if r.Method == http.MethodHead {
		return nil
	}
	asked := *r
	d.each(func(method, _ string, found *v3.Operation) {
		if found == op {
			asked.Method = method
		}
	})
	copied := *res
	copied.Body = io.NopCloser(bytes.NewReader(raw))
	_, errs := d.strict.ValidateHttpResponse(&asked, &copied)
	return texts(errs)
}

// texts is what the validator found.
func texts(errs []*errors.ValidationError) (wrong []string) {
	for _, e := range errs {
		wrong = append(wrong, e.Message+": "+e.Reason)
		for _, s := range e.SchemaValidationErrors {
			wrong = append(wrong, s.FieldPath+" "+s.Reason)
		}
	}
	return wrong
}

// framing are headers that every HTTP answer may have.
var framing = []string{"Content-Type", "Content-Length", "Connection", "Date"}

// headers compares by hand: the validator never minds a Set-Cookie, nor
// several others.
func headers(documented *v3.Response, sent http.Header) (wrong []string) {
	for name := range sent {
		known := slices.Contains(framing, name)
		for other := range documented.Headers.KeysFromOldest() {
			known = known || http.CanonicalHeaderKey(other) == name
		}
		if !known {
			wrong = append(wrong, "undocumented header "+name)
		}
	}
	return wrong
}

// message wants each text that a client can get among the examples.
func message(documented *v3.Response, raw []byte) []string {
	var got struct{ Message string }
	if json.Unmarshal(raw, &got) != nil || got.Message == "" {
		return nil // the validator's to say
	}
	for _, value := range examples(documented) {
		var example struct{ Message string }
		if value.Decode(&example) == nil && example.Message == got.Message {
			return nil
		}
	}
	return []string{fmt.Sprintf("no example says %q", got.Message)}
}

// examples of an answer.
func examples(documented *v3.Response) (values []*yaml.Node) {
	for _, media := range documented.Content.FromOldest() {
		if media.Example != nil {
			values = append(values, media.Example)
		}
		for _, example := range orderedOrNone(media.Examples) {
			values = append(values, example.Value)
		}
	}
	return values
}

func orderedOrNone(m *orderedmap.Map[string, *base.Example]) map[string]*base.Example {
	all := map[string]*base.Example{}
	if m != nil {
		for name, example := range m.FromOldest() {
			all[name] = example
		}
	}
	return all
}

func TestTheDocumentIsOpenAPI31(t *testing.T) {
	for _, prefix := range []string{"/api/auth", "/v1/session"} {
		d := parse(t, served(t, prefix))
		require.Regexp(t, `^3\.1\.\d$`, d.model.Version)
		_, errs := d.strict.ValidateDocument()
		require.Empty(t, texts(errs))
		require.Equal(t, prefix, d.model.Servers[0].URL)
	}
	broken := bytes.Replace(served(t, ""), []byte(`"in": "path"`), []byte(`"in": "somewhere"`), 1)
	_, errs := parse(t, broken).strict.ValidateDocument()
	require.NotEmpty(t, errs, "the validator sees a document that is none")
}

// Every example is one of the schema beside it.
func TestTheExamplesAreTrue(t *testing.T) {
	d := parse(t, served(t, ""))
	seen := 0
	d.each(func(method, path string, op *v3.Operation) {
		for status, documented := range op.Responses.Codes.FromOldest() {
			for _, value := range examples(documented) {
				var plain any
				require.NoError(t, value.Decode(&plain))
				raw, err := json.Marshal(plain)
				require.NoError(t, err)
				code, err := strconv.Atoi(status)
				require.NoError(t, err)
				concrete := strings.NewReplacer("{provider}", "groq", "{id}", "KBGFKSB2ZBYYZCYJXZ6JIQAEKX").Replace(path)
				header := http.Header{"Content-Type": {"application/json"}}
				for name, h := range documented.Headers.FromOldest() {
					if h.Example != nil {
						header.Set(name, h.Example.Value)
					} else {
						header.Set(name, h.Schema.Schema().Const.Value)
					}
				}
				r := httptest.NewRequest(method, "/api/auth"+concrete, nil)
				res := &http.Response{StatusCode: code, Header: header, Body: io.NopCloser(bytes.NewReader(raw))}
				require.Empty(t, d.check(r, res), "%s %s %s: %s", method, path, status, raw)
				seen++
			}
		}
		if op.RequestBody != nil {
			var plain any
			require.NoError(t, op.RequestBody.Content.GetOrZero("application/json").Example.Decode(&plain))
			raw, err := json.Marshal(plain)
			require.NoError(t, err)
			require.Empty(t, d.request(method, path, string(raw)))
			seen++
		}
	})
	require.Greater(t, seen, 60)
}

// request returns what is wrong with a request by the document.
func (d *document) request(method, path, body string) []string {
	r := httptest.NewRequest(method, "/api/auth"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer t")
	_, errs := d.lenient.ValidateHttpRequest(r)
	return texts(errs)
}
