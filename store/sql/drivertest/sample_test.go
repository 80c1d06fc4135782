package drivertest

import (
	"net/netip"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// account returns one with this name.
func account(name string) *auth.Account {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return &auth.Account{
		User: auth.User{
			ID: "id-" + name, Username: name, Email: name + "@example.com",
			Name: "Jane Doe", Role: auth.RoleUser, Active: true,
			CreatedAt: now, UpdatedAt: now,
		},
		PasswordHash: auth.NewSecret("hash of " + name),
	}
}

// session returns one that lives from now on.
func session(id, userID string, life time.Duration) *auth.Session {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return &auth.Session{
		ID: id, UserID: userID, Stamp: "stamp", UserAgent: "curl/8.0",
		Remote:    netip.MustParseAddr("192.0.2.7"),
		CreatedAt: now, ExpiresAt: now.Add(life), LastSeen: now,
	}
}
