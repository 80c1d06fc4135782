package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// hotPath is what the requests of a host do all the time.
type hotPath struct {
	name   string
	allocs float64 // the most it may make
	run    func()
}

// hotPaths are over real tokens, nine allocations each, and a store in memory.
func hotPaths(t testing.TB) []hotPath {
	store := memory.New()
	tokens, err := token.NewHS256([]byte("0123456789abcdef0123456789abcdef"), nil)
	require.NoError(t, err)
	open := func(o auth.Options) *auth.Service {
		o.Hasher, o.Auditor = new(plainHasher), new(recorder)
		svc, err := auth.New(store, tokens, &o)
		require.NoError(t, err)
		return svc
	}
	one, two, idle := open(auth.Options{Identity: store}), open(auth.Options{}), open(auth.Options{Identity: store, IdleLimit: time.Hour})
	_, err = auth.NewAccounts(store, one).Create(t.Context(), auth.NewAccount{Username: "jane", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	g, err := one.Login(t.Context(), auth.LoginRequest{Login: "jane", Password: rightPassword, Remote: home})
	require.NoError(t, err)
	ended, err := one.Login(t.Context(), auth.LoginRequest{Login: "jane", Password: rightPassword, Remote: home})
	require.NoError(t, err)
	require.NoError(t, one.Logout(t.Context(), ended.Token))

	ctx := t.Context()
	validate := func(svc *auth.Service, tok string, maxAge time.Duration, want error) func() {
		return func() {
			if _, err := svc.Validate(ctx, tok, maxAge); err != want {
				t.Errorf("Validate: %v, not %v", err, want)
			}
		}
	}
	carries := auth.WithIdentity(context.Background(), &g.Identity)
	return []hotPath{
		{"Validate", 5, validate(one, g.Token, 0, nil)},
		{"Validate by two reads", 7, validate(two, g.Token, 0, nil)},
		{"Validate with an idle limit", 5, validate(idle, g.Token, 0, nil)},
		{"Validate with a maxAge", 3, validate(one, g.Token, time.Minute, nil)},
		{"Validate an ended session", 4, validate(one, ended.Token, 0, auth.ErrInvalidToken)},
		{"Validate no token of ours", 0, validate(one, "x"+g.Token, 0, auth.ErrInvalidToken)},
		{"IdentityFrom", 0, func() {
			if _, ok := auth.IdentityFrom(carries); !ok {
				t.Error("IdentityFrom finds nobody")
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
