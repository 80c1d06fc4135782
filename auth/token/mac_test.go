package token_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sallyport-go/sallyport/auth/token"
)

// What one verification leaves behind decides nothing of the next, whichever
// key they have and however many run at once.
func TestVerificationsOfOneKeyAreApart(t *testing.T) {
	one, two := hs256(t, secret), hs256(t, other)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 200 {
				input := fmt.Sprintf("%d.%s%d", worker, strings.Repeat("a", n), n)
				mine, theirs := mac(input, secret), mac(input, other)
				assert.True(t, token.Checks(one, []byte(input), mine), input)
				assert.False(t, token.Checks(one, []byte(input), theirs), input)
				assert.False(t, token.Checks(one, []byte(input), mine[:31]), input)
				assert.False(t, token.Checks(one, []byte(input+"a"), mine), input)
				assert.False(t, token.Checks(one, []byte(input), nil), input)
				assert.True(t, token.Checks(two, []byte(input), theirs), input)
			}
		})
	}
	all.Wait()
}

// A host wipes its copy of the secret, or has a buffer for it.
func TestAKeyHasItsOwnSecret(t *testing.T) {
	given := append([]byte(nil), secret...)
	key := hs256(t, given)
	clear(given)
	tok := issue(t, newTokens(t, key, nil), benchClaims())
	assert.Equal(t, seal(tok[:strings.LastIndexByte(tok, '.')], secret), tok)
	_, err := newTokens(t, key, nil).Verify(t.Context(), tok)
	assert.NoError(t, err)
}
