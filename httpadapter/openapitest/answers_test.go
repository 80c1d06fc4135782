package openapitest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// endpoint is an operation, and a request that it answers with 200.
type endpoint struct {
	method, path, body string
	who                auth.Role // empty: anybody
	optional           bool
	unsafe             bool // asks where the page came from, with cookies
}

const (
	rightLogin  = `{"username":"john","password":"` + passphrase + `"}`
	rightChange = `{"current_password":"` + passphrase + `","new_password":"gravel tulip monsoon"}`
)

var endpoints = []endpoint{
	{method: "POST", path: "/login", body: rightLogin, unsafe: true},
	{method: "GET", path: "/validate", who: auth.RoleUser},
	{method: "POST", path: "/logout", unsafe: true},
	{method: "GET", path: "/jwks.json", optional: true},
	{method: "GET", path: "/aws-credentials", who: auth.RoleAdmin},
	{method: "GET", path: "/nvidia-credentials", who: auth.RoleAdmin},
	{method: "GET", path: "/groq-credentials", who: auth.RoleAdmin, optional: true},
	{method: "GET", path: "/sessions", who: auth.RoleUser, optional: true},
	{method: "DELETE", path: "/sessions", who: auth.RoleUser, optional: true, unsafe: true},
	{method: "DELETE", path: "/sessions/OWN", who: auth.RoleUser, optional: true, unsafe: true},
	{method: "POST", path: "/password", body: rightChange, who: auth.RoleUser, optional: true, unsafe: true},
}

// try is a request to a house of its own.
type try struct {
	name    string
	shape   shape
	before  func(*house)
	as      string // "nobody", "dead", "user", "admin"; empty: who may
	method  string // empty: the endpoint's
	path    string // likewise
	body    string // likewise
	change  func(*http.Request)
	want    int
	message string // empty: any
}

