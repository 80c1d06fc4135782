package memory

import (
	"context"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Users is an [auth.AccountStore] in this process, an [auth.LoginRecorder], an
// [auth.PasswordUpgrader], an [auth.AccountImporter] and an
// [auth.AccountLister].
type Users struct {
	mu      sync.RWMutex
	byID    map[string]*account
	byLogin map[string]*account // by username and by e-mail; an empty e-mail is no name
	ids     order               // of byID, for ListUsers
	marked  bool                // there was an account once
}

// account is a row.
type account struct {
	auth.Account
	deleted bool // for whoever still points to it
}

// NewUsers returns a store that never had a user.
func NewUsers() *Users {
	return &Users{
		byID:    make(map[string]*account),
		byLogin: make(map[string]*account),
	}
}

// AccountByLogin returns the account whose username or e-mail is login. A name
// cannot belong to two, so nobody is ever ambiguous here.
func (u *Users) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	row := u.byLogin[login]
	if row == nil {
		return nil, auth.ErrUserNotFound
	}
	found := row.Account
	return &found, nil
}

// UserByID returns the user as of now.
func (u *Users) UserByID(_ context.Context, id string) (*auth.User, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	row := u.byID[id]
	if row == nil {
		return nil, auth.ErrUserNotFound
	}
	found := row.User
	return &found, nil
}

// ListUsers returns a page of users in the order of their IDs.
func (u *Users) ListUsers(_ context.Context, after string, limit int) ([]auth.User, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	var page []auth.User
	for _, row := range u.page(after, limit) {
		page = append(page, row.User)
	}
	return page, nil
}

// page returns up to limit rows in the order of their IDs, from after on.
func (u *Users) page(after string, limit int) []*account {
	var rows []*account
	for id := range u.ids.from(after) {
		if len(rows) >= limit {
			break
		}
		if id != after {
			rows = append(rows, u.byID[id])
		}
	}
	return rows
}

// CreateAccount adds a copy of the account.
func (u *Users) CreateAccount(_ context.Context, a *auth.Account) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.create(a)
}

// Bootstrap adds the first account, once in the life of the store.
func (u *Users) Bootstrap(_ context.Context, a *auth.Account) (made bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.marked {
		return false, nil
	}
	if err := u.create(a); err != nil {
		return false, err
	}
	return true, nil
}

// DeleteAccount removes an account and frees its names.
func (u *Users) DeleteAccount(_ context.Context, id string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	row := u.byID[id]
	if row == nil {
		return auth.ErrUserNotFound
	}
	u.unname(row)
	delete(u.byID, id)
	row.deleted = true
	u.ids.remove(id)
	return nil
}

// RecordLogin sets LastLogin. Errors: auth.ErrUserNotFound.
func (u *Users) RecordLogin(_ context.Context, userID string, at time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	row := u.byID[userID]
	if row == nil {
		return auth.ErrUserNotFound
	}
	row.LastLogin = micro(at)
	return nil
}

// of returns the row of a session's user, or nil. The session remembers it, so
// that a validation looks up one row and not two.
func (u *Users) of(s *session) *account {
	if row := s.user.Load(); row != nil && !row.deleted {
		return row
	}
	row := u.byID[s.owner.userID]
	s.user.Store(row)
	return row
}

func (u *Users) create(given *auth.Account) error {
	if u.byID[given.ID] != nil || u.taken(given) {
		return auth.ErrUserExists
	}
	row := &account{Account: *given}
	row.Stamp = auth.StampOf(given.PasswordHash.Reveal())
	row.CreatedAt, row.UpdatedAt, row.LastLogin = micro(given.CreatedAt), micro(given.UpdatedAt), micro(given.LastLogin)
	u.byID[row.ID] = row
	u.ids.insert(row.ID)
	u.name(row)
	u.marked = true
	return nil
}

// taken reports whether a name of a belongs to another account, be it as its
// username or as its e-mail.
func (u *Users) taken(a *auth.Account) bool {
	for _, name := range names(a) {
		if other := u.byLogin[name]; other != nil && other.ID != a.ID {
			return true
		}
	}
	return false
}

// name makes a row findable by its names.
func (u *Users) name(row *account) {
	for _, name := range names(&row.Account) {
		u.byLogin[name] = row
	}
}

// unname undoes name.
func (u *Users) unname(row *account) {
	for _, name := range names(&row.Account) {
		delete(u.byLogin, name)
	}
}

// names returns what an account can log in by.
func names(a *auth.Account) []string {
	if a.Email == "" {
		return []string{a.Username}
	}
	return []string{a.Username, a.Email}
}

// micro is what every store can keep of a time.
func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
