package httpadapter

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// maxCarried bounds the tokens that one request can have us look at.
const maxCarried = 4

// carried is the tokens a request carries, one more than maxCarried of a kind
// at most.
type carried struct {
	headers int      // Authorization headers of any scheme
	bearer  []string // from those of the Bearer scheme; "" where nothing follows it
	cookies []string // an empty cookie is none
}

func (h *Handler) carried(r *http.Request) carried {
	var c carried
	for _, value := range r.Header["Authorization"] {
		c.headers++
		if token, ok := bearer(value); ok && len(c.bearer) <= maxCarried {
			c.bearer = append(c.bearer, token)
		}
	}
	if h.cookie != nil {
		c.cookies = cookies(r.Header["Cookie"], h.cookie.name())
	}
	return c
}

// cookies returns the values under a name that stands there exactly. net/http
// takes "__Host-session =" for it too, and a browser that does not would let
// another host of the domain set it.
func cookies(lines []string, name string) (found []string) {
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			value, ok := strings.CutPrefix(strings.Trim(pair, " \t"), name+"=")
			if !ok {
				continue
			}
			if value = unquoted(value); value != "" {
				found = append(found, value)
			}
			if len(found) > maxCarried {
				return found
			}
		}
	}
	return found
}

// unquoted returns what a cookie says (RFC 6265, section 4.1.1).
func unquoted(value string) string {
	if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
		return value[1 : n-1]
	}
	return value
}

// bearer returns what follows the scheme, whose case does not matter
// (RFC 9110, section 11.1), or false for another scheme.
func bearer(authorization string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(strings.Trim(authorization, " \t"), " ")
	return strings.TrimLeft(token, " "), strings.EqualFold(scheme, "Bearer")
}

// one returns the token if the header and the cookies do not contradict each
// other.
func (c carried) one() (string, error) {
	if c.headers > 1 || len(c.cookies) > maxCarried {
		return "", auth.ErrInvalidToken
	}
	var token string
	for _, found := range [...][]string{c.bearer, c.cookies} {
		for _, next := range found {
			if next == "" || token != "" && next != token {
				return "", auth.ErrInvalidToken
			}
			token = next
		}
	}
	if token == "" {
		return "", errNoToken
	}
	return token, nil
}

// all returns the different tokens, the first few of them.
func (c carried) all() []string {
	var tokens []string
	for _, token := range slices.Concat(c.bearer, c.cookies) {
		if token != "" && len(tokens) < maxCarried && !slices.Contains(tokens, token) {
			tokens = append(tokens, token)
		}
	}
	return tokens
}
