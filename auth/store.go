package auth

import (
	"context"
	"time"
)

// UserStore is the two reads that put an existing users table behind the
// library.
//
// In this and the other store interfaces, an error that is not one of those
// named is a fault: it is answered 503 and never as a refusal. Every method may
// be called from many goroutines at once, keeps nothing of what it was given,
// and returns values the caller may change.
type UserStore interface {
	// AccountByLogin returns the one account whose username or e-mail is
	// login, which is in the form [Canonical] gives. What is found must be
	// canonically equal to login, whatever the database's collation says; two
	// accounts that match are nobody.
	//
	// Errors: ErrUserNotFound; for two, better ErrAmbiguousLogin, which is one.
	AccountByLogin(ctx context.Context, login string) (*Account, error)

	// UserByID returns the user as of now.
	//
	// Errors: ErrUserNotFound.
	UserByID(ctx context.Context, id string) (*User, error)
}

// LoginRecorder is a UserStore that keeps [User.LastLogin]. It is optional and
// is asked of the UserStore value itself.
type LoginRecorder interface {
	// RecordLogin sets LastLogin and nothing else: not UpdatedAt, not Role.
	RecordLogin(ctx context.Context, userID string, at time.Time) error
}

// PasswordUpgrader is a UserStore that lets a login replace a hash made with
// older parameters. It is optional and is asked of the UserStore value itself.
type PasswordUpgrader interface {
	// UpgradePassword sets the hash to to if it still is from, in one step,
	// and changes nothing else.
	//
	// Errors: ErrUserChanged when it is another by now; ErrUserNotFound.
	UpgradePassword(ctx context.Context, userID string, from, to Secret) error
}

// SessionStore keeps sessions. Times are given and returned to the
// microsecond at least.
type SessionStore interface {
	// CreateSession stores a session under its new ID.
	CreateSession(ctx context.Context, s *Session) error

	// SessionByID returns a session that has neither ended nor expired.
	//
	// Errors: ErrSessionNotFound.
	SessionByID(ctx context.Context, id string) (*Session, error)

	// SessionsByUser returns a user's live sessions, the newest first. None is
	// no error.
	SessionsByUser(ctx context.Context, userID string) ([]Session, error)

	// TouchSession moves LastSeen forward to seen, never back. It never brings
	// an ended session back; an unknown ID is no error.
	TouchSession(ctx context.Context, id string, seen time.Time) error

	// EndSession ends one session. Once it returned, SessionByID on every node
	// no longer finds it. Ending it again, or an unknown one, is no error.
	EndSession(ctx context.Context, id string) error

	// EndUserSessions ends all sessions of a user but exceptID; an empty
	// exceptID spares none.
	EndUserSessions(ctx context.Context, userID, exceptID string) error

	// RestampSessions sets Stamp to to where it is from, on the user's live
	// sessions.
	RestampSessions(ctx context.Context, userID, from, to string) error
}

// Limit is how many failures a throttle key may have.
type Limit struct {
	Max    int           // failures, counting attempts still under way; at least 1
	Window time.Duration // a key's failures are forgotten this long after its first attempt
	Lease  time.Duration // an attempt not settled for so long has crashed and is a failure
}

// Decision is what a throttle says to one attempt. The zero value refuses.
type Decision int

const (
	// Denied: the failures have reached the limit.
	Denied Decision = iota
	// Undecided: only attempts still under way stand in the way; ask again.
	Undecided
	// Granted: one slot is taken, to be given to Settle.
	Granted
)

// Reservation is the answer to Reserve, and the slot when it was granted.
type Reservation struct {
	Decision   Decision
	Key        string
	Epoch      int64         // which count the slot belongs to; opaque
	RetryAfter time.Duration // Denied: until the window ends, on the store's clock
}

