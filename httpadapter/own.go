package httpadapter

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// Sessions are the sessions of a user as that user may see and end them.
// auth.Service has these methods, and says what they promise.
type Sessions interface {
	Sessions(ctx context.Context, userID string) ([]auth.Session, error)
	EndSession(ctx context.Context, userID, sessionID string) error
	EndUserSessions(ctx context.Context, userID, exceptID string) error
}

// Passwords changes a user's own password. auth.Accounts has this method, and
// says what it promises. The Reason of an auth.PolicyError reaches the client.
type Passwords interface {
	ChangePassword(ctx context.Context, c auth.PasswordChange) error
}

// own returns who asks for something of their own, looked up anew, and the
// context in which it is done, which tells the record who that was.
func (h *Handler) own(r *http.Request) (context.Context, *auth.Identity, error) {
	id, err := h.identify(r, 0)
	if err != nil {
		return nil, nil, err
	}
	return auth.WithIdentity(r.Context(), id), id, nil
}

func (h *Handler) listSessions(_ http.ResponseWriter, r *http.Request) (any, error) {
	ctx, id, err := h.own(r)
	if err != nil {
		return nil, err
	}
	found, err := h.sessions.Sessions(ctx, id.User.ID)
	if err != nil {
		return nil, err
	}
	list := make([]session, len(found))
	for i := range found {
		list[i] = sessionOf(&found[i], id.Session.ID)
	}
	return envelope{Success: true, Message: "Sessions listed", Sessions: list}, nil
}

// endSession ends one session. Whether it is somebody else's or nobody's is
// not told apart.
func (h *Handler) endSession(w http.ResponseWriter, r *http.Request) (any, error) {
	ctx, id, err := h.own(r)
	if err != nil {
		return nil, err
	}
	one, _ := sessionID(strings.TrimPrefix(r.URL.Path, h.prefix))
	if !only(one, unreserved) || len(one) > maxSessionID {
		return nil, auth.ErrSessionNotFound
	}
	if err := h.sessions.EndSession(ctx, id.User.ID, one); err != nil {
		return nil, err
	}
	if h.cookie != nil && one == id.Session.ID {
		h.cookie.clear(w)
	}
	return envelope{Success: true, Message: "Session ended"}, nil
}

// endOthers ends all sessions but the one that asks.
func (h *Handler) endOthers(_ http.ResponseWriter, r *http.Request) (any, error) {
	ctx, id, err := h.own(r)
	if err != nil {
		return nil, err
	}
	if err := h.sessions.EndUserSessions(ctx, id.User.ID, id.Session.ID); err != nil {
		return nil, err
	}
	return envelope{Success: true, Message: "Other sessions ended"}, nil
}

// changePassword keeps the session that asks, and with it its cookie.
func (h *Handler) changePassword(w http.ResponseWriter, r *http.Request) (any, error) {
	ctx, id, err := h.own(r)
	if err != nil {
		return nil, err
	}
	typed, err := readStrings(w, r, "current_password", "new_password")
	if err != nil {
		return nil, err
	}
	if typed[0] == "" || typed[1] == "" {
		return nil, errPasswords
	}
	err = h.passwords.ChangePassword(ctx, auth.PasswordChange{
		UserID:    id.User.ID,
		SessionID: id.Session.ID,
		Current:   auth.NewSecret(typed[0]),
		New:       auth.NewSecret(typed[1]),
		Remote:    h.clientAddr(r),
		UserAgent: r.UserAgent(),
	})
	if errors.Is(err, auth.ErrUserNotFound) {
		err = auth.ErrInvalidToken // gone since it was looked up
	}
	if err != nil {
		return nil, err
	}
	return envelope{Success: true, Message: "Password changed"}, nil
}

// maxSessionID bounds what a store is asked for.
const maxSessionID = 128

// sessionID returns what a path below the prefix names after "/sessions/", if
// that is one segment.
func sessionID(rest string) (id string, ok bool) {
	id, ok = strings.CutPrefix(rest, "/sessions/")
	return id, ok && id != "" && !strings.Contains(id, "/")
}
