package seldom_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/internal/seldom"
)

func TestOnceInTenSecondsWithACount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c seldom.Counter
		require.Equal(t, 1, c.Add("a"), "the first is news")
		for range 41 {
			require.Zero(t, c.Add("a"))
		}
		require.Equal(t, 1, c.Add("b"), "another thing is news of its own")
		time.Sleep(10*time.Second - time.Nanosecond)
		require.Zero(t, c.Add("a"))
		time.Sleep(time.Nanosecond)
		require.Equal(t, 43, c.Add("a"), "none is lost")
		require.Zero(t, c.Add("a"))
	})
}
