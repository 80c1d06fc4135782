//go:build !race

package token_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Most of these are the HMAC's own. The race detector makes more.
func TestVerifyAllocatesLittle(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	tok := issue(t, tokens, benchClaims())
	ctx := t.Context()
	allocs := testing.AllocsPerRun(1000, func() {
		if _, err := tokens.Verify(ctx, tok); err != nil {
			t.Fatal(err)
		}
	})
	require.LessOrEqual(t, allocs, 9.0, "an HS256 verification makes at most nine allocations")
}
