package httpadapter

import (
	"context"
	"net/http"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// login checks, in this order: the origin (with cookies), the content type,
// the size, the form, that both fields are there, and then the password.
func (h *Handler) login(w http.ResponseWriter, r *http.Request) (any, error) {
	began := time.Now()
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
	})
	if err != nil {
		return nil, err
	}
	if grant == nil || grant.Token == "" {
		return nil, errNoResult
	}
	answer := envelope{Success: true, Message: "Login successful", Token: grant.Token, User: userOf(&grant.Identity.User)}
	if h.cookie != nil {
		h.endReplaced(r, began)
		h.cookie.set(w, grant)
		if h.cookie.OmitToken {
			answer.Token = ""
		}
	}
	return answer, nil
}

// endReplaced ends the session whose cookie the new one takes the place of.
// The login has succeeded by now and stays so, whatever comes of this: where
// it takes longer than a request may, it goes on behind the answer.
func (h *Handler) endReplaced(r *http.Request, began time.Time) {
	tokens := h.carried(r).cookies
	if len(tokens) == 0 {
		return
	}
	ctx, done := context.WithoutCancel(r.Context()), make(chan struct{})
	go func() {
		defer close(done)
		for _, token := range tokens {
			if err := h.end(ctx, token); err != nil {
				h.log.ErrorContext(ctx, "httpadapter: the session that a login replaced was not ended", "err", err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Until(began.Add(h.timeout + h.timeout/3))):
	}
}

// end is a logout in which a panic is an error.
func (h *Handler) end(ctx context.Context, token string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = h.mishap(ctx, p) // not dropped: its connection is that of the login
		}
	}()
	return h.auth.Logout(ctx, token)
}
