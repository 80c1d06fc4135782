package memory_test

import (
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// heap is how many bytes are in use, garbage apart.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// newSession is a session as a login makes it, of a user of its own. The user
// agent is cut from a longer header, as a request has it.
func newSession(user string, lasts time.Duration) *auth.Session {
	now := time.Now()
	header := strings.Repeat("Mozilla/5.0 (X11; Linux x86_64) ", 64)
	return &auth.Session{
		ID: rand.Text(), UserID: user, Stamp: rand.Text()[:16], UserAgent: header[:96],
		CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(lasts),
	}
}

func TestBytesPerSession(t *testing.T) {
	const n, most = 50_000, 400
	s := memory.NewSessions()
	before := heap()
	for i := range n {
		if err := s.CreateSession(t.Context(), newSession(fmt.Sprintf("%036d", i), time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if each := (heap() - before) / n; each > most {
		t.Errorf("a live session takes %d bytes beside its user agent, promised at most %d", each, most)
	}
	runtime.KeepAlive(s)
}

// Sessions that expire and are never ended make room for new ones.
func TestExpiredSessionsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5_000
		s := memory.NewSessions()
		var full int64
		before := heap()
		for round := range 12 {
			for i := range n {
				if err := s.CreateSession(t.Context(), newSession(fmt.Sprint(round, i), time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			if used := heap() - before; round == 0 {
				full = used
			} else if used > 2*full {
				t.Fatalf("%d sessions took %d bytes, and %d after %d more had expired", n, full, used, round*n)
			}
			time.Sleep(2 * time.Hour)
		}
		runtime.KeepAlive(s)
	})
}

// Somebody who tries ever new names fills the throttle for a window and not
// for ever.
func TestThrottleRowsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5_000
		s := memory.NewThrottle()
		limit := auth.Limit{Max: 10, Window: 15 * time.Minute, Lease: time.Minute}
		var full int64
		before := heap()
		for round := range 12 {
			for i := range n {
				r, err := s.Reserve(t.Context(), fmt.Sprintf("%040d-%d/x", i, round), limit)
				if err != nil || r.Decision != auth.Granted {
					t.Fatalf("Reserve of a new key: %v, %v", r.Decision, err)
				}
			}
			if used := heap() - before; round == 0 {
				full = used
			} else if used > 2*full {
				t.Fatalf("%d keys took %d bytes, and %d after %d more were over", n, full, used, round*n)
			}
			time.Sleep(time.Hour)
		}
		runtime.KeepAlive(s)
	})
}

// A session is live until its last microsecond, by the clock.
func TestSessionExpiresOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewSessions()
		given := newSession("jane", time.Hour)
		if err := s.CreateSession(t.Context(), given); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour - time.Microsecond)
		if _, err := s.SessionByID(t.Context(), given.ID); err != nil {
			t.Errorf("a microsecond before ExpiresAt: %v, promised a live session", err)
		}
		time.Sleep(time.Microsecond)
		if _, err := s.SessionByID(t.Context(), given.ID); err == nil {
			t.Error("at ExpiresAt the session is still live")
		}
	})
}

// A window ends on time, and so does a denial's RetryAfter.
func TestRetryAfterIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewThrottle()
		limit := auth.Limit{Max: 1, Window: 15 * time.Minute, Lease: time.Minute}
		slot, _ := s.Reserve(t.Context(), "key", limit)
		time.Sleep(10 * time.Second)
		if err := s.Settle(t.Context(), slot, true); err != nil {
			t.Fatal(err)
		}
		denied, _ := s.Reserve(t.Context(), "key", limit)
		if want := limit.Window - 10*time.Second; denied.RetryAfter != want {
			t.Fatalf("RetryAfter %v with %v of the window left", denied.RetryAfter, want)
		}
		time.Sleep(denied.RetryAfter - time.Microsecond)
		if r, _ := s.Reserve(t.Context(), "key", limit); r.Decision != auth.Denied {
			t.Errorf("granted before RetryAfter had passed")
		}
		time.Sleep(time.Microsecond)
		if r, _ := s.Reserve(t.Context(), "key", limit); r.Decision != auth.Granted {
			t.Errorf("still refused after RetryAfter had passed")
		}
	})
}

// The order of IDs holds over many blocks of them.
func TestManyUsersInOrder(t *testing.T) {
	const n = 4_000
	s := memory.NewUsers()
	for i := range n {
		id := fmt.Sprintf("%05d", i*1_777%n) // each once, in no order
		if err := s.CreateAccount(t.Context(), &auth.Account{User: auth.User{ID: id, Username: id}}); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < n; i += 3 {
		if err := s.DeleteAccount(t.Context(), fmt.Sprintf("%05d", i)); err != nil {
			t.Fatal(err)
		}
	}
	after, want := "", 0
	for {
		page, err := s.ListUsers(t.Context(), after, 70)
		if err != nil || len(page) == 0 {
			break
		}
		for _, u := range page {
			for want%3 == 0 {
				want++
			}
			if u.ID != fmt.Sprintf("%05d", want) {
				t.Fatalf("after %q comes %q, promised %05d", after, u.ID, want)
			}
			after, want = u.ID, want+1
		}
	}
	if want < n-1 {
		t.Errorf("paging ended before %05d of %d", want, n)
	}
}
