package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

const rightPassword = "lantern orbit walnut"

var home = netip.MustParseAddr("192.0.2.7")

// house is a Service with what stands around it, all of it real but for the
// hashing, which is cheap and counted, and the tokens.
type house struct {
	*auth.Service
	accounts *auth.Accounts
	store    *faulty
	hasher   *plainHasher
	events   *recorder
	john     *auth.User
}

func newHouse(t *testing.T, change ...func(*auth.Options)) *house {
	t.Helper()
	return openHouse(t, &faulty{Store: memory.New()}, change...)
}

// openHouse puts another node in front of a store; the first one adds John.
func openHouse(t *testing.T, store *faulty, change ...func(*auth.Options)) *house {
	t.Helper()
	h := &house{store: store, hasher: new(plainHasher), events: new(recorder)}
	opts := &auth.Options{Hasher: h.hasher, Auditor: h.events, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(opts)
	}
	svc, err := auth.New(store, plainTokens{}, opts)
	require.NoError(t, err)
	h.Service, h.accounts = svc, auth.NewAccounts(store, svc)
	h.john, err = h.accounts.Find(t.Context(), "john")
	if errors.Is(err, auth.ErrUserNotFound) {
		h.john, err = h.accounts.Create(t.Context(), auth.NewAccount{
			Username: "John", Email: "John@Example.com", Name: "John Doe", Role: auth.RoleAdmin,
			Password: auth.NewSecret(rightPassword),
		})
	}
	require.NoError(t, err)
	h.hasher.verified.Store(0)
	h.events.take()
	return h
}

func (h *house) login(ctx context.Context, name, password string) (*auth.Grant, error) {
	return h.Login(ctx, auth.LoginRequest{Login: name, Password: password, Remote: home, UserAgent: "test"})
}

func (h *house) mustLogin(t *testing.T) *auth.Grant {
	t.Helper()
	g, err := h.login(t.Context(), "john", rightPassword)
	require.NoError(t, err)
	return g
}

// plainHasher stores "v1:password"; any other version is stale, any other form
// unusable. It counts comparisons.
type plainHasher struct {
	verified atomic.Int64
	cost     time.Duration // of a comparison; for bubbles
	making   time.Duration // of a hash; for bubbles
	floor    time.Duration
	fail     atomic.Pointer[error]
	during   func() // runs while a comparison is under way
}

func (h *plainHasher) Hash(_ context.Context, pw string) (string, error) {
	time.Sleep(h.making)
	return "v1:" + pw, nil
}

func (h *plainHasher) Verify(ctx context.Context, hash, pw string) (password.Result, error) {
	if err := ctx.Err(); err != nil {
		return password.Result{}, err
	}
	if err := h.fail.Load(); err != nil {
		return password.Result{}, *err
	}
	h.verified.Add(1)
	began := time.Now()
	if h.during != nil {
		h.during()
	}
	if h.cost > 0 {
		time.Sleep(h.cost)
	}
	version, stored, ok := strings.Cut(hash, ":")
	r := password.Result{OK: ok && stored == pw, Unusable: !ok}
	r.Stale = r.OK && version != "v1"
	if h.floor > 0 {
		r.NotBefore = began.Add(h.floor)
	}
	return r, nil
}

// plainTokens writes claims out; what is not of its form is not ours.
type plainTokens struct{}

func (plainTokens) Issue(_ context.Context, c auth.Claims) (string, error) {
	return strings.Join([]string{"ours", c.SessionID, c.UserID, c.IssuedAt.Format(time.RFC3339), c.ExpiresAt.Format(time.RFC3339)}, "|"), nil
}

func (plainTokens) Verify(_ context.Context, token string) (auth.Claims, error) {
	p := strings.Split(token, "|")
	if p[0] == "keys are down" {
		return auth.Claims{}, errors.New("no route to the key server")
	}
	if len(p) != 5 || p[0] != "ours" {
		return auth.Claims{}, auth.ErrInvalidToken
	}
	c := auth.Claims{SessionID: p[1], UserID: p[2]}
	c.IssuedAt, _ = time.Parse(time.RFC3339, p[3])
	c.ExpiresAt, _ = time.Parse(time.RFC3339, p[4])
	return c, nil
}

// recorder is an Auditor that remembers, or fails.
type recorder struct {
	mu   sync.Mutex
	all  []auth.Event
	fail error
}

