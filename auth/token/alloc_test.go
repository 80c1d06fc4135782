//go:build !race

package token_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// Allocations are exact where times are not. The race detector makes more.
func TestAllocationsOnHotPaths(t *testing.T) {
	for _, p := range hotPaths(t) {
		p.run() // what is kept from the first time on
		if n := testing.AllocsPerRun(200, p.run); n > p.allocs {
			t.Errorf("%s makes %v allocations, not %v: if it must, raise the number in hotPaths and say why", p.name, n, p.allocs)
		}
	}
}

// A token is good for hours. None stays behind where the next is decoded. The
// race detector has the pool forget at random.
func TestNoTokenStaysInThePool(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	good := issue(t, tokens, benchClaims())
	for _, tok := range []string{good, good + "A", good[:len(good)-1] + "_", seal(documented+"."+strings.Repeat("AAAA", 900), secret)} {
		for range 10 { // the pool is one of each processor
			tokens.Verify(t.Context(), tok)
			require.False(t, token.Scratch(tokens), "%d bytes", len(tok))
		}
	}
}
