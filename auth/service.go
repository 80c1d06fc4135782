package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

const (
	defaultStoreTimeout = 3 * time.Second
	defaultLifetime     = 24 * time.Hour
	maxMaxAge           = time.Minute
	touchEvery          = time.Minute
	leastIdle           = 5 * time.Minute
)

// Options are the parts of a Service that have a safe default. A nil *Options
// is all of those.
type Options struct {
	// Hasher checks passwords. Nil: password.New(nil), which is argon2id.
	// Services that share a process should share one, since it bounds the
	// memory and the processors that hashing takes.
	Hasher PasswordHasher

	// Policy is what Accounts asks of a new password. Nil: at least 15
	// characters and none of the common ones.
	Policy *password.Policy

	// Identity answers session and user in one query. Nil: two reads.
	Identity IdentityReader

	// Auditor keeps the events. Nil: they go to Logger.
	Auditor Auditor

	// Logger takes what has no other way out. Nil: slog.Default().
	Logger *slog.Logger

	// AccountLimit bounds the failed logins of one account from one address;
	// from all addresses together an account may have ten times as many. Zero
	// fields: 10 in 15 minutes, leased for a minute.
	AccountLimit Limit

	// AddressLimit bounds the failed logins of one address (IPv6: its /64)
	// over all accounts. Zero fields: 100 in 15 minutes, leased for a minute.
	AddressLimit Limit

	// ThrottlePepper keys the digests under which failed logins are counted,
	// so that a copy of the table cannot be searched for names. It is the same
	// on all nodes. Empty: plain SHA-256.
	ThrottlePepper []byte

	// StoreTimeout bounds each call of a store or an auditor; those of one
	// request may take a third more together, so that a silent store is
	// answered for in time. Zero: 3 s.
	StoreTimeout time.Duration

	// Lifetime is how long a session lasts, in whole seconds; the Tokens given
	// to New must allow as much. Zero: 24 hours.
	Lifetime time.Duration

	// MaxSessions is how many sessions a user may have: a login beyond it ends
	// the oldest. It holds over all nodes that share a session store, also for
	// logins at the same moment. Zero: any number.
	MaxSessions int

	// IdleLimit ends a session that nobody has used for so long. Since LastSeen
	// is true to a minute, one may end that much earlier, never later; noting
	// the use then is part of a validation, and where it fails the validation
	// does. At least 5 minutes. Zero: only Lifetime ends a session.
	IdleLimit time.Duration
}

// Service logs people in and out. It is safe for concurrent use.
type Service struct {
	store    Store
	users    UserStore // as given to Compose, for its optional methods
	tokens   Tokens
	hasher   PasswordHasher
	decoy    string
	policy   *password.Policy
	identity IdentityReader
	lifetime time.Duration
	most     int           // sessions of a user; zero: any number
	idle     time.Duration // zero: no limit
	throttle *throttle
	cache    identityCache
	touching inFlight
	logouts  lately // those that were told
	reporter
}

var (
	_ Authenticator = (*Service)(nil)
	_ Auditor       = (*Service)(nil)
)

// New returns a Service. It does no I/O, and hashes one password to have a
// decoy for logins without an account. The error joins all that is wrong.
func New(store Store, tokens Tokens, opts *Options) (*Service, error) {
	if opts == nil {
		opts = &Options{}
	}
	if err := opts.check(store, tokens); err != nil {
		return nil, err
	}
	s := &Service{
		store: store, users: usersOf(store), tokens: tokens,
		hasher: opts.Hasher, policy: opts.Policy, identity: opts.Identity,
		lifetime: or(opts.Lifetime, defaultLifetime), most: opts.MaxSessions, idle: opts.IdleLimit,
		reporter: newReporter(opts),
	}
	s.throttle = newThrottle(store, opts, s.reporter)
	if s.hasher == nil {
		h, err := password.New(nil)
		if err != nil {
			return nil, err
		}
		s.hasher = h
	}
	var err error
	if s.decoy, err = s.hasher.Hash(context.Background(), rand.Text()); err != nil {
		return nil, fmt.Errorf("auth: Options.Hasher cannot hash, mend it or leave it nil: %w", err)
	}
	return s, nil
}