func (r *recorder) Audit(_ context.Context, e auth.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.all = append(r.all, e)
	return nil
}

func (r *recorder) take() []auth.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func (r *recorder) kinds() (kinds []auth.EventKind) {
	for _, e := range r.take() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// faulty is a store whose methods fail or run something first, by name.
type faulty struct {
	*memory.Store
	mu     sync.Mutex
	before map[string]func() error
	calls  map[string]int

	unknown   map[string]string // username -> what is unknown of that user
	ambiguous string            // a login that two accounts have
}

// on runs f before each call of a method.
func (s *faulty) on(method string, f func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before == nil {
		s.before = map[string]func() error{}
	}
	s.before[method] = f
}

func (s *faulty) enter(method string) error {
	s.mu.Lock()
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[method]++
	f := s.before[method]
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f()
}

func (s *faulty) count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// once returns a function that runs f at its first call only.
func once(f func()) func() error {
	var o sync.Once
	return func() error { o.Do(f); return nil }
}

func (s *faulty) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	if err := s.enter("AccountByLogin"); err != nil {
		return nil, err
	}
	if login == s.ambiguous {
		return nil, fmt.Errorf("read account: %w", auth.ErrAmbiguousLogin)
	}
	a, err := s.Store.AccountByLogin(ctx, login)
	if err == nil {
		a.Unknown = s.unknown[a.Username]
	}
	return a, err
}

func (s *faulty) UserByID(ctx context.Context, id string) (*auth.User, error) {
	if err := s.enter("UserByID"); err != nil {
		return nil, err
	}
	u, err := s.Store.UserByID(ctx, id)
	if err == nil {
		u.Unknown = s.unknown[u.Username]
	}
	return u, err
}

func (s *faulty) CreateSession(ctx context.Context, session *auth.Session) error {
	if err := s.enter("CreateSession"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // as a database does
	}
	err := s.Store.CreateSession(ctx, session)
	return errors.Join(err, s.enter("CreatedSession"))
}

func (s *faulty) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if err := s.enter("SessionByID"); err != nil {
		return nil, err
	}
	return s.Store.SessionByID(ctx, id)
}

func (s *faulty) SessionsByUser(ctx context.Context, id string) ([]auth.Session, error) {
	if err := s.enter("SessionsByUser"); err != nil {
		return nil, err
	}
	return s.Store.SessionsByUser(ctx, id)
}

func (s *faulty) TouchSession(ctx context.Context, id string, seen time.Time) error {
	if err := s.enter("TouchSession"); err != nil {
		return err
	}
	return s.Store.TouchSession(ctx, id, seen)
}

func (s *faulty) EndSession(ctx context.Context, id string) error {
	if err := s.enter("EndSession"); err != nil {
		return err
	}
	return s.Store.EndSession(ctx, id)
}

func (s *faulty) EndUserSessions(ctx context.Context, user, except string) error {
	if err := s.enter("EndUserSessions"); err != nil {
		return err
	}
	return s.Store.EndUserSessions(ctx, user, except)
}

func (s *faulty) RestampSessions(ctx context.Context, user, from, to string) error {
	if err := s.enter("RestampSessions"); err != nil {
		return err
	}
	return s.Store.RestampSessions(ctx, user, from, to)
}

func (s *faulty) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	if err := s.enter("Reserve"); err != nil {
		return auth.Reservation{}, err
	}
	return s.Store.Reserve(ctx, key, l)
}

func (s *faulty) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	if err := s.enter("Settle"); err != nil {
		return err
	}
	return s.Store.Settle(ctx, r, failed)
}

func (s *faulty) RecordLogin(ctx context.Context, id string, at time.Time) error {
	if err := s.enter("RecordLogin"); err != nil {
		return err
	}
	return s.Store.RecordLogin(ctx, id, at)
}

func (s *faulty) UpgradePassword(ctx context.Context, id string, from, to auth.Secret) error {
	if err := s.enter("UpgradePassword"); err != nil {
		return err
	}
	return s.Store.UpgradePassword(ctx, id, from, to)
}

func (s *faulty) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if err := s.enter("UpdateAccount"); err != nil {
		return err
	}
	return s.Store.UpdateAccount(ctx, id, c)
}

// keyStore notes the throttle keys it is asked about.
type keyStore struct {
	*memory.Store
	seen map[string]bool
}

func (s *keyStore) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	s.seen[key] = true
	return s.Store.Reserve(ctx, key, l)
}
