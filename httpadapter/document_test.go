package httpadapter_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// documented is what testdata/authentication-apis.txt says of one endpoint.
type documented struct {
	ok       string         // the sample of the 200 answer
	refusals map[int]string // status and samples, one after the other
}

var (
	heading  = regexp.MustCompile(`(?m)(?:^|\})((?:GET|POST) /api/auth/\S+)$`)
	refusal  = regexp.MustCompile(`(?m)^// (\d{3}) .*$`)
	success  = "Response (200 OK)\n"
	ellipsis = regexp.MustCompile(`,\s*\.\.\.\s*\}`)
)

// readDocument takes the samples out of the document, keyed by "GET /path".
func readDocument(t testing.TB) map[string]documented {
	raw, err := os.ReadFile("testdata/authentication-apis.txt")
	require.NoError(t, err)
	text := string(raw)
	found := map[string]documented{}
	heads := heading.FindAllStringSubmatchIndex(text, -1)
	for i, at := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0] + 1 // with the brace before it
		}
		section := text[at[1]:end]
		d := documented{refusals: map[int]string{}}
		_, answers, ok := strings.Cut(section, success)
		require.True(t, ok, "no 200 answer in %q", section)
		d.ok = object(t, answers)
		for _, r := range refusal.FindAllStringSubmatchIndex(answers, -1) {
			status, _ := strconv.Atoi(answers[r[2]:r[3]])
			d.refusals[status] += object(t, answers[r[1]:])
		}
		found[text[at[2]:at[3]]] = d
	}
	require.Len(t, found, 5, "the document has five endpoints")
	return found
}

// object returns the first JSON object of s, compacted, its "..." dropped.
func object(t testing.TB, s string) string {
	s = ellipsis.ReplaceAllString(s[strings.IndexByte(s, '{'):], "}")
	var first json.RawMessage
	require.NoError(t, json.NewDecoder(strings.NewReader(s)).Decode(&first), "sample %q", s)
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, first))
	return b.String()
}