// ThrottleStore counts failed attempts by key on its own clock, so that nodes
// whose clocks differ count alike. A key is at most 96 bytes of [A-Za-z0-9_/-].
//
// A key has failures, pending attempts, the end of its window and the end of
// the lease of the latest attempt. When the window is over, both counts start
// from zero; when the lease is over, pending attempts become failures. Either
// begins a new epoch.
type ThrottleStore interface {
	// Reserve takes one slot under key in one atomic step: Granted while
	// failures plus pending attempts are fewer than l.Max, Undecided while
	// fewer than that have failed, Denied otherwise.
	Reserve(ctx context.Context, key string, l Limit) (Reservation, error)

	// Settle gives a granted slot back, as a failure if failed. It does
	// nothing when the slot's epoch is over. A slot is settled once.
	Settle(ctx context.Context, r Reservation, failed bool) error

	// Forget removes key and every key that begins with key + "/": an operator
	// unlocks an account.
	Forget(ctx context.Context, key string) error
}

// Store is all that a [Service] keeps.
type Store interface {
	UserStore
	SessionStore
	ThrottleStore
}

// IdentityReader answers in one query what SessionByID and UserByID answer in
// two. A host whose users and sessions share a database names it in
// [Options.Identity].
type IdentityReader interface {
	// IdentityBySession returns a live session and its user as of one moment.
	//
	// Errors: ErrSessionNotFound, also when the user is gone.
	IdentityBySession(ctx context.Context, sessionID string) (*Identity, error)
}

// AccountStore is a UserStore that [Accounts] can write. A host that keeps its
// own users does not implement it.
type AccountStore interface {
	UserStore

	// CreateAccount adds an account. Its username and e-mail are canonical;
	// an empty e-mail is none and is not unique. It also leaves the mark that
	// Bootstrap looks for.
	//
	// Errors: ErrUserExists when the username, the e-mail or the ID is taken.
	CreateAccount(ctx context.Context, a *Account) error

	// UpdateAccount applies a change in one step, wholly or not at all.
	//
	// Errors: ErrUserNotFound, ErrUserExists, ErrUserChanged.
	UpdateAccount(ctx context.Context, id string, c AccountChange) error

	// DeleteAccount removes an account; its names are free again.
	//
	// Errors: ErrUserNotFound.
	DeleteAccount(ctx context.Context, id string) error

	// ListUsers returns up to limit users in the order of their IDs, those
	// after the ID after; an empty after starts at the first.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)

	// Bootstrap adds the first account and reports true, on a store that never
	// had one. The mark it leaves is permanent and is written in the same
	// transaction: deleting the account does not bring it back. Of many
	// processes that call it at once, one is told true.
	Bootstrap(ctx context.Context, a *Account) (made bool, err error)
}

// AccountImporter is an AccountStore that adds many accounts at once. It is
// optional and is asked of the AccountStore value itself; [Accounts.Import]
// adds them one by one without it.
type AccountImporter interface {
	// ImportAccounts adds, in one transaction, those of the accounts whose
	// username, e-mail and ID are free, in their order, and leaves the mark
	// that Bootstrap looks for. It takes accounts as CreateAccount does, any
	// number of them.
	//
	// The answer has an element for each account: nil if it was added, else the
	// account that has its username, or else its e-mail, or else its ID. That
	// may be an earlier one of the same call. An error means that none was
	// added.
	ImportAccounts(ctx context.Context, accounts []Account) ([]*Account, error)
}

// AccountLister is an AccountStore that lists accounts with their password
// hashes, for an export that an operator asked for. Nothing else calls it.
type AccountLister interface {
	// ListAccounts returns what ListUsers does, as whole accounts.
	ListAccounts(ctx context.Context, after string, limit int) ([]Account, error)
}

// AccountChange says which columns to set; nil fields stay.
type AccountChange struct {
	Username     *string // canonical
	Email        *string // canonical; empty: none
	Name         *string
	Organization *string
	AWSRegion    *string
	Role         *Role
	Active       *bool
	PasswordHash *Secret
	UpdatedAt    *time.Time

	// IfHash makes the change a compare-and-swap: ErrUserChanged if the hash
	// is another one.
	IfHash *Secret
}

// Compose makes one Store of three, such as a host's own users with sessions
// and throttle somewhere else.
func Compose(users UserStore, sessions SessionStore, throttle ThrottleStore) Store {
	return composed{users, sessions, throttle}
}

type composed struct {
	UserStore
	SessionStore
	ThrottleStore
}

// usersOf returns the UserStore value that was given to Compose, so that its
// optional methods are found.
func usersOf(s Store) UserStore {
	if c, ok := s.(composed); ok {
		return c.UserStore
	}
	return s
}
