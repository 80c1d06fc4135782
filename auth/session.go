package auth

import (
	"net/netip"
	"strings"
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

// either stands before and between the two stamps of a session whose user is
// just changing the password. No stamp of a store begins with it.
const either = "\x1feither\x1f"

// eitherStamp is good before and after the one stamp takes the other's place.
func eitherStamp(before, after string) string { return either + before + either + after }

// under reports whether the session is good while its user has this stamp.
func (s *Session) under(stamp string) bool {
	if s.Stamp == stamp {
		return true // in one comparison, of no bytes where both are one string
	}
	rest, both := strings.CutPrefix(s.Stamp, either)
	before, after, _ := strings.Cut(rest, either)
	return both && (stamp == before || stamp == after)
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
