package auth_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// What is remembered of denials is bounded; when that is full, only those whose
// window is over make room.
func TestDenialsAreBounded(t *testing.T) {
	require.Equal(t, 8192, auth.MaxDenials)
	synctest.Test(t, func(t *testing.T) {
		var d auth.Denials
		for i := range auth.MaxDenials - 1 {
			d.Put(fmt.Sprint(i), time.Minute)
		}
		d.Link("alias", "0")
		require.Equal(t, time.Minute, d.Left("alias"), "there is room for one more name")
		require.Equal(t, auth.MaxDenials, d.Len())
		d.Link("another alias", "0")
		require.Zero(t, d.Left("another alias"), "and for no other")
		d.Put("one more", time.Minute)
		require.Zero(t, d.Left("one more"), "the store is asked about what there is no room for")
		require.Equal(t, 1, d.Refuse("one more"), "and each refusal of it is told")
		require.Equal(t, 1, d.Refuse("one more"), "and each refusal of it is told")
		d.Put("0", 2*time.Minute)
		require.Equal(t, 2*time.Minute, d.Left("0"), "what is remembered already is brought up to date")

		time.Sleep(time.Minute)
		d.Put("one more", time.Minute)
		require.Equal(t, time.Minute, d.Left("one more"), "the others are over")
		require.Equal(t, 3, d.Len(), "and gone, but for the one that lasts longer, under both of its names")
	})
}

func TestAnAliasOfNothing(t *testing.T) {
	var d auth.Denials
	d.Link("alias", "not there")
	require.Zero(t, d.Len())
}