func (e endpoint) send(h *house, s try) *http.Request {
	who := h.user
	if e.who == auth.RoleAdmin && s.as == "" || s.as == "admin" {
		who = h.admin
	}
	token := map[string]string{"nobody": "", "dead": "x"}[s.as]
	if s.as != "nobody" && s.as != "dead" {
		token = who.Token
	}
	path := strings.Replace(or(s.path, e.path), "OWN", who.Identity.Session.ID, 1)
	r := h.request(or(s.method, e.method), path, token, or(s.body, e.body))
	if s.change != nil {
		s.change(r)
	}
	return r
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func crossSite(r *http.Request) {
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
}

// tries are all that an endpoint may be asked, right and wrong.
func (e endpoint) tries(cookie bool) []try {
	on, off := shape{cookie: cookie}, shape{cookie: cookie, bare: true}
	all := []try{
		{name: "right", shape: on, want: 200},
		{name: "another method", shape: on, method: "PATCH", want: 405, message: "Method not allowed"},
		{name: "panic", shape: on, before: (*house).breaks, want: 500, message: "Internal server error"},
	}
	if e.path != "/jwks.json" {
		all = append(all, try{name: "no store", shape: on, before: func(h *house) { h.faults.From(1, storetest.Fail) }, want: 503, message: "Service temporarily unavailable"})
	}
	if e.method == "GET" {
		all = append(all, try{name: "HEAD", shape: on, method: "HEAD", want: 200})
	}
	if e.who != "" {
		all = append(all,
			try{name: "nobody", shape: on, as: "nobody", want: 401, message: "No token provided"},
			try{name: "dead", shape: on, as: "dead", want: 401, message: "Invalid or expired token"})
	}
	if e.who == auth.RoleAdmin {
		all = append(all,
			try{name: "no administrator", shape: on, as: "user", want: 403, message: "Admin access required"},
			try{name: "details", shape: shape{cookie: cookie, details: true}, want: 200},
			try{name: "not configured", shape: on, before: func(h *house) { clear(h.secrets) }, want: 404})
	}
	if e.optional {
		all = append(all, try{name: "off", shape: off, want: 404, message: "Not found"})
	}
	if cookie && e.unsafe {
		all = append(all, try{name: "cross-site", shape: on, change: crossSite, want: 403, message: "Cross-origin request refused"})
	}
	if e.body != "" {
		all = append(all, e.bodies(on)...)
	}
	return append(all, e.own(on)...)
}

// bodies are those of a login or a password change.
func (e endpoint) bodies(on shape) []try {
	const malformed = "Invalid request body"
	first := strings.Split(e.body, `"`)[1]
	guess := func(h *house) {
		for range 10 {
			r := e.send(h, try{body: strings.Replace(e.body, passphrase, "wrong", 1)})
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	return []try{
		{name: "empty object", shape: on, body: `{}`, want: 400},
		{name: "null", shape: on, body: `{"` + first + `":null}`, want: 400},
		{name: "number", shape: on, body: `{"` + first + `":1}`, want: 400, message: malformed},
		{name: "array", shape: on, body: `[]`, want: 400, message: malformed},
		{name: "twice", shape: on, body: e.body + e.body, want: 400, message: malformed},
		{name: "slow", shape: on, change: func(r *http.Request) { r.Body = slowBody{} }, want: 408},
		{name: "long", shape: on, body: `{"x":"` + strings.Repeat("x", 64<<10) + `"}`, want: 413},
		{name: "no JSON", shape: on, change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, want: 415},
		{name: "no type", shape: on, change: func(r *http.Request) { r.Header.Del("Content-Type") }, want: 415},
		{name: "throttled", shape: on, before: guess, want: 429},
	}
}

// own are the tries of one endpoint alone.
func (e endpoint) own(on shape) []try {
	switch e.path {
	case "/login":
		return []try{
			{name: "wrong password", shape: on, body: `{"username":"john","password":"wrong"}`, want: 401, message: "Invalid username or password"},
			{name: "token in the cookie alone", shape: shape{cookie: on.cookie, omitToken: true}, want: 200},
		}
	case "/logout":
		return []try{
			{name: "nobody", shape: on, as: "nobody", want: 200},
			{name: "dead", shape: on, as: "dead", want: 200},
		}
	case "/validate":
		return []try{{name: "two tokens", shape: on, change: func(r *http.Request) { r.Header.Add("Authorization", "Bearer other") }, want: 401}}
	case "/groq-credentials":
		return []try{{name: "unknown provider", shape: on, path: "/other-credentials", want: 404, message: "Not found"}}
	case "/sessions/OWN":
		return []try{{name: "no such session", shape: on, path: "/sessions/other", want: 404, message: "Session not found"}}
	case "/password":
		return []try{
			{name: "wrong password", shape: on, body: strings.Replace(rightChange, passphrase, "wrong", 1), want: 403, message: "Current password is wrong"},
			{name: "weak password", shape: on, body: `{"current_password":"` + passphrase + `","new_password":"ninechars"}`, want: 400, message: "Password needs at least 15 characters, has 9"},
		}
	}
	return nil
}

// Every status of every endpoint, as it is answered, is in the document with
// all of its fields, headers and texts; and every status in the document is
// answered.
func TestEveryAnswerIsInTheDocument(t *testing.T) {
	d := parse(t, served(t, ""))
	for _, cookie := range []bool{false, true} {
		for _, e := range endpoints {
			for _, s := range e.tries(cookie) {
				name := fmt.Sprintf("%s %s, cookie %v: %s", e.method, e.path, cookie, s.name)
				h := newHouse(t, s.shape)
				if s.before != nil {
					s.before(h)
				}
				r := e.send(h, s)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				require.Equal(t, s.want, w.Code, "%s: %s", name, w.Body)
				require.Contains(t, w.Body.String(), s.message, name)
				require.Empty(t, d.check(r, w.Result()), "%s: %d %s", name, w.Code, w.Body)
				if cookie && s.name == "right" && e.path != "/sessions" {
					sets := w.Header().Get("Set-Cookie") != ""
					require.Equal(t, e.path == "/login" || e.path == "/logout" || e.path == "/sessions/OWN", sets, name)
				}
			}
		}
	}
	d.each(func(_, _ string, op *v3.Operation) {
		for status := range op.Responses.Codes.FromOldest() {
			require.NotZero(t, d.answers[op.OperationId+" "+status], "the document has %s of %s, and nothing was answered so", status, op.OperationId)
		}
	})
}

// What the document asks of a request is what is asked: no less, no more.
func TestTheRequestsAreThoseThatAreTaken(t *testing.T) {
	d := parse(t, served(t, ""))
	for _, e := range endpoints {
		if e.body == "" {
			continue
		}
		require.Empty(t, d.request(e.method, e.path, e.body))
		require.Empty(t, d.request(e.method, e.path, strings.Replace(e.body, "{", `{"remember_me":true,`, 1)), "other keys are ignored")
		for _, s := range e.bodies(shape{}) {
			if s.want == 400 && s.name != "null" {
				require.NotEmpty(t, d.request(e.method, e.path, s.body), s.body)
			}
		}
	}
}

// Answers with a fault in them: the check above can fail.
func TestWhatIsNotInTheDocumentIsSeen(t *testing.T) {
	d := parse(t, served(t, ""))
	h := newHouse(t, shape{})
	answer := func(path string, plant func(*http.Response)) []string {
		r := h.request("GET", path, h.admin.Token, "")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code)
		res := w.Result()
		plant(res)
		return d.check(r, res)
	}
	replace := func(old, with string) func(*http.Response) {
		return func(res *http.Response) {
			raw, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Contains(t, string(raw), old)
			res.Body = io.NopCloser(strings.NewReader(strings.Replace(string(raw), old, with, 1)))
		}
	}
	header := func(name, value string) func(*http.Response) {
		return func(res *http.Response) { res.Header.Set(name, value) }
	}
	for _, path := range []string{"/validate", "/sessions", "/aws-credentials", "/nvidia-credentials", "/groq-credentials"} {
		require.Empty(t, answer(path, replace("", "")))
		require.NotEmpty(t, answer(path, replace(`{"success":true`, `{"new":1,"success":true`)), "a field of the envelope: %s", path)
		require.NotEmpty(t, answer(path, replace(`"success":true`, `"success":false`)), "another value: %s", path)
		require.NotEmpty(t, answer(path, replace(`"success":true,`, ``)), "a field that is not there: %s", path)
	}
	for path, inner := range map[string]string{"/validate": `"user":{`, "/sessions": `"sessions":[{`, "/aws-credentials": `"credentials":{`, "/groq-credentials": `"credentials":{`, "/jwks.json": `"keys":[{`} {
		require.NotEmpty(t, answer(path, replace(inner, inner+`"new":1,`)), "a field further in: %s", path)
	}
	require.NotEmpty(t, answer("/validate", replace(`"role":"admin"`, `"role":"root"`)), "another role")
	require.NotEmpty(t, answer("/validate", replace(`Z","updated_at"`, `+00:00","updated_at"`)), "another form of time")
	require.NotEmpty(t, answer("/validate", replace(`"message":"Token is valid"`, `"message":"Fine"`)), "another text")
	require.NotEmpty(t, answer("/aws-credentials", replace(`"region":"eu-north-1",`, ``)), "a documented field is missing")
	require.NotEmpty(t, answer("/validate", func(res *http.Response) { res.StatusCode = 402 }), "another status")
	require.NotEmpty(t, answer("/validate", func(res *http.Response) { res.Header.Del("Cache-Control") }), "a header is missing")
	require.NotEmpty(t, answer("/validate", header("Cache-Control", "public")), "another value of a header")
	require.NotEmpty(t, answer("/validate", header("Content-Type", "text/html")), "another type")
	for _, name := range []string{"X-New", "Set-Cookie", "Retry-After", "Etag", "Access-Control-Allow-Origin"} {
		require.NotEmpty(t, answer("/validate", header(name, "1")), "another header: %s", name)
	}
}
