package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/auth/password"
)

// checkHashes reads the form of every password hash, and no more of it.
func checkHashes(ctx context.Context, p *patient) []finding {
	hasher, err := password.New(&password.Options{Legacy: p.formats})
	if err != nil {
		return wrong("give -hashes as the servers have it", "%v", err)
	}
	sample, err := hasher.Hash(ctx, rand.Text())
	if err != nil {
		return wrong("try again when the machine is less busy", "none can be made: %v", err)
	}
	total, old, unread := 0, make(map[string]int), make(map[string]int)
	const page = 500
	for after := ""; ; {
		accounts, err := p.Users.ListAccounts(ctx, after, page)
		if err != nil {
			return wrong("let this database user read the users", "they cannot be read: %v", err)
		}
		for _, a := range accounts {
			hash := a.PasswordHash.Reveal()
			if hash == "" {
				continue
			}
			total++
			switch {
			case !hasher.Reads(hash):
				unread[form(hash)]++
			case parameters(hash) != parameters(sample):
				old[form(hash)]++
			}
		}
		if len(accounts) < page {
			return hashFindings(total, old, unread)
		}
		after = accounts[len(accounts)-1].ID
	}
}

func hashFindings(total int, old, unread map[string]int) (found []finding) {
	if n, list := tally(unread); n > 0 {
		found = append(found, finding{
			Level:  failure,
			Text:   fmt.Sprintf("%d of %d cannot be read (%s), and their people cannot log in", n, total, list),
			Remedy: "name the forms with -hashes, for the servers and here, or set new passwords",
		})
	}
	if n, list := tally(old); n > 0 {
		found = append(found, finding{
			Level:  warning,
			Text:   fmt.Sprintf("%d of %d are not as new ones are made (%s)", n, total, list),
			Remedy: "a login makes each anew; disable the accounts that nobody uses",
		})
	}
	return found
}

// tally is how many there are, in all and of each form.
func tally(forms map[string]int) (total int, list string) {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		total += forms[name]
		parts = append(parts, fmt.Sprintf("%d %s", forms[name], name))
	}
	return total, strings.Join(parts, ", ")
}

// parameters is what a PHC string has before salt and tag, and all but the last
// two parts of another form.
func parameters(hash string) string {
	parts := strings.Split(hash, "$")
	return strings.Join(parts[:max(0, len(parts)-2)], "$")
}

// form is what a hash is called. Of one that is unknown nothing is repeated.
func form(hash string) string {
	for _, f := range []struct{ head, name string }{
		{"$argon2id$", "argon2id with other parameters"}, {"$argon2i$", "argon2i"}, {"$scrypt$", "scrypt"},
		{"$2a$", "bcrypt"}, {"$2b$", "bcrypt"}, {"$2y$", "bcrypt"}, {"pbkdf2_sha256$", "django"},
	} {
		if strings.HasPrefix(hash, f.head) {
			return f.name
		}
	}
	return "of an unknown form"
}
