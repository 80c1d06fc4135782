package httpadapter

import (
	"net/http"

	"github.com/sallyport-go/sallyport/auth"
)

// login checks, in this order: the origin (with cookies), the content type,
// the size, the form, that both fields are there, and then the password.
func (h *Handler) login(w http.ResponseWriter, r *http.Request) (any, error) {
	if h.cookie != nil {
		if err := h.origins.check(r); err != nil {
			return nil, err
		}
	}
	username, password, err := readLogin(w, r)
	if err != nil {
		return nil, err
	}
	grant, err := h.auth.Login(r.Context(), auth.LoginRequest{
		Login:     username,
		Password:  password,
		Remote:    h.clientAddr(r),
		UserAgent: r.UserAgent(),
	})
	if err != nil {
		return nil, err
	}
	if grant == nil || grant.Token == "" {
		return nil, errNoResult
	}
	answer := envelope{Success: true, Message: "Login successful", Token: grant.Token, User: userOf(&grant.Identity.User)}
	if h.cookie != nil {
		h.endReplaced(r)
		h.cookie.set(w, grant)
		if h.cookie.OmitToken {
			answer.Token = ""
		}
	}
	return answer, nil
}

// endReplaced ends the session whose cookie the new one takes the place of.
// The login has succeeded by now and stays so, whatever comes of this.
func (h *Handler) endReplaced(r *http.Request) {
	for _, token := range h.carried(r).cookies {
		if err := h.auth.Logout(r.Context(), token); err != nil {
			h.log.ErrorContext(r.Context(), "httpadapter: the session that a login replaced was not ended", "err", err)
		}
	}
}
