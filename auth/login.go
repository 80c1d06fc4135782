package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/internal/printable"
)

var errUnsteady = errors.New("the account changes faster than it can be read")

// attempt is one login on its way.
type attempt struct {
	LoginRequest
	name    string    // canonical; as typed where no account can have that name
	valid   bool      // name is canonical
	account *Account  // nil: nobody
	nobody  refusal   // why there is none
	before  time.Time // a refusal is answered no earlier
	stale   bool      // the account's hash has older parameters
	failed  EventKind // of a refusal
	session string    // that it was made from, or opened

	keys, typed []throttleKey // of the account, and of the name alone
}

// refusal is why a login failed, for the record only.
type refusal string

// Login implements [Authenticator]. Every refusal that is not a throttled one
// has cost one hash and gives ErrInvalidCredentials.
func (s *Service) Login(ctx context.Context, req LoginRequest) (*Grant, error) {
	if req.Login == "" || req.Password == "" {
		return nil, ErrCredentialsRequired
	}
	try := newAttempt(req)
	ctx = hide(s.allow(ctx), req.Login, try.name, req.Password)
	try.typed = s.throttle.keys("login", try.name, req.Remote)
	if key, err := s.throttle.remembered(try.typed); err != nil {
		return nil, s.throttled(ctx, try, key, err)
	}
	if err := s.find(ctx, try); err != nil {
		return nil, err
	}
	try.keys = try.typed
	if try.account != nil {
		try.keys = s.throttle.keys("id", try.account.ID, req.Remote)
	}
	var grant *Grant
	err := s.guarded(ctx, try, func(ctx context.Context) (why refusal, err error) {
		if try.stale {
			s.upgrade(ctx, try)
		}
		grant, why, err = s.open(ctx, try)
		return why, err
	})
	if err != nil {
		return nil, err
	}
	try.session = grant.Identity.Session.ID
	s.audit(ctx, try.event(EventLogin))
	return grant, nil
}

func newAttempt(req LoginRequest) *attempt {
	req.UserAgent = printable.Text(req.UserAgent)
	name, err := Canonical(req.Login)
	if err != nil {
		name = req.Login
	}
	return &attempt{LoginRequest: req, name: name, valid: err == nil, nobody: "no such account", failed: EventLoginFailed}
}

// hash is that of the attempt's account; empty where there is none.
func (try *attempt) hash() string {
	if try.account == nil {
		return ""
	}
	return try.account.PasswordHash.Reveal()
}

// event is what the record has of an attempt.
func (try *attempt) event(kind EventKind) Event {
	e := Event{Kind: kind, SessionID: try.session, Remote: try.Remote, UserAgent: try.UserAgent}
	if try.account != nil {
		e.UserID, e.Username = try.account.ID, try.account.Username
	}
	return e
}

// guarded takes the attempt's slots, compares the password and, where it is
// right, goes on with then. It is the one way to a password check: what is
// refused on one route is on all.
func (s *Service) guarded(ctx context.Context, try *attempt, then func(context.Context) (refusal, error)) error {
	ctx = hide(ctx, try.hash())
	held, key, err := s.throttle.reserve(ctx, try.keys)
	if key != nil {
		for i := range try.keys {
			s.throttle.denied.link(try.typed[i].key, try.keys[i].key)
		}
		return s.throttled(ctx, try, key, err)
	}
	if err != nil {
		return s.crowded(ctx, "reserve a login", err)
	}
	why, err := s.compare(ctx, try)
	if why == "" && err == nil {
		// From here on a client that hangs up changes nothing.
		why, err = then(context.WithoutCancel(ctx))
	}
	return s.settle(ctx, try, held, why, err)
}

// find reads the account, if there is one.
func (s *Service) find(ctx context.Context, try *attempt) error {
	if !try.valid {
		return nil
	}
	account, err := s.accountByLogin(ctx, try.name)
	if errors.Is(err, ErrAmbiguousLogin) {
		try.nobody = "ambiguous login"
	}
	if err != nil && !errors.Is(err, ErrUserNotFound) {
		return err
	}
	try.account = account
	return nil
}

