package authtest

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Identity returns u with a session that began now and lasts a day, as of now.
// What Fake.Add makes for a user is made here too.
func Identity(u auth.User) *auth.Identity {
	u = complete(u)
	now := time.Now().UTC().Truncate(time.Second)
	return &auth.Identity{
		User: u,
		Session: auth.Session{
			ID:        rand.Text(),
			UserID:    u.ID,
			Stamp:     u.Stamp,
			CreatedAt: now,
			ExpiresAt: now.Add(lifetime),
			LastSeen:  now,
		},
		ReadAt: now,
	}
}

// Request returns r as a guarded handler sees it: [auth.IdentityFrom] finds
// id in its context.
func Request(r *http.Request, id *auth.Identity) *http.Request {
	return r.WithContext(auth.WithIdentity(r.Context(), id))
}
