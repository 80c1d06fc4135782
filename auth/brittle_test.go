package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// answerWithin bounds a request of the default StoreTimeout, whatever the store
// does.
const answerWithin = 5 * time.Second

// brittle is a Service whose store calls can be had to fail, and John's.
type brittle struct {
	*auth.Service
	accounts *auth.Accounts
	faults   storetest.Faults
	kept     *memory.Store // what is there, asked behind the faults
	slots    *ledger
	hasher   *plainHasher
	events   *recorder
	john     *auth.User
	token    string           // of John's session, where the flow has one
	other    string           // of another, where it has two
	planned  int              // the call that is to fail
	outage   bool             // and all after it
	hungUp   bool             // it is the client that fails
	told     []auth.EventKind // of the run

	mu   sync.Mutex
	hits []hit // what became of the calls planned for, in their order
}

// hit is a call that something was planned for.
type hit struct{ made, failed bool }

func newBrittle(t *testing.T, f flow) *brittle {
	t.Helper()
	b := &brittle{kept: memory.New(), hasher: new(plainHasher), events: new(recorder)}
	b.slots = &ledger{ThrottleStore: b.kept}
	users := b.faults.Users(b.kept)
	opts := &auth.Options{Hasher: b.hasher, Auditor: b.events, Logger: slog.New(slog.DiscardHandler), AccountLimit: f.limit, MaxSessions: f.most}
	if f.oneQuery {
		opts.Identity = b.faults.Identity(b.kept)
	}
	var err error
	b.Service, err = auth.New(auth.Compose(users, b.faults.Sessions(b.kept), b.faults.Throttle(b.slots)), plainTokens{}, opts)
	require.NoError(t, err)
	b.accounts = auth.NewAccounts(b.faults.Accounts(b.kept), b.Service)
	if f.oneByOne {
		b.accounts = auth.NewAccounts(users.(auth.AccountStore), b.Service)
	}
	if !f.empty {
		b.john, err = b.accounts.Create(t.Context(), auth.NewAccount{
			Username: "john", Email: "john@example.com", Role: auth.RoleAdmin, Password: auth.NewSecret(rightPassword),
		})
		require.NoError(t, err)
	}
	if f.prepare != nil {
		f.prepare(t, b)
	}
	synctest.Wait()
	b.hasher.verified.Store(0)
	b.events.take()
	b.slots.reset()
	return b
}

func (b *brittle) login(ctx context.Context, name, password string) (*auth.Grant, error) {
	return b.Login(ctx, auth.LoginRequest{Login: name, Password: password, Remote: home})
}

// signIn gives John a session.
func signIn(t *testing.T, b *brittle) {
	g, err := b.login(t.Context(), "john", rightPassword)
	require.NoError(t, err)
	b.token = g.Token
}

// live is what the store says of John's sessions.
func (b *brittle) live() []auth.Session {
	sessions, _ := b.kept.SessionsByUser(context.Background(), b.john.ID)
	return sessions
}

// ledger counts what becomes of slots.
type ledger struct {
	auth.ThrottleStore
	mu                       sync.Mutex
	granted, failed, forgave int
}

func (l *ledger) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.granted, l.failed, l.forgave = 0, 0, 0
}

func (l *ledger) Reserve(ctx context.Context, key string, limit auth.Limit) (auth.Reservation, error) {
	r, err := l.ThrottleStore.Reserve(ctx, key, limit)
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Decision == auth.Granted {
		l.granted++
	}
	return r, err
}

func (l *ledger) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	l.mu.Lock()
	if failed {
		l.failed++
	} else {
		l.forgave++
	}
	l.mu.Unlock()
	return l.ThrottleStore.Settle(ctx, r, failed)
}

// flow is something that asks the store.
type flow struct {
	name     string
	oneQuery bool       // with Options.Identity
	oneByOne bool       // without auth.AccountImporter
	empty    bool       // without John
	limit    auth.Limit // of the account
	most     int        // sessions
	guess    bool       // a refusal of it is counted
	prepare  func(t *testing.T, b *brittle)
	run      func(ctx context.Context, b *brittle) (got any, err error)
	want     error // in peace

	// after looks at what is left once the store is healthy again; err is
	// what the caller was told.
	after func(t *testing.T, b *brittle, err error)
	// again are the errors that a second run may give, where the first one
	// took effect although its answer was lost. Nil: only want.
	again []error
}

