package token_test

import (
	"testing"

	"github.com/sallyport-go/sallyport/auth"
)

// hotPath is what the requests of a host do all the time.
type hotPath struct {
	name   string
	allocs float64 // the most it may make
	run    func()
}

// hotPaths has each kind of key, and what an attacker may send as often as they
// like. Most allocations are those of the signature.
func hotPaths(t testing.TB) []hotPath {
	most := map[string]struct{ verify, issue float64 }{
		"HS256": {2, 18}, "HS256 named": {2, 18}, "EdDSA": {4, 12}, "Ed25519": {4, 12}, "RS256": {14, 16},
		"ES256": {26, 100}, // some signatures take longer to make than others
	}
	ctx := t.Context()
	var paths []hotPath
	for _, k := range keys(t) {
		tokens := newTokens(t, k.private, nil)
		c := benchClaims()
		tok := issue(t, tokens, c)
		paths = append(paths, hotPath{"Verify " + k.name, most[k.name].verify, func() {
			if _, err := tokens.Verify(ctx, tok); err != nil {
				t.Error(err)
			}
		}}, hotPath{"Issue " + k.name, most[k.name].issue, func() {
			if _, err := tokens.Issue(ctx, c); err != nil {
				t.Error(err)
			}
		}})
	}
	tokens := newTokens(t, hs256(t, secret), nil)
	for name, tok := range map[string]string{
		"no token":         "x",
		"another's header": issue(t, newTokens(t, hs256(t, other).Named(), nil), benchClaims()),
	} {
		paths = append(paths, hotPath{"Verify " + name, 0, func() {
			if _, err := tokens.Verify(ctx, tok); err != auth.ErrInvalidToken {
				t.Errorf("Verify: %v", err)
			}
		}})
	}
	return paths
}

func BenchmarkHotPaths(b *testing.B) {
	for _, p := range hotPaths(b) {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.run()
			}
		})
	}
}

// benchClaims are of the usual sizes.
func benchClaims() auth.Claims {
	c := claimsNow()
	c.SessionID, c.UserID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "018f3d1e-7b1c-4c5e-9f00-000000000000"
	return c
}
