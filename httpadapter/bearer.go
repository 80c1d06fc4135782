package httpadapter

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// maxCarried bounds the tokens that one request can have us look at.
const maxCarried = 4

// carried is the tokens a request carries.
type carried struct {
	headers int      // Authorization headers of any scheme
	bearer  []string // from those of the Bearer scheme; "" where nothing follows it
	cookies []string // an empty cookie is none
}

func (h *Handler) carried(r *http.Request) carried {
	var c carried
	for _, value := range r.Header["Authorization"] {
		c.headers++
		if token, ok := bearer(value); ok {
			c.bearer = append(c.bearer, token)
		}
	}
	if h.cookie != nil {
		for _, found := range r.CookiesNamed(h.cookie.name()) {
			if found.Value != "" && spelled(r, found) {
				c.cookies = append(c.cookies, found.Value)
			}
		}
	}
	return c
}

// spelled reports whether the cookie's name stands in the header as it is.
// net/http takes "__Host-session =" for it too, and a browser that does not
// would let another host of the domain set it.
func spelled(r *http.Request, c *http.Cookie) bool {
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			value, ok := strings.CutPrefix(strings.Trim(pair, " \t"), c.Name+"=")
			if ok && (value == c.Value || value == `"`+c.Value+`"`) {
				return true
			}
		}
	}
	return false
}

// bearer returns what follows the scheme, whose case does not matter
// (RFC 9110, section 11.1), or false for another scheme.
func bearer(authorization string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(strings.Trim(authorization, " \t"), " ")
	return strings.TrimLeft(token, " "), strings.EqualFold(scheme, "Bearer")
}

// one returns the token if the header and the cookie do not contradict each
// other.
func (c carried) one() (string, error) {
	if c.headers > 1 {
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