// accountByLogin reads an account now; a failure is a fault already reported.
func (s *Service) accountByLogin(ctx context.Context, login string) (*Account, error) {
	call, done := s.bounded(ctx)
	defer done()
	account, err := s.store.AccountByLogin(call, login)
	switch {
	case err == nil:
		return account, nil
	case errors.Is(err, ErrAmbiguousLogin):
		return nil, ErrAmbiguousLogin
	case errors.Is(err, ErrUserNotFound):
		return nil, ErrUserNotFound
	}
	return nil, s.fault(ctx, "read account", err)
}

// compare spends one hash and says why the password does not do, or nothing;
// an error is a fault in which nothing was learned.
func (s *Service) compare(ctx context.Context, try *attempt) (refusal, error) {
	result, err := s.verify(ctx, or(try.hash(), s.decoy), try.Password)
	if err != nil {
		return "", s.crowded(ctx, "hash a password", err)
	}
	try.before, try.stale = result.NotBefore, result.Stale
	return judge(try, result), nil
}

// again compares with a hash that took the place of the one compared before:
// another password, or another login's upgrade. Only the password tells which.
func (s *Service) again(ctx context.Context, try *attempt, now *Account) (refusal, error) {
	ctx = hide(ctx, now.PasswordHash.Reveal())
	result, err := s.verify(ctx, now.PasswordHash.Reveal(), try.Password)
	if err != nil {
		return "", s.crowded(ctx, "hash a password", err)
	}
	if !result.OK {
		return "the password was changed meanwhile", nil
	}
	try.account = now
	return "", nil
}

// verify compares a password, on no store's time.
func (s *Service) verify(ctx context.Context, hash, password string) (password.Result, error) {
	defer pause(ctx)()
	return s.hasher.Verify(ctx, hash, password)
}

// judge decides after the hash, and only then, whether an account may log in.
func judge(try *attempt, result password.Result) refusal {
	account := try.account
	switch {
	case account == nil:
		return try.nobody
	case account.PasswordHash.Empty():
		return "the account has no password"
	case result.Unusable:
		return "the stored hash cannot be used"
	case !result.OK:
		return "wrong password"
	}
	return standing(&account.User)
}

// standing is why a user may not have a session, or empty.
func standing(u *User) refusal {
	if why := unknown(u); why != "" {
		return why
	}
	if !u.Active {
		return "the account is disabled"
	}
	return ""
}

// unknown is what the store answered that means nothing here, or empty.
func unknown(u *User) refusal {
	switch {
	case u.Unknown != "":
		return refusal("the store answered an unknown " + u.Unknown)
	case !u.Role.Valid():
		return "the store answered an unknown role"
	}
	return ""
}

// open makes a session for the account as it was when its password was
// compared, and then reads the account again: what changed in between ends the
// session.
func (s *Service) open(ctx context.Context, try *attempt) (*Grant, refusal, error) {
	for range 3 {
		session, err := s.newSession(ctx, try)
		if err != nil {
			return nil, "", err
		}
		now, err := s.accountByLogin(ctx, try.name)
		gone := errors.Is(err, ErrUserNotFound)
		if err == nil && now.ID == try.account.ID && now.PasswordHash.Reveal() == try.account.PasswordHash.Reveal() {
			if why := standing(&now.User); why != "" {
				s.discard(ctx, session)
				return nil, why, nil
			}
			return s.grant(ctx, try, &Identity{User: now.User, Session: *session, ReadAt: time.Now()})
		}
		s.discard(ctx, session)
		if gone || err == nil && now.ID != try.account.ID {
			return nil, "the account was deleted meanwhile", nil
		}
		if err != nil {
			return nil, "", err
		}
		if why, err := s.again(ctx, try, now); why != "" || err != nil {
			return nil, why, err
		}
	}
	return nil, "", s.fault(ctx, "log in", errUnsteady)
}