// documentedHandler knows exactly the person of the document.
func documentedHandler(t testing.TB, doc map[string]documented) *httpadapter.Handler {
	var sample struct {
		Token string
		User  struct {
			ID, Username, Email, Name, Organization, Role string
			AWSRegion                                     string    `json:"aws_region"`
			IsActive                                      bool      `json:"is_active"`
			CreatedAt                                     time.Time `json:"created_at"`
			UpdatedAt                                     time.Time `json:"updated_at"`
			LastLogin                                     time.Time `json:"last_login"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(doc["POST /api/auth/login"].ok), &sample))
	u := sample.User
	cet := time.FixedZone("", 3600)
	id := authtest.Identity(auth.User{
		ID: u.ID, Username: u.Username, Email: u.Email, Name: u.Name, Organization: u.Organization,
		AWSRegion: u.AWSRegion, Role: auth.Role(u.Role), Active: u.IsActive,
		CreatedAt: u.CreatedAt.In(cet), UpdatedAt: u.UpdatedAt.Add(123 * time.Microsecond), LastLogin: u.LastLogin.Add(time.Second - 1),
	})
	a := stub{
		login: func(req auth.LoginRequest) (*auth.Grant, error) {
			if req.Password != "securePassword123" {
				return nil, auth.ErrInvalidCredentials
			}
			return &auth.Grant{Token: sample.Token, Identity: *id}, nil
		},
		validate: func(token string, _ time.Duration) (*auth.Identity, error) {
			if token != sample.Token {
				return nil, auth.ErrInvalidToken
			}
			return id, nil
		},
		logout: func(string) error { return nil },
	}
	var providers []credentials.Provider
	for _, name := range []string{"aws", "nvidia"} {
		var body struct{ Credentials credentials.Masked }
		require.NoError(t, json.Unmarshal([]byte(doc["GET /api/auth/"+name+"-credentials"].ok), &body))
		providers = append(providers, provider{name, strings.ToUpper(name), shows(body.Credentials)})
	}
	h, err := httpadapter.New(a, &httpadapter.Options{Credentials: providers, Auditor: &authtest.Recorder{}})
	require.NoError(t, err)
	return h
}

const documentedToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."

func TestEverySuccessIsTheDocumentsByteForByte(t *testing.T) {
	doc := readDocument(t)
	h := documentedHandler(t, doc)
	login := post("/api/auth/login", `{"username":"john@example.com","password":"securePassword123"}`)
	for name, r := range map[string]*http.Request{
		"POST /api/auth/login":             login,
		"POST /api/auth/logout":            post("/api/auth/logout", ""),
		"GET /api/auth/aws-credentials":    get("/api/auth/aws-credentials", documentedToken),
		"GET /api/auth/nvidia-credentials": get("/api/auth/nvidia-credentials", documentedToken),
	} {
		t.Run(name, func(t *testing.T) {
			a := ask(t, h, r)
			require.Equal(t, http.StatusOK, a.status)
			require.Equal(t, doc[name].ok, a.raw)
		})
	}
}

func TestValidateHasTheDocumentsFieldsAndThoseItAbbreviates(t *testing.T) {
	doc := readDocument(t)
	h := documentedHandler(t, doc)
	a := ask(t, h, get("/api/auth/validate", documentedToken))
	require.Equal(t, http.StatusOK, a.status)

	var want answer
	require.NoError(t, json.Unmarshal([]byte(doc["GET /api/auth/validate"].ok), &want))
	require.Equal(t, want.Message, a.Message)
	require.NotEmpty(t, want.User)
	for key, value := range want.User {
		require.Equal(t, value, a.User[key], "validate's user.%s", key)
	}
	var login struct{ User json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(doc["POST /api/auth/login"].ok), &login))
	require.Equal(t, `{"success":true,"message":"Token is valid","user":`+string(login.User)+`}`, a.raw,
		"validate shows the same 11 keys as login, in the same order")
}

func TestEveryRefusalIsTheDocumentsByteForByte(t *testing.T) {
	doc := readDocument(t)
	h := documentedHandler(t, doc)
	login := "/api/auth/login"
	cases := []struct {
		endpoint string
		status   int
		requests []*http.Request // in the order of the document's samples
	}{
		{"POST /api/auth/login", 400, []*http.Request{post(login, `{}`)}},
		{"POST /api/auth/login", 401, []*http.Request{post(login, `{"username":"john","password":"wrong"}`)}},
		{"GET /api/auth/validate", 401, []*http.Request{get("/api/auth/validate", ""), get("/api/auth/validate", "wrong")}},
	}
	told := 0
	for _, c := range cases {
		var got string
		for _, r := range c.requests {
			a := ask(t, h, r)
			require.Equal(t, c.status, a.status)
			got += a.raw
		}
		require.Equal(t, doc[c.endpoint].refusals[c.status], got, "%s %d", c.endpoint, c.status)
		told++
	}
	for _, d := range doc {
		told -= len(d.refusals)
	}
	require.Zero(t, told, "every documented refusal is compared")
}

func TestUserAlwaysHasAllKeysAndNeverLoggedInIsNull(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	a := ask(t, h, get("/api/auth/validate", h.tokens[auth.RoleUser]))
	require.Len(t, a.User, 11)
	require.Contains(t, a.raw, `"name":"","organization":"","aws_region":"","role":"user","is_active":true,`)
	require.Contains(t, a.raw, `"last_login":null}`)

	a = ask(t, h, loginAs(auth.RoleUser))
	require.NotNil(t, a.User["last_login"], "last_login is the login just made")
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, a.User["last_login"])
}

func TestExamplesKeepTheirAmpersandsAndQuotes(t *testing.T) {
	const curl = `curl -X POST "https://x/?a=1&b=2" <in >out`
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{
		provider{"aws", "AWS", shows(credentials.Masked{CurlExample: curl})},
	}})
	a := ask(t, h, get("/api/auth/aws-credentials", h.tokens[auth.RoleAdmin]))
	require.Contains(t, a.raw, `"curlExample":"curl -X POST \"https://x/?a=1&b=2\" <in >out"`)
}
