package credentials_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// hotPath is what a look at credentials does.
type hotPath struct {
	name   string
	allocs float64 // the most it may make, templates and all
	run    func()
}

func hotPaths(t testing.TB) []hotPath {
	nvidia, err := credentials.NVIDIA(nvidiaSet(docNVIDIA), nil)
	require.NoError(t, err)
	user := &auth.User{ID: "jane", AWSRegion: "eu-north-1"}
	ctx := t.Context()
	var paths []hotPath
	for _, p := range []struct {
		allocs float64
		from   credentials.Provider
	}{
		{900, newAWS(t, awsSet(), credentials.AWSOptions{})}, {310, nvidia}, {310, third(t, credentials.OpenAIOptions{})},
	} {
		paths = append(paths, hotPath{"Masked of " + p.from.Name(), p.allocs, func() {
			if _, err := p.from.Masked(ctx, user); err != nil {
				t.Errorf("Masked: %v", err)
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
