package password_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/password"
)

// hotPath is what a login does.
type hotPath struct {
	name   string
	allocs float64 // the most it may make
	run    func()
}

// hotPaths are mostly argon2, whose goroutines are sometimes new.
func hotPaths(t testing.TB) []hotPath {
	h, err := password.New(nil)
	require.NoError(t, err)
	stored, err := h.Hash(t.Context(), "lantern orbit walnut")
	require.NoError(t, err)
	ctx := t.Context()
	verify := func(hash, typed string, right bool) func() {
		return func() {
			if res, err := h.Verify(ctx, hash, typed); err != nil || res.OK != right {
				t.Errorf("Verify: %+v, %v", res, err)
			}
		}
	}
	return []hotPath{
		{"Verify", 33, verify(stored, "lantern orbit walnut", true)},
		{"Verify a wrong password", 33, verify(stored, "gravel tulip monsoon", false)},
		{"Verify without an account", 27, verify("", "gravel tulip monsoon", false)},
		{"Reads", 7, func() {
			if !h.Reads(stored) {
				t.Error("Reads does not know its own")
			}
		}},
	}
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
