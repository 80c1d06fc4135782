package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Role is what a user may do. The set is closed: a store that answers any
// other value has that user refused and reported, never treated as the nearest
// match.
type Role string

// The three roles of the documented API.
const (
	RoleUser       Role = "user"
	RoleAdmin      Role = "admin"
	RoleSuperAdmin Role = "super_admin"
)

// Valid reports whether r is exactly one of the three roles.
func (r Role) Valid() bool {
	return r == RoleUser || r == RoleAdmin || r == RoleSuperAdmin
}

// ParseRole returns the role spelled s. Case and surrounding space matter:
// "Admin" and "admin " are errors.
func ParseRole(s string) (Role, error) {
	if r := Role(s); r.Valid() {
		return r, nil
	}
	shown := ""
	if len(s) <= maxShown && !strings.ContainsFunc(s, noRoleHas) {
		shown = fmt.Sprintf(" %q", s)
	}
	return "", fmt.Errorf("%w: role%s is not one of user, admin, super_admin", ErrInvalidAccount, shown)
}

// maxShown is how long a misspelt role is repeated. In a file whose columns are
// in another order, a hash stands in its place.
const maxShown = 16

func noRoleHas(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("_- ", r) }

// User is a person as the rest of a program may see them: no password hash.
type User struct {
	ID           string // a UUID in the library's own tables; anything printable in a host's
	Username     string
	Email        string
	Name         string
	Organization string
	AWSRegion    string
	Role         Role
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time // a login does not change it
	LastLogin    time.Time // zero: never

	// Stamp changes whenever the password hash does; see [StampOf]. A session
	// remembers the stamp it was made under and ends when the user's is
	// another one. Empty throughout: the store does not offer it.
	Stamp string

	// Unknown names what the store has for this user and could make nothing
	// of, such as "active value". A user of whom anything is unknown is refused
	// and reported. It holds no value: a column may be the wrong one. Empty:
	// nothing is unknown.
	Unknown string
}

// Account is a User with the password hash. Only what checks or moves one reads
// it: a login, a password change, an import and an export.
type Account struct {
	User
	PasswordHash Secret // empty: this user has no password and cannot log in with one
}

// StampOf derives a [User.Stamp] from the content of the password hash column.
// It is a truncated digest and cannot be turned back into the hash.
func StampOf(passwordHash string) string {
	sum := sha256.Sum256([]byte("sallyport stamp\x00" + passwordHash))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// ValidRegion reports whether s has the form of an AWS region name, such as
// "eu-north-1" or "us-gov-west-1", and at most 32 characters. A region becomes
// part of a host name and of example programs, so it is checked when it is
// written and again when it is used.
func ValidRegion(s string) bool {
	parts := strings.Split(s, "-")
	last := len(parts) - 1
	if len(s) > 32 || last < 2 || len(parts[0]) < 2 || len(parts[0]) > 4 {
		return false
	}
	for _, p := range parts[:last] {
		if !within(p, 'a', 'z') {
			return false
		}
	}
	return within(parts[last], '0', '9')
}

// within reports whether s has nothing but bytes from lo to hi, and some.
func within(s string, lo, hi byte) bool {
	for i := range len(s) {
		if s[i] < lo || s[i] > hi {
			return false
		}
	}
	return s != ""
}
