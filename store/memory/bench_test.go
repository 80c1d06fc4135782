package memory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// A validation of a random one among so many sessions, each of another user.
func BenchmarkIdentityBySession(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		s, ids := filled(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.IdentityBySession(b.Context(), ids[rand.IntN(n)]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// filled returns a store of n users with a session each.
func filled(b testing.TB, n int) (*memory.Store, []string) {
	b.Helper()
	s, ids := memory.New(), make([]string, n)
	for i := range n {
		user := fmt.Sprintf("%036d", i)
		session := newSession(user, time.Hour)
		ids[i] = session.ID
		a := &auth.Account{User: auth.User{ID: user, Username: user, Role: auth.RoleUser, Active: true}}
		if err := s.CreateAccount(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		if err := s.CreateSession(b.Context(), session); err != nil {
			b.Fatal(err)
		}
	}
	return s, ids
}

// hotPath is what the requests of a host do all the time.
type hotPath struct {
	name   string
	allocs float64 // the most it may make
	run    func()
}

// hotPaths are the reads of a validation, which make what they return, and the
// writes of a login.
func hotPaths(t testing.TB) []hotPath {
	s, ids := filled(t, 100)
	ctx := t.Context()
	user := fmt.Sprintf("%036d", 0)
	limit := auth.Limit{Max: 10, Window: time.Hour, Lease: time.Minute}
	path := func(name string, allocs float64, f func() error) hotPath {
		return hotPath{name, allocs, func() {
			if err := f(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}}
	}
	return []hotPath{
		path("IdentityBySession", 1, func() error { _, err := s.IdentityBySession(ctx, ids[0]); return err }),
		path("SessionByID", 1, func() error { _, err := s.SessionByID(ctx, ids[0]); return err }),
		path("UserByID", 1, func() error { _, err := s.UserByID(ctx, user); return err }),
		path("AccountByLogin", 1, func() error { _, err := s.AccountByLogin(ctx, user); return err }),
		path("TouchSession", 0, func() error { return s.TouchSession(ctx, ids[0], time.Now()) }),
		path("Reserve and Settle", 0, func() error {
			r, err := s.Reserve(ctx, "key", limit)
			if err != nil {
				return err
			}
			return s.Settle(ctx, r, false)
		}),
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
