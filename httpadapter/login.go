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
	typed, err := readStrings(w, r, "username", "password")
	if err != nil {
		return nil, err
	}
	if typed[0] == "" || typed[1] == "" {
		return nil, auth.ErrCredentialsRequired
	}
	grant, err := h.auth.Login(r.Context(), auth.LoginRequest{
		Login:     typed[0],
		Password:  typed[1],
		Remote:    h.clientAddr(r),
		UserAgent: r.UserAgent(),
		Replaces:  h.carried(r).cookies,
	})
	if err != nil {
		return nil, err
	}
	if grant == nil || grant.Token == "" {
		return nil, errNoResult
	}
	answer := envelope{Success: true, Message: "Login successful", Token: grant.Token, User: userOf(&grant.Identity.User)}
	if h.cookie != nil {
		h.cookie.set(w, grant)
		if h.cookie.OmitToken {
			answer.Token = ""
		}
	}
	return answer, nil
}
