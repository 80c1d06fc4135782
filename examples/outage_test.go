package examples_test

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/internal/cable"
)

// How long an answer may take, and how long after the database the service may
// be back.
const (
	answeredWithin = 5 * time.Second
	backWithin     = 5 * time.Second
)

// outage is two processes whose database is behind a cable, the clients that
// ask them, and what these were told.
type outage struct {
	nodes []*server
	cable *cable.Cable

	mu       sync.Mutex
	pending  map[*time.Time]bool // when what is not answered was asked
	told     map[string]int      // by question and status
	refused  int                 // answers of 503 so far
	last503  time.Time           // when the latest that was answered 503 was asked
	calmFrom time.Time           // from then on nothing is; zero: something is wrong
	slowest  time.Duration
	broken   []string // rules
	stop     chan struct{}
	running  sync.WaitGroup
}

// LESSONS 15 and 19, with real processes on real databases: whatever becomes
// of the database, nobody is let in or logged out by it, every 503 comes in
// time, and all is well soon after it is back.
func TestTheDatabaseIsCutPausedAndSlowed(t *testing.T) {
	for _, d := range databases[1:3] {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			o := newOutage(t, d.open(t).users)
			for _, fault := range []struct {
				name string
				do   func()
				for_ time.Duration
			}{
				{"cut", o.cable.Cut, time.Second},
				{"paused", o.cable.Pause, 5 * time.Second},
				{"slowed", func() { o.cable.Slow(4 * time.Second) }, 6 * time.Second},
				{"paused and cut", func() { o.cable.Pause(); time.Sleep(2 * time.Second); o.cable.Cut() }, time.Second},
				{"paused and lost", func() { o.cable.Pause(); time.Sleep(5 * time.Second); o.cable.Lose() }, 0},
			} {
				o.suffer(t, fault.name, fault.do, fault.for_)
			}
			o.end(t)
		})
	}
}

func newOutage(t *testing.T, dsn string) *outage {
	dsn, c := behindCable(t, dsn)
	o := &outage{cable: c, pending: map[*time.Time]bool{}, told: map[string]int{}, stop: make(chan struct{})}
	env := []string{"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=" + rand.Text() + rand.Text()}
	for range 2 {
		// A slot that an outage lets nobody settle stays counted: that is
		// promised elsewhere, and would here end in 429.
		s := start(t, env, "-login-limit-account", "100000/15m", "-login-limit-address", "1000000/15m")
		o.nodes = append(o.nodes, s)
	}
	addJohn(t, dsn)
	for i := range 3 {
		live, ended := o.nodes[0].login(t, "john", johnsPassword), o.nodes[0].login(t, "john", johnsPassword)
		require.Equal(t, 200, o.nodes[0].call(t, "POST", "logout", ended, "").status)
		o.client(func(n int) { o.ask("a live session", "GET", "validate", live, "", i+n, 200) })
		o.client(func(n int) { o.ask("an ended session", "GET", "validate", ended, "", i+n, 401) })
	}
	for i := range 2 {
		o.client(func(n int) { o.inAndOut(i + n) })
	}
	return o
}

// client asks again and again until the end.
func (o *outage) client(ask func(n int)) {
	o.running.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-o.stop:
				return
			case <-time.After(10 * time.Millisecond):
				ask(n)
			}
		}
	})
}

// inAndOut logs in, and out again. Of a logout that failed nothing is known.
func (o *outage) inAndOut(n int) {
	a := o.ask("login", "POST", "login", "", credentials("john", johnsPassword), n, 200)
	if a.status != 200 {
		return
	}
	token := a.json["token"].(string)
	o.ask("a new session", "GET", "validate", token, "", n+1, 200)
	if o.ask("logout", "POST", "logout", token, "", n, 200).status == 200 {
		o.ask("a session logged out", "GET", "validate", token, "", n+1, 401)
	}
}

// ask sends one request and holds the answer to the rule: want, or 503 with
// Retry-After in time.
func (o *outage) ask(what, method, path, token, body string, n int, want int) answer {
	asked := time.Now()
	o.mu.Lock()
	o.pending[&asked] = true
	o.mu.Unlock()
	a, err := o.nodes[n%len(o.nodes)].try(method, path, token, body)
	took := time.Since(asked)
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.pending, &asked)
	o.told[fmt.Sprint(what, ": ", a.status)]++
	o.slowest = max(o.slowest, took)
	broken := func(format string, args ...any) {
		o.broken = append(o.broken, fmt.Sprintf("%s after %v: %s", what, took.Round(time.Millisecond), fmt.Sprintf(format, args...)))
	}
	switch {
	case err != nil:
		broken("no answer: %v", err)
	case a.status == 503 && a.header.Get("Retry-After") == "":
		broken("503 without Retry-After")
	case a.status == 503 && took > answeredWithin:
		broken("503 too late")
	case a.status == 503 && !o.calmFrom.IsZero() && asked.After(o.calmFrom):
		broken("503 while the database is well")
	case a.status != 503 && a.status != want:
		broken("%d %s", a.status, a.body)
	}
	if a.status == 503 {
		o.refused++
		if asked.After(o.last503) {
			o.last503 = asked
		}
	}
	return a
}

// suffer has the database fail for a while and waits until the service is back.
// From then on it stays.
func (o *outage) suffer(t *testing.T, name string, fail func(), d time.Duration) {
	t.Helper()
	before := o.calm(time.Time{})
	began := time.Now()
	fail()
	time.Sleep(d)
	o.cable.Heal()
	healed := time.Now()
	for {
		time.Sleep(50 * time.Millisecond)
		last, answered, broken := o.look()
		require.Empty(t, broken, "the database is %s", name)
		require.LessOrEqual(t, last.Sub(healed), backWithin, "the database was %s: the service is not back", name)
		if answered.Sub(healed) > time.Second && answered.Sub(last) > time.Second {
			require.Greater(t, o.calm(time.Time{}), before, "the database was %s, and nobody noticed", name)
			t.Logf("%s: back %v after the database", name, max(last.Sub(healed), 0).Round(time.Millisecond))
			break
		}
		require.Less(t, time.Since(healed), backWithin+2*answeredWithin, "the database was %s: requests hang", name)
	}
	t.Logf("%s took %v", name, time.Since(began))
	o.calm(time.Now())
}

// calm says from when on no 503 is right, the zero time for not now, and
// returns how many there were.
func (o *outage) calm(from time.Time) (refused int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calmFrom = from
	return o.refused
}

// look returns when the latest 503 was asked, up to when all that was asked is
// answered, and which rules were broken.
func (o *outage) look() (last503, answered time.Time, broken []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	answered = time.Now()
	for asked := range o.pending {
		if asked.Before(answered) {
			answered = *asked
		}
	}
	return o.last503, answered, o.broken
}

func (o *outage) end(t *testing.T) {
	close(o.stop)
	o.running.Wait()
	require.Empty(t, o.broken)
	for _, s := range o.nodes {
		s.stop(t)
	}
	t.Logf("%v; the slowest answer took %v", o.told, o.slowest.Round(time.Millisecond))
}
