package password

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const (
	bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	bcryptLength   = 60 // of a stored hash
	bcryptMost     = 16 // the highest cost a host may ask for: some 4 s
	bcryptInput    = 72 // bytes of a password that the algorithm reads
)

// Bcrypt is $2a$, $2b$ and $2y$ hashes of a cost up to the given one, which is
// 4 to 16; 10 and 12 are common.
//
// A password longer than 72 bytes never matches, and costs what any other
// does. Libraries that cut it there have made hashes that any password with
// the same beginning would open; their owners need a new password. Nor does
// one with a NUL byte match: the algorithm reads "a" and "a\x00a" as one.
func Bcrypt(cost int) Format {
	f := Format{name: "Bcrypt"}
	if cost < bcrypt.MinCost || cost > bcryptMost {
		f.err = fmt.Errorf("password: Bcrypt(%d) is out of range: give the highest cost in the table, %d to %d",
			cost, bcrypt.MinCost, bcryptMost)
	}
	f.sample = fmt.Sprintf("$2b$%02d$%s", cost, strings.Repeat(".", 53))
	f.parse = func(stored string) (candidate, bool) {
		c, ok := parseBcrypt(stored)
		return candidate{match: bcryptMatcher(stored), stale: true}, ok && c <= cost
	}
	return f
}

// parseBcrypt returns the cost of "$2b$12$" and 53 characters.
func parseBcrypt(stored string) (cost int, ok bool) {
	if len(stored) != bcryptLength {
		return 0, false
	}
	switch stored[:4] {
	case "$2a$", "$2b$", "$2y$":
	default:
		return 0, false
	}
	tens, ones := stored[4]-'0', stored[5]-'0' // wraps far beyond 9 for what is below '0'
	if tens > 9 || ones > 9 || stored[6] != '$' {
		return 0, false
	}
	if strings.Trim(stored[7:], bcryptAlphabet) != "" {
		return 0, false
	}
	cost = int(tens)*10 + int(ones)
	return cost, cost >= bcrypt.MinCost && cost <= bcryptMost
}

// bcryptMatcher compares. x/crypto makes no hash of a longer password than 72
// bytes, yet it compares one by its first 72: so the refusal is here, after
// the work.
func bcryptMatcher(stored string) func(password string) bool {
	return func(password string) bool {
		readable := len(password) <= bcryptInput && strings.IndexByte(password, 0) < 0
		input := []byte(password[:min(len(password), bcryptInput)])
		err := bcrypt.CompareHashAndPassword([]byte(stored), input)
		return err == nil && readable
	}
}
