package httpadapter

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/internal/printable"
)

// credentials shows what p has to an administrator, who is looked up anew. The
// look is on record before the answer; without a record there is none.
func (h *Handler) credentials(p credentials.Provider) endpoint {
	return func(_ http.ResponseWriter, r *http.Request) (any, error) {
		r, done := h.inTime(r)
		defer done()
		id, err := h.identify(r, 0)
		if err != nil {
			return nil, err
		}
		if role := id.User.Role; role != auth.RoleAdmin && role != auth.RoleSuperAdmin {
			return nil, errAdminRequired
		}
		masked, err := h.masked(r, p, &id.User)
		if err != nil {
			return nil, err
		}
		if err := h.recordView(r, p, id); err != nil {
			return nil, err
		}
		return envelope{Success: true, Credentials: h.shown(masked)}, nil
	}
}

func (h *Handler) masked(r *http.Request, p credentials.Provider, u *auth.User) (*credentials.Masked, error) {
	ctx, done := h.bounded(r)
	defer done()
	masked, err := p.Masked(ctx, u)
	switch {
	case errors.Is(err, auth.ErrSecretNotFound):
		return nil, &refusal{http.StatusNotFound, p.Title() + " credentials are not configured"}
	case err != nil:
		doing := "read " + p.Name() + " credentials"
		h.report(ctx, doing, err)
		return nil, h.fault(r, doing, err)
	case masked == nil:
		return nil, errNoResult
	}
	return masked, nil
}

// shown returns what the answer has of masked: the documented fields, and the
// details where the host asked for them.
func (h *Handler) shown(masked *credentials.Masked) any {
	if !h.details {
		return masked
	}
	d := detailed{Masked: masked, Source: masked.Source, Version: masked.Version}
	if !masked.Expires.IsZero() {
		d.Expiry = stamp(masked.Expires)
	}
	return d
}

// detailed follows the documented fields with those that are not.
type detailed struct {
	*credentials.Masked
	Source  string `json:"source,omitempty"`
	Version string `json:"version,omitempty"`
	Expiry  string `json:"expiry,omitempty"`
}

func (h *Handler) recordView(r *http.Request, p credentials.Provider, id *auth.Identity) error {
	ctx, done := h.bounded(r)
	defer done()
	err := h.auditor.Audit(ctx, auth.Event{
		Kind:      auth.EventCredentialViewed,
		Time:      time.Now().UTC(),
		UserID:    id.User.ID,
		Username:  id.User.Username,
		SessionID: id.Session.ID,
		Remote:    h.clientAddr(r),
		UserAgent: printable.Text(r.UserAgent()),
		Reason:    p.Name(),
	})
	if err != nil {
		return h.fault(r, "audit a look at "+p.Name()+" credentials", err)
	}
	return nil
}

// unconfigured stands for a documented provider that the host did not give.
type unconfigured struct{ name, title string }

func (u unconfigured) Name() string  { return u.name }
func (u unconfigured) Title() string { return u.title }

func (u unconfigured) Masked(context.Context, *auth.User) (*credentials.Masked, error) {
	return nil, auth.ErrSecretNotFound
}
