package httpadapter

import (
	"encoding/json"
	"errors"
	"net/http"
)

// validate says whose token it is.
func (h *Handler) validate(_ http.ResponseWriter, r *http.Request) (any, error) {
	id, err := h.identify(r, h.maxAge)
	if err != nil {
		return nil, err
	}
	return h.answers.of(&id.User)
}

// logout ends the session of every token the request carries, also where they
// differ: who shows a token may end it. Without one there is nothing to do.
// With cookies, only a request that a page of another origin cannot make is
// spared the check of its origin: one with a Bearer token and no cookie.
func (h *Handler) logout(w http.ResponseWriter, r *http.Request) (any, error) {
	c := h.carried(r)
	if h.cookie != nil && (len(c.cookies) > 0 || len(c.bearer) == 0) {
		if err := h.origins.check(r); err != nil {
			return nil, err
		}
	}
	r, done := h.inTime(r)
	defer done()
	var errs []error
	for _, token := range c.all() {
		errs = append(errs, h.auth.Logout(r.Context(), token))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if h.cookie != nil {
		h.cookie.clear(w)
	}
	return envelope{Success: true, Message: "Logged out"}, nil
}

// keys shows the public keys to anybody.
func (h *Handler) keys(http.ResponseWriter, *http.Request) (any, error) {
	if h.jwks == nil {
		return nil, errNotFound
	}
	set, ok := h.jwks()
	if !ok {
		return nil, errNotFound
	}
	return json.RawMessage(set), nil
}
