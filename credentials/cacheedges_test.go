package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// A set in which no secret is there is as little configured here as in a Chain:
// kept as one, it would hide a fault behind a 404.
func TestCacheTakesASetWithoutASecretForNone(t *testing.T) {
	for what, values := range map[string]map[string]auth.Secret{
		"a region alone": {"AWS_REGION": auth.NewSecret("eu-west-1")},
		"an empty field": {"NVIDIA_API_KEY": auth.NewSecret("")},
	} {
		synctest.Test(t, func(t *testing.T) {
			src := &remote{does: func(context.Context, int64) (auth.Secrets, error) { return auth.Secrets{Values: values}, nil }}
			c := newCache(t, src, nil)
			_, err := key(c)
			require.ErrorIs(t, err, auth.ErrSecretNotFound, what)
			src.now(down)
			time.Sleep(time.Minute)
			_, err = key(c)
			require.ErrorIs(t, err, errDown, what)
		})
	}
}

func TestCacheTakesTheLongestTimesThereAre(t *testing.T) {
	const longest = time.Duration(math.MaxInt64)
	synctest.Test(t, func(t *testing.T) {
		src := &remote{does: numbered}
		c := newCache(t, src, &credentials.CacheOptions{MaxStale: longest})
		mustKey(t, c, "1")
		src.now(down)
		time.Sleep(365 * 24 * time.Hour)
		mustKey(t, c, "1")
	})
}

// A time with a monotonic reading is compared by it, and that clock stands
// while a machine sleeps: an hour's lease would outlive the hour.
func TestCacheKeepsExpiresByTheClockOnTheWall(t *testing.T) {
	expires := time.Now().Add(time.Hour)
	require.False(t, expires == expires.Round(0), "the clock here has a monotonic reading")
	c := newCache(t, credentials.Func(func(context.Context, string) (auth.Secrets, error) {
		s := set("1")
		s.Expires = expires
		return s, nil
	}), nil)
	s, err := c.Secrets(t.Context(), "nvidia")
	require.NoError(t, err)
	require.True(t, s.Expires == expires.Round(0), "%v", s.Expires)
}

// Of values that hold one another none is left in part.
func TestCacheHealthRedactsTheLongestValueFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := auth.Secrets{Values: map[string]auth.Secret{}}
		for i := range 8 {
			long.Values[fmt.Sprint("F", i)] = auth.NewSecret("secret" + strings.Repeat("!", i))
		}
		src := &remote{does: func(context.Context, int64) (auth.Secrets, error) { return long, nil }}
		c := newCache(t, src, nil)
		_, err := c.Secrets(t.Context(), "nvidia")
		require.NoError(t, err)
		src.now(func(context.Context, int64) (auth.Secrets, error) {
			return auth.Secrets{}, errors.New("403 for key secret!!!!!!!")
		})
		time.Sleep(time.Minute)
		_, err = c.Secrets(t.Context(), "nvidia")
		require.NoError(t, err)
		require.Equal(t, "403 for key [redacted]", c.Health()[0].LastError)
	})
}