// check joins all that is wrong with the arguments of New.
func (o *Options) check(store Store, tokens Tokens) error {
	var errs []error
	if store == nil {
		errs = append(errs, errors.New("auth: New needs a Store: memory.New() or a sqlstore.Store"))
	} else if c, ok := store.(composed); ok && (c.UserStore == nil || c.SessionStore == nil || c.ThrottleStore == nil) {
		errs = append(errs, errors.New("auth: Compose was given a nil store: give it users, sessions and throttle"))
	}
	if tokens == nil {
		errs = append(errs, errors.New("auth: New needs Tokens: make them with token.New"))
	}
	if o.StoreTimeout < 0 {
		errs = append(errs, errors.New("auth: Options.StoreTimeout is negative: leave it zero for 3 s"))
	}
	if o.Lifetime < 0 || o.Lifetime%time.Second != 0 {
		errs = append(errs, errors.New("auth: Options.Lifetime is not a positive number of whole seconds: leave it zero for 24 h"))
	}
	if o.MaxSessions < 0 {
		errs = append(errs, errors.New("auth: Options.MaxSessions is negative: leave it zero for any number"))
	}
	if o.IdleLimit != 0 && o.IdleLimit < leastIdle {
		errs = append(errs, fmt.Errorf("auth: Options.IdleLimit is %v: give at least %v, since LastSeen is true to a minute only, or zero for none", o.IdleLimit, leastIdle))
	}
	for name, l := range map[string]Limit{"AccountLimit": o.AccountLimit, "AddressLimit": o.AddressLimit} {
		if l.Max < 0 || l.Window < 0 || l.Lease < 0 {
			errs = append(errs, fmt.Errorf("auth: Options.%s has a negative field: leave it zero for the default", name))
		}
	}
	return errors.Join(errs...)
}

// Validate implements [Authenticator].
func (s *Service) Validate(ctx context.Context, token string, maxAge time.Duration) (*Identity, error) {
	claims, err := s.claims(ctx, token)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if !now.Before(claims.ExpiresAt) {
		return nil, ErrInvalidToken
	}
	var id *Identity
	if maxAge > 0 {
		id = s.cache.get(claims.SessionID, now.Add(-min(maxAge, maxMaxAge)))
	}
	if id == nil {
		if id, err = s.readIdentity(ctx, claims.SessionID, now); err != nil {
			return nil, err
		}
		if maxAge > 0 {
			s.cache.put(id)
		}
	}
	if id.User.ID != claims.UserID || !now.Before(id.Session.ExpiresAt) {
		return nil, ErrInvalidToken
	}
	if err := s.touch(ctx, &id.Session, now); err != nil {
		return nil, err
	}
	return id, nil
}

// Logout implements [Authenticator].
func (s *Service) Logout(ctx context.Context, token string) error {
	ctx = s.allow(ctx)
	claims, err := s.claims(ctx, token)
	if errors.Is(err, ErrInvalidToken) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.logout(ctx, claims)
}

// Sessions returns the user's live sessions, the newest first: those that
// Validate would admit now, were the user active.
//
// Errors: ErrUnavailable.
func (s *Service) Sessions(ctx context.Context, userID string) ([]Session, error) {
	call, done := s.bounded(ctx)
	defer done()
	user, err := s.store.UserByID(call, userID)
	if errors.Is(err, ErrUserNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, s.fault(ctx, "read user", err)
	}
	sessions, err := s.store.SessionsByUser(call, userID)
	if err != nil {
		return nil, s.fault(ctx, "list sessions", err)
	}
	now, live := time.Now(), sessions[:0]
	for i := range sessions {
		if one := &sessions[i]; one.under(user.Stamp) && !s.idled(one, now) {
			live = append(live, *one)
		}
	}
	return live, nil
}

