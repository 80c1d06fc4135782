package auth

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// PasswordChange is how a signed-in person asks for another password. It prints
// without the passwords.
type PasswordChange struct {
	UserID    string // who is signed in
	SessionID string // the session that lives on; empty: none does
	Current   Secret
	New       Secret
	Remote    netip.Addr // the client, counted as in a [LoginRequest]
	UserAgent string
}

// ChangePassword sets a person's own new password if the current one is right,
// which is checked as a login is: it is counted by the same throttle and hashed
// behind the same gate. All sessions end but c.SessionID.
//
// An error may leave the other sessions ended under the old password, but never
// one of them alive under the new one; in a store without [User.Stamp], one
// that was made during the change may be.
//
// Errors: ErrCredentialsRequired, a *PolicyError, ErrWrongPassword,
// ErrThrottled, ErrInvalidToken when c.SessionID is no live session of the
// user's, ErrUserNotFound.
func (a *Accounts) ChangePassword(ctx context.Context, c PasswordChange) error {
	if c.Current.Empty() || c.New.Empty() {
		return ErrCredentialsRequired
	}
	ctx = hide(a.svc.allow(ctx), c.Current.Reveal(), c.New.Reveal())
	account, err := a.account(ctx, c.UserID)
	if err != nil {
		return err
	}
	if err := a.check(c.New, &account.User); err != nil {
		return err
	}
	try := newAttempt(LoginRequest{Login: account.Username, Password: c.Current.Reveal(), Remote: c.Remote, UserAgent: c.UserAgent})
	try.account, try.session, try.failed = account, c.SessionID, EventPasswordRefused
	try.typed = a.svc.throttle.keys("login", try.name, c.Remote)
	try.keys = a.svc.throttle.keys("id", account.ID, c.Remote)
	err = a.svc.guarded(ctx, try, func(ctx context.Context) (refusal, error) { return a.replace(ctx, try, c) })
	if errors.Is(err, ErrInvalidCredentials) {
		return ErrWrongPassword
	}
	return err
}

// account reads a user with the hash, for which stores are asked by name.
func (a *Accounts) account(ctx context.Context, id string) (*Account, error) {
	user, err := a.byID(ctx, id)
	if err != nil {
		return nil, err
	}
	call, done := a.svc.bounded(ctx)
	defer done()
	account, err := a.store.AccountByLogin(call, user.Username)
	if err == nil && account.ID != id {
		err = errUnsteady
	}
	if err != nil {
		return nil, a.known(ctx, "read account", err)
	}
	return account, nil
}

// replace hashes the new password and puts it in the place of the one that was
// compared. Where a login's upgrade was faster, the password is compared again.
func (a *Accounts) replace(ctx context.Context, try *attempt, c PasswordChange) (refusal, error) {
	defer a.svc.cache.dropUser(try.account.ID) // also when only an answer was lost
	if err := a.live(ctx, try.account, c.SessionID); err != nil {
		return "", err
	}
	text, err := a.svc.hash(ctx, c.New.Reveal())
	if err != nil {
		return "", a.svc.crowded(ctx, "hash a password", err)
	}
	ctx = hide(ctx, text)
	hash := NewSecret(text)
	for range 3 {
		if err := a.part(ctx, try.account, c.SessionID, hash); err != nil {
			return "", err
		}
		err := a.write(ctx, try, hash)
		if err == nil {
			return "", a.join(ctx, try, c.SessionID, hash)
		}
		if !errors.Is(err, ErrUserChanged) {
			return "", err
		}
		now, err := a.account(ctx, try.account.ID)
		if err != nil {
			return "", err
		}
		if why, err := a.svc.again(ctx, try, now); why != "" || err != nil {
			return why, err
		}
	}
	return "", a.svc.fault(ctx, "change a password", errUnsteady)
}

// live refuses a session that is to live on and is none of the account's.
func (a *Accounts) live(ctx context.Context, account *Account, sessionID string) error {
	if sessionID == "" {
		return nil
	}
	id, err := a.svc.readIdentity(ctx, sessionID, time.Now())
	if err == nil && id.User.ID != account.ID {
		err = ErrInvalidToken
	}
	return err
}

// part is the step before the hash is written: it fits the session that lives
// on to the old stamp and the new one, and ends the others, whose stamp it could
// not tell from that one's. A session made after that has the old stamp and
// ends with it.
func (a *Accounts) part(ctx context.Context, account *Account, sessionID string, hash Secret) error {
	if err := a.carry(ctx, account, sessionID, eitherStamp(account.Stamp, StampOf(hash.Reveal()))); err != nil {
		return err
	}
	call, done := a.svc.bounded(ctx)
	defer done()
	if err := a.svc.store.EndUserSessions(call, account.ID, sessionID); err != nil {
		return a.svc.fault(ctx, "end sessions", err)
	}
	return nil
}

// carry gives the session that lives on the stamp to, if it is good under the
// account's. Which one it has is read: a login that upgrades the hash, or the
// same change asked for twice, gives it another meanwhile.
func (a *Accounts) carry(ctx context.Context, account *Account, sessionID, to string) error {
	if sessionID == "" || account.Stamp == "" {
		return nil
	}
	call, done := a.svc.bounded(ctx)
	defer done()
	session, err := a.svc.store.SessionByID(call, sessionID)
	if errors.Is(err, ErrSessionNotFound) {
		return ErrInvalidToken
	}
	if err == nil && session.under(account.Stamp) {
		err = a.svc.store.RestampSessions(call, account.ID, session.Stamp, to)
	}
	if err != nil {
		return a.svc.fault(ctx, "restamp sessions", err)
	}
	return nil
}

// write sets the hash if it still is the one that was compared.
func (a *Accounts) write(ctx context.Context, try *attempt, hash Secret) error {
	call, done := a.svc.bounded(ctx)
	defer done()
	now := moment()
	err := a.store.UpdateAccount(call, try.account.ID, AccountChange{
		PasswordHash: &hash, UpdatedAt: &now, IfHash: &try.account.PasswordHash,
	})
	if err != nil {
		return a.known(ctx, "update account", err)
	}
	a.svc.audit(ctx, try.event(EventPasswordChanged))
	return nil
}

// join is the step after: the session that lives on gets the new stamp alone,
// and what was logged in with the old password meanwhile ends. Without the
// first the session is still good, so its failure is an event.
func (a *Accounts) join(ctx context.Context, try *attempt, sessionID string, hash Secret) error {
	now, err := a.account(ctx, try.account.ID)
	if err == nil && now.PasswordHash.Reveal() == hash.Reveal() {
		_ = a.carry(ctx, try.account, sessionID, now.Stamp)
	}
	return a.svc.endUserSessions(ctx, try.account.ID, sessionID, string(EventPasswordChanged))
}
