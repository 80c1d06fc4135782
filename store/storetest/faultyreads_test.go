package storetest_test

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// collation compares names and IDs as a database does.
type collation struct {
	*memory.Store
	same func(stored, asked string) bool
}

func collated(same func(stored, asked string) bool) func() auth.Store {
	return func() auth.Store { return collation{memory.New(), same} }
}

// folded is a collation that compares what a function leaves of its sides.
func folded(fold func(string) string) func() auth.Store {
	return collated(func(stored, asked string) bool { return fold(stored) == fold(asked) })
}

func (f collation) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	all, err := f.ListAccounts(ctx, "", 1<<20)
	for i, a := range all {
		if f.same(a.Username, login) || f.same(a.Email, login) {
			return &all[i], nil
		}
	}
	return nil, cmp.Or(err, auth.ErrUserNotFound)
}

func (f collation) UserByID(ctx context.Context, id string) (*auth.User, error) {
	all, err := f.ListUsers(ctx, "", 1<<20)
	for i, u := range all {
		if f.same(u.ID, id) {
			return &all[i], nil
		}
	}
	return nil, cmp.Or(err, auth.ErrUserNotFound)
}

func equal(stored, asked string) bool { return stored == asked }

// like is the operator LIKE.
func like(stored, pattern string) bool {
	pattern = regexp.QuoteMeta(strings.ReplaceAll(pattern, `\`, ""))
	return regexp.MustCompile("(?s)^" + replaced("%", ".*", "_", ".")(pattern) + "$").MatchString(stored)
}

// pasted has the login in the text of the statement.
func pasted(stored, asked string) bool {
	return stored == asked || strings.HasSuffix(asked, "' OR '1'='1")
}

func unpadded(text string) string { return strings.TrimRight(text, " ") }

// unaccented and equivalent are what collations take away.
var (
	unaccented = replaced("é", "e", "\u0301", "")
	equivalent = replaced("ß", "ss", "ı", "i", "\u200b", "", "ｊ", "j", "ｏ", "o", "ｓ", "s", "ｅ", "e")
)

// choice finds an account by its names on a condition.
type choice struct {
	*memory.Store
	found func(a *auth.Account, login string) bool
}

func finding(found func(a *auth.Account, login string) bool) func() auth.Store {
	return func() auth.Store { return choice{memory.New(), found} }
}

func (f choice) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	if err == nil && !f.found(a, login) {
		return nil, auth.ErrUserNotFound
	}
	return a, err
}

func byUsername(a *auth.Account, login string) bool { return a.Username == login }

func byEmail(a *auth.Account, login string) bool { return a.Email == login }

// byOneColumn counts matches, as UNION ALL does, and takes two for two people.
func byOneColumn(a *auth.Account, _ string) bool { return a.Username != a.Email }

// notFound has another error where nothing is found, such as the driver's.
type notFound struct {
	*memory.Store
	err error
}

func (f notFound) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	return a, f.instead(err)
}

func (f notFound) UserByID(ctx context.Context, id string) (*auth.User, error) {
	u, err := f.Store.UserByID(ctx, id)
	return u, f.instead(err)
}

func (f notFound) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	s, err := f.Store.SessionByID(ctx, id)
	return s, f.instead(err)
}

func (f notFound) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	i, err := f.Store.IdentityBySession(ctx, id)
	return i, f.instead(err)
}

func (f notFound) instead(err error) error {
	if errors.Is(err, auth.ErrUserNotFound) || errors.Is(err, auth.ErrSessionNotFound) {
		return f.err
	}
	return err
}

// nullEmail compares with an e-mail that may be NULL, which finds nobody, and
// says so without an error.
type nullEmail struct{ *memory.Store }

func (f nullEmail) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	if err == nil && a.Email == "" {
		return nil, nil
	}
	return a, err
}

// emptyLists takes a list without rows for an error.
type emptyLists struct{ *memory.Store }

func (f emptyLists) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	users, err := f.Store.ListUsers(ctx, after, limit)
	if len(users) == 0 {
		err = auth.ErrUserNotFound
	}
	return users, err
}

func (f emptyLists) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	list, err := f.Store.SessionsByUser(ctx, userID)
	if len(list) == 0 {
		err = auth.ErrSessionNotFound
	}
	return list, err
}

// goneIsEmpty takes an interrupted query for one without rows.
type goneIsEmpty struct{ *memory.Store }

func (f goneIsEmpty) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	if ctx.Err() != nil {
		return nil, auth.ErrUserNotFound
	}
	return f.Store.AccountByLogin(ctx, login)
}

func (f goneIsEmpty) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	if ctx.Err() != nil {
		return nil, nil
	}
	return f.Store.ListUsers(ctx, after, limit)
}

func (f goneIsEmpty) ListAccounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	if ctx.Err() != nil {
		return nil, nil
	}
	return f.Store.ListAccounts(ctx, after, limit)
}

func (f goneIsEmpty) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if ctx.Err() != nil {
		return nil, auth.ErrSessionNotFound
	}
	return f.Store.SessionByID(ctx, id)
}

func (f goneIsEmpty) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	if ctx.Err() != nil {
		return nil, auth.ErrSessionNotFound
	}
	return f.Store.IdentityBySession(ctx, id)
}

// sharedAccount hands the same value to all who ask.
type sharedAccount struct {
	*memory.Store
	shared *sync.Map
}

func (f sharedAccount) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	shared, _ := f.shared.LoadOrStore(a.ID, a)
	return shared.(*auth.Account), nil
}

// unstamped reads the hash, and so the stamp, for a login alone.
type unstamped struct{ *memory.Store }

func (f unstamped) UserByID(ctx context.Context, id string) (*auth.User, error) {
	u, err := f.Store.UserByID(ctx, id)
	if err == nil {
		u.Stamp = ""
	}
	return u, err
}

// stampOfRow derives the stamp from when the row was changed.
type stampOfRow struct{ *memory.Store }

func (f stampOfRow) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := f.Store.AccountByLogin(ctx, login)
	if err == nil {
		a.Stamp = auth.StampOf(a.UpdatedAt.String())
	}
	return a, err
}

func (f stampOfRow) UserByID(ctx context.Context, id string) (*auth.User, error) {
	u, err := f.Store.UserByID(ctx, id)
	if err == nil {
		u.Stamp = auth.StampOf(u.UpdatedAt.String())
	}
	return u, err
}