// newSession stores a session for the attempt's account.
func (s *Service) newSession(ctx context.Context, try *attempt) (*Session, error) {
	now := moment()
	created, err := s.newest(ctx, try.account.ID, now)
	if err != nil {
		return nil, err
	}
	session := &Session{
		ID: rand.Text(), UserID: try.account.ID, Stamp: try.account.Stamp,
		UserAgent: try.UserAgent, Remote: try.Remote,
		CreatedAt: created, LastSeen: now, ExpiresAt: now.Truncate(time.Second).Add(s.lifetime),
	}
	call, done := s.bounded(ctx)
	defer done()
	if err := s.store.CreateSession(call, session); err != nil {
		s.discard(ctx, session) // it may be there all the same
		return nil, s.fault(ctx, "create session", err)
	}
	return session, nil
}

// discard ends a session nobody was given the token of. Where that fails too
// it stays among the user's sessions until it expires, and opens nothing: its
// token was never made, or never left this process.
func (s *Service) discard(ctx context.Context, session *Session) {
	_ = s.finish(ctx, "end session", func(ctx context.Context) error {
		call, done := s.bounded(ctx)
		defer done()
		err := s.store.EndSession(call, session.ID)
		if err != nil {
			s.fault(ctx, "end session", err)
		}
		return err
	})
}

// grant issues the token, makes room for the session and records the login.
func (s *Service) grant(ctx context.Context, try *attempt, id *Identity) (*Grant, refusal, error) {
	token, err := s.tokens.Issue(ctx, Claims{
		SessionID: id.Session.ID, UserID: id.User.ID,
		IssuedAt: id.Session.ExpiresAt.Add(-s.lifetime), ExpiresAt: id.Session.ExpiresAt,
	})
	if err != nil {
		s.discard(ctx, &id.Session)
		return nil, "", s.fault(ctx, "issue token", err)
	}
	if err := s.trim(ctx, id.User.ID, try.Replaces); err != nil {
		s.discard(ctx, &id.Session)
		return nil, "", err
	}
	id.User.LastLogin = id.Session.LastSeen
	s.record(ctx, id.User.ID, id.User.LastLogin)
	return &Grant{Token: token, Identity: *id}, "", nil
}

// record notes the time of a login, where the users' table has a place for it.
func (s *Service) record(ctx context.Context, userID string, at time.Time) {
	users, ok := s.users.(LoginRecorder)
	if !ok {
		return
	}
	_ = s.finish(ctx, "record login", func(ctx context.Context) error {
		call, done := s.bounded(ctx)
		defer done()
		err := users.RecordLogin(call, userID, at)
		if err != nil {
			s.fault(ctx, "record login", err)
		}
		return err
	})
}

// settle closes the attempt: a success and a fault give the slots back, a
// refusal keeps them.
func (s *Service) settle(ctx context.Context, try *attempt, held []Reservation, why refusal, err error) error {
	unsettled := s.throttle.settle(ctx, held, why != "")
	if err != nil || why == "" {
		return err
	}
	e := try.event(try.failed)
	e.Reason = string(why)
	s.audit(ctx, e)
	_ = sleep(ctx, time.Until(try.before)) // a client that left needs no answer
	if unsettled != nil {
		return unsettled
	}
	return ErrInvalidCredentials
}

// throttled reports a refusal by the throttle, once a key and window.
func (s *Service) throttled(ctx context.Context, try *attempt, key *throttleKey, err error) error {
	if n := s.throttle.denied.refuse(key.key); n > 0 {
		e := try.event(EventLoginThrottled)
		e.Reason, e.Count = key.what, n
		s.audit(ctx, e)
	}
	return err
}

// crowded tells a full queue, which is no fault, from what is one.
func (s *Service) crowded(ctx context.Context, operation string, err error) error {
	if errors.Is(err, errCrowded) || errors.Is(err, password.ErrBusy) {
		after := faultRetry
		if busy, ok := errors.AsType[*password.BusyError](err); ok {
			after = max(after, busy.After)
		}
		return &RetryAfter{Err: fmt.Errorf("%w: %w", ErrUnavailable, hush(ctx, err)), After: after}
	}
	return s.fault(ctx, operation, err)
}
