package examples_test

import (
	"database/sql"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ledger is what servers have acknowledged, by token.
type ledger struct {
	mu    sync.Mutex
	holds map[string]int // the status that validate must give
	noted chan int       // each as it comes
}

func (l *ledger) note(token string, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holds[token] = status
	l.noted <- status
}

// doubt takes out a token whose logout was sent and may not be answered.
func (l *ledger) doubt(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.holds, token)
}

func (l *ledger) count(status int) int {
	n := 0
	for s := range maps.Values(l.holds) {
		if s == status {
			n++
		}
	}
	return n
}

// kill -9 at a random moment while people log in and out, thirty times on one
// SQLite file.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	const rounds = 30
	at := sqlitePlace(t)
	// A kill leaves the attempts under way counted, as it should.
	many := []string{"-login-limit-account", "10000/15m", "-login-limit-address", "10000/15m"}
	s := start(t, at.env(), many...)
	admin := s.password
	addJohnAt(t, at)
	l := &ledger{holds: map[string]int{}}
	for range rounds {
		l.noted = make(chan int, 10_000)
		var clients sync.WaitGroup
		for n := range 4 {
			clients.Go(func() { l.loginsAndLogouts(s, n%2 == 0) })
		}
		for range 3 + rand.N(12) {
			select {
			case <-l.noted:
			case <-time.After(30 * time.Second):
				t.Fatalf("nobody can log in: %s", s.stderr)
			}
		}
		time.Sleep(rand.N(40 * time.Millisecond)) // waits for nothing: the moment is the test
		s.kill()
		clients.Wait()
		requireIntact(t, at)
		s = start(t, at.env(), many...)
		require.Empty(t, s.password, "the mark of the first start holds")
		for token, status := range l.holds {
			require.Equal(t, status, s.validate(t, token), "what was answered holds after a kill: 200 is a login, 401 a logout")
		}
	}
	logins, logouts := l.count(200), l.count(401)
	t.Logf("%d logins and %d logouts held", logins, logouts)
	require.GreaterOrEqual(t, min(logins, logouts), rounds, "the rounds must have had something to lose")
	s.login(t, "admin", admin)
}

// loginsAndLogouts goes on until the server is gone.
func (l *ledger) loginsAndLogouts(s *server, out bool) {
	for {
		a, err := s.try("POST", "login", "", credentials("john", johnsPassword))
		if err != nil || a.status != 200 {
			return
		}
		token := a.json["token"].(string)
		l.note(token, 200)
		if !out {
			continue
		}
		l.doubt(token)
		a, err = s.try("POST", "logout", token, "")
		if err != nil || a.status != 200 {
			return
		}
		l.note(token, 401)
	}
}

// requireIntact looks at a database no process has open.
func requireIntact(t *testing.T, at place) {
	t.Helper()
	db, err := sql.Open(at.driver, at.source)
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.Query("PRAGMA integrity_check")
	require.NoError(t, err)
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		found = append(found, line)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"ok"}, found, "integrity_check after a kill")
}
