package page

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// answer is what the API said.
type answer struct {
	Status      int           `json:"-"`
	RetryAfter  time.Duration `json:"-"` // zero: it does not say
	Message     string
	Sessions    []session
	Credentials *credentials.Masked
}

type session struct {
	ID        string
	CreatedAt time.Time `json:"created_at"`
	LastSeen  time.Time `json:"last_seen"`
	Address   string
	UserAgent string `json:"user_agent"`
	Current   bool
}

// ask has the API answer a request in which only the method, the path and the
// body are not those of r. The cookies it sets are set on w.
func (p *Page) ask(w http.ResponseWriter, r *http.Request, method, path string, fields map[string]string) *answer {
	in := r.Clone(r.Context())
	in.Method, in.URL.Path, in.URL.RawPath, in.URL.RawQuery = method, "/api/auth"+path, "", ""
	in.Header.Set("Content-Type", "application/json")
	body := encode(fields)
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return record(p.api, w, in)
}

// encode returns no body for what is not UTF-8, which JSON would have altered;
// the API refuses it then.
func encode(fields map[string]string) []byte {
	if fields == nil {
		return nil
	}
	for _, value := range fields {
		if !utf8.ValidString(value) {
			return nil
		}
	}
	body, _ := json.Marshal(fields) // strings always can be
	return body
}

// record returns what h answers.
func record(h http.Handler, w http.ResponseWriter, r *http.Request) *answer {
	rec := &recorder{header: make(http.Header)}
	h.ServeHTTP(rec, r)
	a := &answer{Status: rec.status}
	if err := json.Unmarshal(rec.body.Bytes(), a); err != nil {
		return &answer{Status: http.StatusInternalServerError, Message: "Internal server error"}
	}
	if seconds, err := strconv.Atoi(rec.header.Get("Retry-After")); err == nil {
		a.RetryAfter = time.Duration(seconds) * time.Second
	}
	for _, cookie := range rec.header.Values("Set-Cookie") {
		w.Header().Add("Set-Cookie", cookie)
	}
	return a
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

var administrators = []auth.Role{auth.RoleAdmin, auth.RoleSuperAdmin}

// signedIn shows a page to those who have one of the roles or, with none, to
// whoever is signed in. Others see the refusal of the API's own guard.
func (p *Page) signedIn(show func(http.ResponseWriter, *http.Request, *view), roles ...auth.Role) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in *http.Request
		asks := r
		if r.Method == http.MethodHead {
			asks = r.Clone(r.Context())
			asks.Method = http.MethodGet // to HEAD the guard refuses without a body, and so without a reason
		}
		refusal := record(p.api.Require(roles...)(http.HandlerFunc(func(w http.ResponseWriter, admitted *http.Request) {
			in = admitted
			w.WriteHeader(http.StatusOK)
			io.WriteString(w, "{}")
		})), w, asks)
		if in == nil {
			p.refuse(w, r, refusal)
			return
		}
		id, _ := auth.IdentityFrom(in.Context())
		show(w, in, &view{User: &id.User})
	}
}

// refuse shows a page that cannot be what was asked for.
func (p *Page) refuse(w http.ResponseWriter, r *http.Request, a *answer) {
	switch {
	case a.Status != http.StatusUnauthorized:
		render(w, a.Status, "failed", &view{Title: "That did not work", Problem: problemOf("", a)})
	case r.Method == http.MethodPost:
		render(w, a.Status, "signin", &view{Title: "Sign in", SignedOut: true, Problem: problemOf("", a)})
	default:
		render(w, http.StatusOK, "signin", &view{Title: "Sign in", SignedOut: true})
	}
}
