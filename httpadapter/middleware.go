package httpadapter

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// errNoResult: a host's own part broke its contract. It is answered 500.
var errNoResult = errors.New("a call returned neither a result nor an error")

// Require returns a middleware that lets in those who have one of the roles,
// or, with no roles at all, whoever has a live session. Others are answered
// 401, 403 or 503 in the documented form and next is not called. The guarded
// handler finds the user with auth.IdentityFrom(r.Context()).
func (h *Handler) Require(roles ...auth.Role) func(next http.Handler) http.Handler {
	roles = slices.Clone(roles)
	return h.RequireFunc(func(id *auth.Identity) bool {
		return len(roles) == 0 || slices.Contains(roles, id.User.Role)
	})
}

// RequireFunc is Require with the host's own rule for those who have a live
// session. A nil allow lets nobody in.
func (h *Handler) RequireFunc(allow func(*auth.Identity) bool) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, err := h.admit(r, allow)
			if err != nil {
				h.refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(auth.WithIdentity(r.Context(), id)))
		})
	}
}

// admit returns who sent the request, if the rule lets them in. A panic in
// finding out is an error; one in the guarded handler is the host's.
func (h *Handler) admit(r *http.Request, allow func(*auth.Identity) bool) (id *auth.Identity, err error) {
	defer func() {
		if p := recover(); p != nil {
			id, err = nil, h.panicked(r.Context(), p)
		}
	}()
	id, err = h.identify(r, h.maxAge)
	if err != nil {
		return nil, err
	}
	if allow == nil || !allow(id) {
		return nil, errAccessDenied
	}
	return id, nil
}

// identify returns who sent the request. A cookie is only believed from our
// own pages, since a browser sends it along with anybody's.
func (h *Handler) identify(r *http.Request, maxAge time.Duration) (*auth.Identity, error) {
	c := h.carried(r)
	token, err := c.one()
	if err != nil {
		return nil, err
	}
	if len(c.cookies) > 0 {
		if err := h.origins.check(r); err != nil {
			return nil, err
		}
	}
	id, err := h.auth.Validate(r.Context(), token, maxAge)
	if err != nil {
		return nil, err
	}
	if id == nil {
		return nil, errNoResult
	}
	return id, nil
}