// failings are the ways in which a call goes wrong.
var failings = []struct {
	name  string
	fault storetest.Fault
}{
	{"fails", storetest.Fail},
	{"times out", storetest.TimeOut},
	{"is cancelled", storetest.Cancel},
	{"loses its answer", storetest.LoseAnswer},
	{"is done and times out", lateAnswer},
}

// lateAnswer is a network that takes the question and brings no answer.
func lateAnswer(ctx context.Context, do func() error) error {
	_ = do()
	<-ctx.Done()
	return ctx.Err()
}

// calls is what a flow asks in peace.
func (f flow) calls(t *testing.T) (calls []string) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrittle(t, f)
		b.faults.Clear()
		_, err := f.run(t.Context(), b)
		require.ErrorIs(t, err, f.want)
		synctest.Wait()
		calls = b.faults.Calls()
	})
	return calls
}

// at runs a flow with a plan in place and checks what holds of all of them.
// hungUp says that ctx is cancelled somewhere on the way.
func (f flow) at(t *testing.T, ctx context.Context, b *brittle, hungUp bool) error {
	t.Helper()
	began := time.Now()
	got, err := f.run(ctx, b)
	require.LessOrEqual(t, time.Since(began), answerWithin, "an answer comes in time, whatever the store does")
	synctest.Wait() // for what goes on at once
	if err == nil {
		require.NotNil(t, got, "no error, so there is a result")
	} else {
		require.Nil(t, got, "nothing comes together with an error")
	}
	if err != nil && (f.want == nil || !errors.Is(err, f.want)) {
		require.ErrorIs(t, err, auth.ErrUnavailable, "a fault is 503 and nothing else")
		var retry *auth.RetryAfter
		require.ErrorAs(t, err, &retry, "which says when to try again")
		require.Positive(t, retry.After)
	}
	time.Sleep(30 * time.Second) // for what goes on behind the answer
	synctest.Wait()
	if b.told = b.events.kinds(); !hungUp {
		require.Contains(t, b.told, auth.EventFault, "a fault reaches the auditor")
	}
	b.checkSlots(t, f, err)
	return err
}

// checkSlots: only a refused guess is a failure. The slots of any other attempt
// are given back, but for those that the store failed in taking or settling.
func (b *brittle) checkSlots(t *testing.T, f flow, err error) {
	t.Helper()
	refused := f.guess && b.hasher.verified.Load() > 0
	lost := 0
	calls := b.hit()
	for i, h := range b.hits {
		if calls[i] == "Reserve" && h.made && h.failed || calls[i] == "Settle" && !h.made && !b.hungUp {
			lost++
		}
	}
	l := b.slots
	if !refused {
		require.Zero(t, l.failed, "a fault is never a failed login")
		require.GreaterOrEqual(t, l.forgave, l.granted-lost, "every slot is given back that can be")
		return
	}
	require.Zero(t, l.forgave, "hanging up or a fault after the comparison buys no guesses")
	require.GreaterOrEqual(t, l.failed, l.granted-lost)
	if errors.Is(err, auth.ErrInvalidCredentials) {
		require.Equal(t, 3, l.failed, "a refusal is answered once it is counted")
	}
}

// plan has the nth call fail, and with outage all after it.
func (b *brittle) plan(n int, outage bool, fault storetest.Fault) {
	b.planned, b.outage = n, outage
	seen := func(ctx context.Context, do func() error) error {
		var h hit
		err := fault(ctx, func() error { h.made = true; return do() })
		h.failed = err != nil
		b.mu.Lock()
		defer b.mu.Unlock()
		b.hits = append(b.hits, h)
		return err
	}
	if outage {
		b.faults.From(n, seen)
	} else {
		b.faults.At(n, seen)
	}
}

// down reports whether the store stayed away, so that nothing could be mended.
func (b *brittle) down() bool { return b.outage && !b.hungUp }

// hit lists the calls that failed.
func (b *brittle) hit() []string {
	calls := b.faults.Calls()
	calls = calls[min(b.planned-1, len(calls)):]
	if !b.outage {
		calls = calls[:min(1, len(calls))]
	}
	return calls
}
