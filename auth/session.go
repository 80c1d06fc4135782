package auth

import (
	"net/netip"
	"time"
)

// Session is one login that has not ended. It is the authority on who is
// logged in; a token only names it.
type Session struct {
	ID        string // at least 128 random bits; the token's jti
	UserID    string
	Stamp     string // the user's stamp when the session was made; see User.Stamp
	UserAgent string // as the client sent it, at most 256 bytes
	Remote    netip.Addr
	CreatedAt time.Time
	ExpiresAt time.Time
	LastSeen  time.Time // true to about a minute
}

// Identity is who a valid token belongs to.
type Identity struct {
	User    User
	Session Session
	ReadAt  time.Time // when the stores were asked; a cached identity keeps its own
}

// Grant is a successful login. It prints without its token.
type Grant struct {
	Token    string
	Identity Identity
}
