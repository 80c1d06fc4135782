package credentials_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

func TestChain(t *testing.T) {
	none := credentials.Static(nil)
	region := credentials.Static(map[string]map[string]string{"aws": {"AWS_REGION": "eu-west-1"}})
	half := credentials.Static(map[string]map[string]string{"aws": {"AWS_ACCESS_KEY_ID": "half"}})
	whole := credentials.Static(map[string]map[string]string{"aws": keyOf(1)})
	other := credentials.Static(map[string]map[string]string{"aws": keyOf(2)})
	fault := credentials.Func(func(context.Context, string) (auth.Secrets, error) { return auth.Secrets{}, errDown })
	for what, c := range map[string]struct {
		src  auth.SecretProvider
		want map[string]string
		err  error
	}{
		"the first that is configured": {credentials.Chain(none, whole, other), keyOf(1), nil},
		"a region alone is passed by":  {credentials.Chain(region, whole), keyOf(1), nil},
		"a set is whole from one":      {credentials.Chain(half, whole), map[string]string{"AWS_ACCESS_KEY_ID": "half"}, nil},
		"a fault is not skipped":       {credentials.Chain(none, fault, whole), map[string]string{}, errDown},
		"a later fault does not count": {credentials.Chain(whole, fault), keyOf(1), nil},
		"none is configured":           {credentials.Chain(none, region), map[string]string{}, auth.ErrSecretNotFound},
		"no source":                    {credentials.Chain(), map[string]string{}, auth.ErrSecretNotFound},
		"chains nest":                  {credentials.Chain(credentials.Chain(none), credentials.Chain(none, whole)), keyOf(1), nil},
	} {
		got, err := c.src.Secrets(t.Context(), "aws")
		require.ErrorIs(t, err, c.err, what)
		require.Equal(t, c.want, reveal(got), what)
	}
	for _, src := range []auth.SecretProvider{credentials.Chain(nil, whole), credentials.Func(nil)} {
		_, err := src.Secrets(t.Context(), "aws")
		require.ErrorContains(t, err, "is nil")
		require.NotErrorIs(t, err, auth.ErrSecretNotFound, "a source left out by mistake is a fault")
	}
}

func TestChainKeepsACopy(t *testing.T) {
	sources := []auth.SecretProvider{credentials.Static(map[string]map[string]string{"aws": keyOf(1)})}
	src := credentials.Chain(sources...)
	sources[0] = nil
	_, err := src.Secrets(t.Context(), "aws")
	require.NoError(t, err)
}
