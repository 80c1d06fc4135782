package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// roundTrip is the time between a check and an act that a database takes.
func roundTrip() { <-time.After(2 * time.Millisecond) }

type foldingLogin struct{ *memory.Store }

func (f foldingLogin) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	return f.Store.AccountByLogin(ctx, strings.ToLower(login))
}

// checkedCreate has no unique index: what comes between its check and its
// insert is not refused.
type checkedCreate struct{ *memory.Store }

func (f checkedCreate) CreateAccount(ctx context.Context, a *auth.Account) error {
	for _, name := range []string{a.Username, a.Email} {
		if _, err := f.AccountByLogin(ctx, name); err == nil {
			return auth.ErrUserExists
		}
	}
	roundTrip()
	if err := f.Store.CreateAccount(ctx, a); err != nil && !errors.Is(err, auth.ErrUserExists) {
		return err
	}
	return nil
}

type inclusivePage struct{ *memory.Store }

func (f inclusivePage) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	page, err := f.Store.ListUsers(ctx, after, limit)
	if last, found := f.UserByID(ctx, after); found == nil && len(page) > 0 {
		page = append([]auth.User{*last}, page[:len(page)-1]...)
	}
	return page, err
}

// offsetPage takes after for "the next page", as LIMIT and OFFSET do.
type offsetPage struct {
	*memory.Store
	offset int
}

func (f *offsetPage) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	if after == "" {
		f.offset = 0
	}
	all, err := f.Store.ListUsers(ctx, "", f.offset+limit)
	page := all[min(f.offset, len(all)):]
	f.offset += len(page)
	return page, err
}

type swapIgnored struct{ *memory.Store }

func (f swapIgnored) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	c.IfHash = nil
	return f.Store.UpdateAccount(ctx, id, c)
}

// checkedSwap compares first and writes afterwards.
type checkedSwap struct{ *memory.Store }

func (f checkedSwap) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if c.IfHash != nil {
		if err := f.Store.UpdateAccount(ctx, id, auth.AccountChange{IfHash: c.IfHash}); err != nil {
			return err
		}
		roundTrip()
		c.IfHash = nil
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

// halfUpdate writes the role in a statement of its own.
type halfUpdate struct{ *memory.Store }

func (f halfUpdate) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if err := f.Store.UpdateAccount(ctx, id, auth.AccountChange{Role: c.Role, IfHash: c.IfHash}); err != nil {
		return err
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

type blankedFields struct{ *memory.Store }

func (f blankedFields) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if c.Organization == nil {
		c.Organization = new(string)
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

// affectedRows counts changed rows where it should count matched ones.
type affectedRows struct{ *memory.Store }

func (f affectedRows) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	before, _ := f.UserByID(ctx, id)
	if err := f.Store.UpdateAccount(ctx, id, c); err != nil {
		return err
	}
	if after, _ := f.UserByID(ctx, id); *after == *before {
		return auth.ErrUserNotFound
	}
	return nil
}

// emptyBootstrap counts users instead of looking for a mark.
type emptyBootstrap struct{ *memory.Store }

func (f emptyBootstrap) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if users, err := f.ListUsers(ctx, "", 1); err != nil || len(users) > 0 {
		return false, err
	}
	roundTrip()
	err := f.CreateAccount(ctx, a)
	return err == nil, err
}

type recordedUpdate struct{ *memory.Store }

func (f recordedUpdate) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	if err := f.UpdateAccount(ctx, userID, auth.AccountChange{UpdatedAt: &at}); err != nil {
		return err
	}
	return f.Store.RecordLogin(ctx, userID, at)
}

type blindUpgrade struct{ *memory.Store }

func (f blindUpgrade) UpgradePassword(ctx context.Context, userID string, _, to auth.Secret) error {
	return f.UpdateAccount(ctx, userID, auth.AccountChange{PasswordHash: &to})
}

// insertIgnore does not say that it added nothing.
type insertIgnore struct{ *memory.Store }

func (f insertIgnore) CreateAccount(ctx context.Context, a *auth.Account) error {
	_ = f.Store.CreateAccount(ctx, a)
	return nil
}

// emptyIsUnique has one empty e-mail at most.
type emptyIsUnique struct {
	*memory.Store
	taken *atomic.Bool
}

func (f emptyIsUnique) CreateAccount(ctx context.Context, a *auth.Account) error {
	if a.Email == "" && f.taken.Swap(true) {
		return auth.ErrUserExists
	}
	return f.Store.CreateAccount(ctx, a)
}

