package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxText is how many bytes a name, an organization or an ID may have.
const maxText = 254

// Accounts creates and changes accounts. Every change that takes something
// away from a user also ends the user's sessions, and every change is audited.
// It is safe for concurrent use.
//
// All methods may return ErrUnavailable.
type Accounts struct {
	store AccountStore
	svc   *Service
}

// NewAccounts returns Accounts that write through store and end the sessions
// of svc.
func NewAccounts(store AccountStore, svc *Service) *Accounts {
	return &Accounts{store: store, svc: svc}
}

// NewAccount is what it takes to create an account. It prints without the
// password.
type NewAccount struct {
	Username     string // without "@"; folded by Canonical
	Email        string // with "@", or empty; folded by Canonical
	Name         string
	Organization string
	AWSRegion    string // a region, or empty
	Role         Role   // empty: RoleUser
	Password     Secret
}

// Create adds an active account with a new ID.
//
// Errors: ErrInvalidAccount, a *PolicyError, ErrUserExists.
func (a *Accounts) Create(ctx context.Context, n NewAccount) (*User, error) {
	account, err := a.prepare(ctx, n)
	if err != nil {
		return nil, err
	}
	ctx = hide(a.svc.allow(ctx), account.PasswordHash.Reveal())
	call, done := a.svc.bounded(ctx)
	defer done()
	if err := a.store.CreateAccount(call, account); err != nil {
		if err := a.known(ctx, "create account", err); !a.madeAnyway(ctx, account, err) {
			return nil, err
		}
	}
	return a.created(ctx, account), nil
}

// Bootstrap adds the first account of a store that never had one. On any other
// store it changes nothing and returns nil and no error. The mark it leaves is
// permanent: a first account that was deleted does not come back.
//
// Errors: ErrInvalidAccount, a *PolicyError.
func (a *Accounts) Bootstrap(ctx context.Context, n NewAccount) (*User, error) {
	account, err := a.prepare(ctx, n)
	if err != nil {
		return nil, err
	}
	ctx = hide(a.svc.allow(ctx), account.PasswordHash.Reveal())
	call, done := a.svc.bounded(ctx)
	defer done()
	made, err := a.store.Bootstrap(call, account)
	if err != nil {
		err = a.known(ctx, "bootstrap", err)
		if made = a.madeAnyway(ctx, account, err); !made {
			return nil, err
		}
	}
	if !made {
		return nil, nil
	}
	return a.created(ctx, account), nil
}

// Find returns the user with that username or e-mail.
//
// Errors: ErrUserNotFound, and ErrAmbiguousLogin, which is one.
func (a *Accounts) Find(ctx context.Context, login string) (*User, error) {
	name, err := Canonical(login)
	if err != nil {
		return nil, ErrUserNotFound
	}
	call, done := a.svc.bounded(ctx)
	defer done()
	account, err := a.store.AccountByLogin(call, name)
	if err != nil {
		return nil, a.known(ctx, "read account", err)
	}
	return &account.User, nil
}

// List returns up to limit users in the order of their IDs, those after the ID
// after; an empty after starts at the first.
func (a *Accounts) List(ctx context.Context, after string, limit int) ([]User, error) {
	call, done := a.svc.bounded(ctx)
	defer done()
	users, err := a.store.ListUsers(call, after, limit)
	if err != nil {
		return nil, a.known(ctx, "list users", err)
	}
	return users, nil
}

// SetPassword sets a new password and then ends all of the user's sessions.
// An error after the password was set leaves it set; the sessions then end
// when they are next used, since their stamp is the old one.
//
// Errors: ErrUserNotFound, a *PolicyError.
func (a *Accounts) SetPassword(ctx context.Context, id string, password Secret) error {
	ctx = a.svc.allow(ctx)
	user, err := a.byID(ctx, id)
	if err != nil {
		return err
	}
	hash, err := a.hash(ctx, password, user)
	if err != nil {
		return err
	}
	ctx = hide(ctx, hash.Reveal())
	return a.change(ctx, user, AccountChange{PasswordHash: &hash}, Event{Kind: EventPasswordChanged})
}

// SetRole gives the user a role and ends the sessions that were made under the
// other one. An error after the role was set leaves it set; sessions that were
// not ended then go on under the new role.
//
// Errors: ErrUserNotFound, ErrInvalidAccount.
func (a *Accounts) SetRole(ctx context.Context, id string, role Role) error {
	if _, err := ParseRole(string(role)); err != nil {
		return err
	}
	ctx = a.svc.allow(ctx)
	user, err := a.byID(ctx, id)
	if err != nil {
		return err
	}
	if user.Role == role {
		return nil
	}
	return a.change(ctx, user, AccountChange{Role: &role}, Event{Kind: EventRoleChanged, Reason: string(role)})
}

// SetActive enables or disables the user. Either ends the sessions there are,
// so that none made before a user was disabled lives on when the user is
// enabled again.
//
// Errors: ErrUserNotFound.
func (a *Accounts) SetActive(ctx context.Context, id string, active bool) error {
	ctx = a.svc.allow(ctx)
	user, err := a.byID(ctx, id)
	if err != nil {
		return err
	}
	reason := "disabled"
	if active {
		reason = "enabled"
	}
	return a.change(ctx, user, AccountChange{Active: &active}, Event{Kind: EventActiveChanged, Reason: reason})
}

