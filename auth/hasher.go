package auth

import (
	"context"

	"github.com/sallyport-go/sallyport/auth/password"
)

// PasswordHasher hashes and checks passwords. [password.Hasher] is the one to
// use; a host with its own scheme implements these two methods.
type PasswordHasher interface {
	// Hash returns a new hash of the password, in a form Verify reads.
	Hash(ctx context.Context, password string) (string, error)

	// Verify compares. It spends the work of one hash on every call, also for
	// a hash that it cannot read, which is Result.Unusable and not an error.
	// An error means that nothing was compared: no slot was free, or ctx ended
	// before the work began. Once begun, it is finished whatever ctx does.
	Verify(ctx context.Context, hash, password string) (password.Result, error)
}

// HashReader is a PasswordHasher that can tell at once which hashes it reads.
// It is optional and is asked of the PasswordHasher value itself; an import of
// hashes that nothing reads is then refused.
type HashReader interface {
	// Reads reports whether Verify can compare a password with the hash, or
	// finds it Unusable.
	Reads(hash string) bool
}
