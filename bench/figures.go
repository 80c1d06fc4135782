package main

import (
	"fmt"

	"github.com/sallyport-go/sallyport/bench/internal/result"
)

// hashMiB is what one argon2id hash takes with the library's parameters.
const hashMiB = 19

// figures are all that is promised, in the order of the page. slots is how many
// passwords are hashed at once.
func figures(slots int, s sizes) []result.Figure {
	most, least := result.AtMost, result.AtLeast
	var all []result.Figure
	for _, f := range []struct {
		name, text string
		bar        result.Bar
	}{
		{"verify-golang-jwt", "HS256 verify with all claims checked, golang-jwt v5 against ours, CPU", least(4, "x")},
		{"verify-allocs", "the same, allocations of ours", most(9, "")},
		{"verify-hmac", "the same, ours against pure HMAC, CPU", most(2.3, "x")},
		{"verify-eddsa", "EdDSA verify against crypto/ed25519, CPU", most(1.05, "x")},
		{"verify-es256", "ES256 verify against crypto/ecdsa, CPU", most(1.05, "x")},
		{"verify-rs256", "RS256 verify against crypto/rsa, CPU", most(1.05, "x")},
		{"http-memory", "GET /validate of a user in store/memory against a bare handler of equal body, server CPU", most(1.25, "x")},
		{"http-postgres", "the same with MaxAge 5 s over PostgreSQL", most(1.3, "x")},
		{"strict-postgres", "strict validate over PostgreSQL against one prepared join by hand, elapsed", most(1.25, "x")},
		{"strict-sqlite", "the same over SQLite", most(1.25, "x")},
		{"logins", "logins a second against pure argon2id at the same slots, store/memory", least(0.9, "x")},
		{"storm-p99", fmt.Sprintf("validate p99 while %d clients log in, against quiet", s.storm.clients), most(5, "x")},
		{"storm-p50", "the same, p50", most(1.3, "x")},
		{"storm-memory", "peak memory over idle in that storm", most(float64(3*slots*hashMiB+16), " MiB")},
		{"rows-memory", fmt.Sprintf("validate with %d sessions and as many users against %d of each, store/memory, CPU", s.many, s.few), most(1.3, "x")},
		{"rows-collected", "the same with the garbage collector's work, store/memory, CPU", most(1.3, "x")},
		{"rows-postgres", "the first over PostgreSQL, elapsed", most(1.5, "x")},
		{"rows-sqlite", "the same over SQLite, elapsed", most(3, "x")},
		{"session-bytes", "memory of a live session in store/memory beside its user agent", most(400, " bytes")},
		{"import-sqlite", fmt.Sprintf("peak memory of a %d-row user import against one of a tenth, SQLite", s.users), most(1.5, "x")},
		{"import-postgres", "the same into PostgreSQL", most(1.5, "x")},
	} {
		all = append(all, result.Figure{Name: f.name, Text: f.text, Bar: f.bar})
	}
	return all
}