// Delete removes the account and ends its sessions. Its names are free again.
//
// Errors: ErrUserNotFound.
func (a *Accounts) Delete(ctx context.Context, id string) error {
	ctx = a.svc.allow(ctx)
	user, err := a.byID(ctx, id)
	if err != nil {
		return err
	}
	call, done := a.svc.bounded(ctx)
	defer done()
	defer a.svc.cache.dropUser(id)
	if err := a.store.DeleteAccount(call, id); err != nil {
		return a.known(ctx, "delete account", err)
	}
	ctx = context.WithoutCancel(ctx) // what is begun is finished
	a.svc.audit(ctx, Event{Kind: EventAccountDeleted, UserID: id, Username: user.Username})
	return a.svc.endUserSessions(ctx, id, "", "the account was deleted")
}

// change writes first and ends the sessions then. A login that read the old
// values finds the new ones when it reads the account again, after its session
// is made, and so none slips through between the two steps.
func (a *Accounts) change(ctx context.Context, user *User, c AccountChange, e Event) error {
	now := moment()
	c.UpdatedAt = &now
	call, done := a.svc.bounded(ctx)
	defer done()
	defer a.svc.cache.dropUser(user.ID) // also when only the answer was lost
	if err := a.store.UpdateAccount(call, user.ID, c); err != nil {
		return a.known(ctx, "update account", err)
	}
	ctx = context.WithoutCancel(ctx) // what is begun is finished
	e.UserID, e.Username = user.ID, user.Username
	a.svc.audit(ctx, e)
	return a.svc.endUserSessions(ctx, user.ID, "", string(e.Kind))
}

func (a *Accounts) byID(ctx context.Context, id string) (*User, error) {
	call, done := a.svc.bounded(ctx)
	defer done()
	user, err := a.store.UserByID(call, id)
	if err != nil {
		return nil, a.known(ctx, "read user", err)
	}
	return user, nil
}

// known returns the errors a caller tells apart as they are, and others as
// faults.
func (a *Accounts) known(ctx context.Context, operation string, err error) error {
	for _, e := range []error{ErrAmbiguousLogin, ErrUserNotFound, ErrUserExists, ErrUserChanged} {
		if errors.Is(err, e) {
			return e
		}
	}
	return a.svc.fault(ctx, operation, err)
}

// madeAnyway reports whether an account is there although making it failed:
// its answer was lost. The ID is new, so nobody else has made it. Without this
// look, nobody would ever know the password of a first account.
func (a *Accounts) madeAnyway(ctx context.Context, account *Account, err error) bool {
	if !errors.Is(err, ErrUnavailable) {
		return false
	}
	call, done := a.svc.bounded(context.WithoutCancel(ctx))
	defer done()
	_, err = a.store.UserByID(call, account.ID)
	return err == nil
}

func (a *Accounts) created(ctx context.Context, account *Account) *User {
	a.svc.audit(ctx, Event{Kind: EventAccountCreated, UserID: account.ID, Username: account.Username, Reason: string(account.Role)})
	return &account.User
}

// prepare normalises, then validates, then hashes.
func (a *Accounts) prepare(ctx context.Context, n NewAccount) (*Account, error) {
	now := moment()
	account := &Account{User: User{
		ID: newID(), Username: n.Username, Email: n.Email, Name: n.Name, Organization: n.Organization,
		AWSRegion: n.AWSRegion, Role: or(n.Role, RoleUser), Active: true, CreatedAt: now, UpdatedAt: now,
	}}
	if err := account.normalise(); err != nil {
		return nil, err
	}
	hash, err := a.hash(ctx, n.Password, &account.User)
	if err != nil {
		return nil, err
	}
	account.PasswordHash, account.Stamp = hash, StampOf(hash.Reveal())
	return account, nil
}

// check applies the policy.
func (a *Accounts) check(password Secret, u *User) error {
	local, _, _ := strings.Cut(u.Email, "@")
	err := a.svc.policy.Check(password.Reveal(), u.Username, u.Email, local, u.Name, u.Organization)
	if err == nil {
		return nil
	}
	_, reason, _ := strings.Cut(err.Error(), ": ")
	return &PolicyError{Reason: reason}
}

// hash applies the policy and hashes.
func (a *Accounts) hash(ctx context.Context, password Secret, u *User) (Secret, error) {
	if err := a.check(password, u); err != nil {
		return Secret{}, err
	}
	ctx = hide(ctx, password.Reveal())
	hash, err := a.svc.hash(ctx, password.Reveal())
	if err != nil {
		return Secret{}, a.svc.crowded(ctx, "hash a password", err)
	}
	return NewSecret(hash), nil
}

// normalise folds the names and refuses what no account may have. The error
// joins all that is wrong.
func (u *User) normalise() error {
	var errs []error
	refuse := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrInvalidAccount}, args...)...))
	}
	username, err := Canonical(u.Username)
	switch {
	case err != nil:
		refuse("the username %v", err)
	case strings.ContainsAny(username, "@ "):
		refuse(`the username holds "@" or a space; an e-mail address goes into Email`)
	}
	u.Username = username
	if u.Email != "" {
		email, err := Canonical(u.Email)
		if local, domain, ok := strings.Cut(email, "@"); err != nil || !ok || local == "" || domain == "" || strings.ContainsAny(domain, "@ ") || strings.Contains(local, " ") {
			refuse("the e-mail is not of the form name@domain")
		}
		u.Email = email
	}
	for what, text := range map[string]string{"name": u.Name, "organization": u.Organization} {
		if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			refuse("the %s is longer than %d bytes, not UTF-8, or has control characters", what, maxText)
		}
	}
	if u.AWSRegion != "" && !ValidRegion(u.AWSRegion) {
		refuse("the AWS region is not of the form eu-north-1")
	}
	if _, err := ParseRole(string(u.Role)); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// moment is now, to what every store can keep.
func moment() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// newID returns a random UUID (RFC 9562, section 5.4).
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program first
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
