package memory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// CountSessions counts what SessionByID finds, whatever was swept already.
func TestCountSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, random := memory.NewSessions(), rand.New(rand.NewPCG(1, 2))
		var ids []string
		for n := range 2000 {
			id, life := fmt.Sprint("s", n), time.Duration(1+random.IntN(100))*time.Minute
			err := s.CreateSession(t.Context(), &auth.Session{ID: id, UserID: "u", ExpiresAt: time.Now().Add(life)})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
			if n%7 == 0 {
				s.EndSession(t.Context(), ids[random.IntN(n+1)])
			}
			time.Sleep(time.Second)
		}
		for range 110 {
			var live int64
			for _, id := range ids {
				if _, err := s.SessionByID(t.Context(), id); err == nil {
					live++
				}
			}
			if got, err := s.CountSessions(t.Context()); err != nil || got != live {
				t.Fatalf("CountSessions: %d, %v; %d are found", got, err, live)
			}
			time.Sleep(time.Minute) // nothing is written, so nothing is swept
		}
		if got, _ := s.CountSessions(t.Context()); got != 0 {
			t.Errorf("CountSessions: %d when all have expired", got)
		}
	})
}
