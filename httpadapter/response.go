package httpadapter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// refusal is an answer other than 200. It is an error so that endpoints can
// return it.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

// The refusals this package decides on itself.
var (
	errBody          = &refusal{http.StatusBadRequest, "Invalid request body"}
	errNoToken       = &refusal{http.StatusUnauthorized, "No token provided"}
	errAdminRequired = &refusal{http.StatusForbidden, "Admin access required"}
	errAccessDenied  = &refusal{http.StatusForbidden, "Access denied"}
	errCrossOrigin   = &refusal{http.StatusForbidden, "Cross-origin request refused"}
	errNotFound      = &refusal{http.StatusNotFound, "Not found"}
	errPasswords     = &refusal{http.StatusBadRequest, "Current and new password are required"}
	errMethod        = &refusal{http.StatusMethodNotAllowed, "Method not allowed"}
	errSlowBody      = &refusal{http.StatusRequestTimeout, "Request body was not received in time"}
	errLongBody      = &refusal{http.StatusRequestEntityTooLarge, "Request body too large"}
	errContentType   = &refusal{http.StatusUnsupportedMediaType, "Content-Type must be application/json"}
)

var (
	unavailable = &refusal{http.StatusServiceUnavailable, "Service temporarily unavailable"}
	internal    = &refusal{http.StatusInternalServerError, "Internal server error"}
)

// refusals says how the errors of package auth are answered; the first match
// wins. What is not here is internal.
var refusals = []struct {
	err    error
	answer *refusal
}{
	{auth.ErrCredentialsRequired, &refusal{http.StatusBadRequest, "Username and password are required"}},
	{auth.ErrInvalidCredentials, &refusal{http.StatusUnauthorized, "Invalid username or password"}},
	{auth.ErrInvalidToken, &refusal{http.StatusUnauthorized, "Invalid or expired token"}},
	{auth.ErrSessionNotFound, &refusal{http.StatusNotFound, "Session not found"}},
	{auth.ErrWrongPassword, &refusal{http.StatusForbidden, "Current password is wrong"}}, // a 401 would have clients drop a token that is good
	{auth.ErrThrottled, &refusal{http.StatusTooManyRequests, "Too many login attempts"}},
	{auth.ErrUnavailable, unavailable},
	{context.Canceled, unavailable},
	{context.DeadlineExceeded, unavailable},
}

func refusalOf(err error) *refusal {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	if weak, ok := errors.AsType[*auth.PolicyError](err); ok {
		return &refusal{http.StatusBadRequest, "Password " + weak.Reason}
	}
	for _, row := range refusals {
		if errors.Is(err, row.err) {
			return row.answer
		}
	}
	return internal
}

// refuse answers err. The cause of an internal error goes to the log only,
// beside the pattern and not the path, which may hold a host's secrets.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	a := refusalOf(err)
	switch a.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110, section 15.5.2
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter(err))
	case http.StatusRequestTimeout:
		w.Header().Set("Connection", "close") // RFC 9110, section 15.5.9
	case http.StatusInternalServerError:
		h.log.ErrorContext(r.Context(), "httpadapter: internal error", "method", r.Method, "pattern", r.Pattern, "err", err)
	}
	body, _ := encode(envelope{Message: a.message}) // two plain fields
	write(w, r, a.status, body)
}

// retryAfter returns whole seconds, rounded up; one where err does not say.
func retryAfter(err error) string {
	after := time.Second
	if wait, ok := errors.AsType[*auth.RetryAfter](err); ok {
		after = max(after, wait.After)
	}
	seconds := int64(after / time.Second)
	if after%time.Second > 0 {
		seconds++
	}
	return strconv.FormatInt(seconds, 10)
}

// How long and how far a body is read that decides nothing any more.
const (
	lingerTime  = 3 * time.Second
	lingerBytes = 16 << 20
)

// envelope is every answer, its fields in the documented order.
type envelope struct {
	Success     bool      `json:"success"`
	Message     string    `json:"message,omitempty"`
	Token       string    `json:"token,omitempty"`
	User        *user     `json:"user,omitempty"`
	Credentials any       `json:"credentials,omitempty"`
	Sessions    []session `json:"sessions,omitzero"` // an empty list is in the answer
}

// user has all of its keys in every answer.
type user struct {
	ID           string    `json:"id"`
	Username     string    `json:"username"`
	Email        string    `json:"email"`
	Name         string    `json:"name"`
	Organization string    `json:"organization"`
	AWSRegion    string    `json:"aws_region"`
	Role         auth.Role `json:"role"`
	IsActive     bool      `json:"is_active"`
	CreatedAt    string    `json:"created_at"`
	UpdatedAt    string    `json:"updated_at"`
	LastLogin    *string   `json:"last_login"` // null: never
}

func userOf(u *auth.User) *user {
	out := &user{
		ID: u.ID, Username: u.Username, Email: u.Email, Name: u.Name,
		Organization: u.Organization, AWSRegion: u.AWSRegion,
		Role: u.Role, IsActive: u.Active,
		CreatedAt: stamp(u.CreatedAt), UpdatedAt: stamp(u.UpdatedAt),
	}
	if !u.LastLogin.IsZero() {
		at := stamp(u.LastLogin)
		out.LastLogin = &at
	}
	return out
}

// session is one of a list. Its ID is no token: it opens nothing.
type session struct {
	ID        string `json:"id"`
	CreatedAt string `json:"created_at"`
	LastSeen  string `json:"last_seen"` // true to about a minute
	ExpiresAt string `json:"expires_at"`
	Address   string `json:"address"` // empty: not known
	UserAgent string `json:"user_agent"`
	Current   bool   `json:"current"`
}

func sessionOf(s *auth.Session, current string) session {
	out := session{
		ID: s.ID, CreatedAt: stamp(s.CreatedAt), LastSeen: stamp(s.LastSeen), ExpiresAt: stamp(s.ExpiresAt),
		UserAgent: s.UserAgent, Current: s.ID == current,
	}
	if s.Remote.IsValid() {
		out.Address = s.Remote.String()
	}
	return out
}

// stamp is RFC 3339 in UTC and whole seconds.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// encoded is an answer in JSON already.
type encoded []byte

// encode returns v as JSON that keeps &, < and >, which examples are full of.
func encode(v any) ([]byte, error) {
	if ready, ok := v.(encoded); ok {
		return ready, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// write is the one place that writes a status and a body.
func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	header := w.Header()
	values := []string{"application/json", strconv.Itoa(len(body)), "no-store", "nosniff"} // Set would make a slice of each
	header["Content-Type"] = values[0:1:1]
	header["Content-Length"] = values[1:2:2]
	header["Cache-Control"] = values[2:3:3]
	header["X-Content-Type-Options"] = values[3:4:4]
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // a client that has gone is nobody to tell
	}
	linger(w, r)
}

// linger reads on, within bounds, after an answer that came before the end of
// the request's body. net/http closes a connection whose body is not read, and
// a client that sends all before it looks would meet a broken connection in
// place of the answer.
func linger(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 || r.Body == nil || r.Header.Get("Expect") != "" {
		return
	}
	control := http.NewResponseController(w)
	control.Flush()
	control.SetReadDeadline(time.Now().Add(lingerTime)) // where that cannot be set, the server's own holds
	io.CopyN(io.Discard, r.Body, lingerBytes)
}