// EndSession ends one session of the user.
//
// Errors: ErrSessionNotFound, also when it is somebody else's; ErrUnavailable.
func (s *Service) EndSession(ctx context.Context, userID, sessionID string) error {
	ctx = s.allow(ctx)
	call, done := s.bounded(ctx)
	defer done()
	session, err := s.store.SessionByID(call, sessionID)
	if errors.Is(err, ErrSessionNotFound) || err == nil && session.UserID != userID {
		return ErrSessionNotFound
	}
	if err != nil {
		return s.fault(ctx, "read session", err)
	}
	return s.endSession(ctx, userID, sessionID, "asked for")
}

// EndUserSessions ends all sessions of the user but exceptID; an empty
// exceptID spares none. A host calls it when its own code changes a password.
//
// Errors: ErrUnavailable.
func (s *Service) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	return s.endUserSessions(s.allow(ctx), userID, exceptID, "asked for")
}

// Unlock forgets the failed logins of the user's account, from every address.
// Other nodes may refuse for 5 seconds more.
//
// Errors: ErrUserNotFound, ErrUnavailable.
func (s *Service) Unlock(ctx context.Context, userID string) error {
	ctx = s.allow(ctx)
	call, done := s.bounded(ctx)
	defer done()
	user, err := s.store.UserByID(call, userID)
	if errors.Is(err, ErrUserNotFound) {
		return ErrUserNotFound
	}
	if err != nil {
		return s.fault(ctx, "read user", err)
	}
	if err := s.throttle.forget(ctx, userID); err != nil {
		return s.fault(ctx, "unlock account", err)
	}
	s.audit(ctx, Event{Kind: EventAccountUnlocked, UserID: user.ID, Username: user.Username})
	return nil
}

// Audit implements [Auditor] by the one in Options, so that what belongs to a
// Service, such as an httpadapter.Handler, tells the same record. It sets the
// event's Time, and its ActorID where ctx carries somebody other than its user.
func (s *Service) Audit(ctx context.Context, e Event) error { return s.keep(ctx, e) }

// claims verifies a token.
func (s *Service) claims(ctx context.Context, token string) (Claims, error) {
	claims, err := s.tokens.Verify(ctx, token)
	switch {
	case err == nil:
		return claims, nil
	case errors.Is(err, ErrInvalidToken):
		return Claims{}, ErrInvalidToken
	}
	return Claims{}, s.fault(hide(ctx, token), "verify token", err)
}

// logout ends the session that a token names. Once that is told it is not told
// again, or a dead token could fill the record.
func (s *Service) logout(ctx context.Context, c Claims) error {
	if err := s.stopSession(ctx, c.SessionID); err != nil {
		return err
	}
	if s.logouts.add(c.SessionID) {
		s.audit(ctx, Event{Kind: EventLogout, UserID: c.UserID, SessionID: c.SessionID})
	}
	return nil
}

func (s *Service) endSession(ctx context.Context, userID, id, reason string) error {
	if err := s.stopSession(ctx, id); err != nil {
		return err
	}
	s.audit(ctx, Event{Kind: EventSessionEnded, UserID: userID, SessionID: id, Reason: reason})
	return nil
}

func (s *Service) stopSession(ctx context.Context, id string) error {
	call, done := s.bounded(ctx)
	defer done()
	err := s.store.EndSession(call, id)
	s.cache.drop(id) // with an error too: it may have ended
	if err != nil {
		return s.fault(ctx, "end session", err)
	}
	return nil
}

func (s *Service) endUserSessions(ctx context.Context, userID, exceptID, reason string) error {
	call, done := s.bounded(ctx)
	defer done()
	err := s.store.EndUserSessions(call, userID, exceptID)
	s.cache.dropUser(userID)
	if err != nil {
		return s.fault(ctx, "end sessions", err)
	}
	s.audit(ctx, Event{Kind: EventSessionEnded, UserID: userID, Reason: reason})
	return nil
}

// or returns v, or def where v is zero.
func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