// lockedTable lets the error of whoever comes second through, as SQLite without
// a busy timeout does.
type lockedTable struct {
	*memory.Store
	mu *sync.Mutex
}

func (f lockedTable) CreateAccount(ctx context.Context, a *auth.Account) error {
	if !f.mu.TryLock() {
		return errors.New("database is locked")
	}
	defer f.mu.Unlock()
	roundTrip()
	return f.Store.CreateAccount(ctx, a)
}

// halfCreate notices after the first of two statements that its caller has gone.
type halfCreate struct{ *memory.Store }

func (f halfCreate) CreateAccount(ctx context.Context, a *auth.Account) error {
	if err := ctx.Err(); err != nil {
		row := *a
		row.Email = ""
		_ = f.Store.CreateAccount(ctx, &row)
		return err
	}
	return f.Store.CreateAccount(ctx, a)
}

// pointedAccount keeps the pointer that it is given.
type pointedAccount struct {
	*memory.Store
	kept *sync.Map
}

func (f pointedAccount) CreateAccount(ctx context.Context, a *auth.Account) error {
	f.kept.LoadOrStore(a.ID, a)
	return f.Store.CreateAccount(ctx, a)
}

func (f pointedAccount) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	kept, found := f.kept.Load(a.ID)
	if !found {
		return a, nil
	}
	a.Role, a.PasswordHash = kept.(*auth.Account).Role, kept.(*auth.Account).PasswordHash
	return a, nil
}

// firstNames finds an account by the names it was created with, for ever.
type firstNames struct {
	*memory.Store
	ids *sync.Map
}

func (f firstNames) CreateAccount(ctx context.Context, a *auth.Account) error {
	err := f.Store.CreateAccount(ctx, a)
	if err == nil {
		f.ids.Store(a.Username, a.ID)
	}
	return err
}

func (f firstNames) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	id, _ := f.ids.Load(login)
	all, _ := f.ListAccounts(ctx, "", 1<<20)
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return f.Store.AccountByLogin(ctx, login)
}

// pageFrom starts at the first user when it does not find after.
type pageFrom struct{ *memory.Store }

func (f pageFrom) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	if _, err := f.UserByID(ctx, after); err != nil {
		after = ""
	}
	return f.Store.ListUsers(ctx, after, limit)
}

// limitIgnored returns all there is.
type limitIgnored struct{ *memory.Store }

func (f limitIgnored) ListUsers(ctx context.Context, after string, _ int) ([]auth.User, error) {
	return f.Store.ListUsers(ctx, after, 1<<20)
}

// byName lists users in the order that people like.
type byName struct{ *memory.Store }

func (f byName) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	page, err := f.Store.ListUsers(ctx, after, limit)
	slices.SortFunc(page, func(a, b auth.User) int { return strings.Compare(a.Username, b.Username) })
	return page, err
}

// demotedBootstrap adds an account like any other.
type demotedBootstrap struct{ *memory.Store }

func (f demotedBootstrap) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	row := *a
	row.Role = auth.RoleUser
	return f.Store.Bootstrap(ctx, &row)
}

// boldBootstrap looks for nothing.
type boldBootstrap struct{ *memory.Store }

func (f boldBootstrap) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	err := f.CreateAccount(ctx, a)
	return err == nil, err
}

// ownMark is left by Bootstrap and by nothing else.
type ownMark struct {
	*memory.Store
	marked *atomic.Bool
}

func (f ownMark) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if f.marked.Swap(true) {
		return false, nil
	}
	err := f.CreateAccount(ctx, a)
	return err == nil, err
}

// rolledMark is rolled back with what is refused after it.
type rolledMark struct {
	*memory.Store
	rolled *atomic.Bool
}

func (f rolledMark) CreateAccount(ctx context.Context, a *auth.Account) error {
	err := f.Store.CreateAccount(ctx, a)
	f.rolled.Store(err != nil)
	return err
}

func (f rolledMark) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if f.rolled.Load() {
		return true, f.CreateAccount(ctx, a)
	}
	return f.Store.Bootstrap(ctx, a)
}

// earlyMark is left before the account, in a transaction of its own.
type earlyMark struct {
	*memory.Store
	marked *atomic.Bool
}

func (f earlyMark) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if f.marked.Swap(true) {
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return f.Store.Bootstrap(ctx, a)
}
