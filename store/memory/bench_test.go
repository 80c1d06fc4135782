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
func filled(b *testing.B, n int) (*memory.Store, []string) {
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
