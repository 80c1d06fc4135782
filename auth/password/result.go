package password

import "time"

// Result is the outcome of comparing a password with a stored hash.
type Result struct {
	OK       bool // the password is right
	Stale    bool // it is right, and the hash should be made anew with today's parameters
	Unusable bool // the stored hash is empty, malformed, too costly or of a format not enabled

	// NotBefore is the earliest moment at which a refusal may be answered.
	// With formats of different cost in one table, an earlier answer would
	// tell which one an account has. Zero: at once.
	NotBefore time.Time
}
