package storetest_test

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// nothingUpdated never commits.
type nothingUpdated struct{ *memory.Store }

func (f nothingUpdated) UpdateAccount(ctx context.Context, id string, _ auth.AccountChange) error {
	return f.Store.UpdateAccount(ctx, id, auth.AccountChange{})
}

// noneUpdated does not look at how many rows there were.
type noneUpdated struct{ *memory.Store }

func (f noneUpdated) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if err := f.Store.UpdateAccount(ctx, id, c); !errors.Is(err, auth.ErrUserNotFound) {
		return err
	}
	return nil
}

// roleFirst notices after the first of two statements that its caller has gone.
type roleFirst struct{ *memory.Store }

func (f roleFirst) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if err := ctx.Err(); err != nil {
		_ = f.Store.UpdateAccount(ctx, id, auth.AccountChange{Role: c.Role})
		return err
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

// foldedHash compares hashes as a collation does.
type foldedHash struct{ *memory.Store }

func (f foldedHash) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	all, _ := f.ListAccounts(ctx, "", 1<<20)
	for _, a := range all {
		if c.IfHash != nil && a.ID == id && strings.EqualFold(a.PasswordHash.Reveal(), c.IfHash.Reveal()) {
			c.IfHash = nil
		}
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

// allUpdated has no WHERE.
type allUpdated struct{ *memory.Store }

func (f allUpdated) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	users, err := f.ListUsers(ctx, "", 1<<20)
	for _, u := range users {
		if u.ID != id {
			_ = f.Store.UpdateAccount(ctx, u.ID, c)
		}
	}
	return errors.Join(err, f.Store.UpdateAccount(ctx, id, c))
}

// emptyStays takes an empty text for one that is not given.
type emptyStays struct{ *memory.Store }

func (f emptyStays) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if c.Email != nil && *c.Email == "" {
		c.Email = nil
	}
	if c.Name != nil && *c.Name == "" {
		c.Name = nil
	}
	return f.Store.UpdateAccount(ctx, id, c)
}

// checkedUpdate has no unique index: what takes a name between its check and
// its update is not refused.
type checkedUpdate struct{ *memory.Store }

func (f checkedUpdate) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	if c.Username == nil {
		return f.Store.UpdateAccount(ctx, id, c)
	}
	if a, err := f.AccountByLogin(ctx, *c.Username); err == nil && a.ID != id {
		return auth.ErrUserExists
	}
	roundTrip()
	if err := f.Store.UpdateAccount(ctx, id, c); !errors.Is(err, auth.ErrUserExists) {
		return err
	}
	return nil
}

// wholeRow reads an account and writes all of it back with a change.
type wholeRow struct{ *memory.Store }

func (f wholeRow) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	u, err := f.UserByID(ctx, id)
	if err != nil {
		return err
	}
	roundTrip()
	setDefault(&c.Name, &u.Name)
	setDefault(&c.Organization, &u.Organization)
	setDefault(&c.Role, &u.Role)
	setDefault(&c.Active, &u.Active)
	return f.Store.UpdateAccount(ctx, id, c)
}

func (f wholeRow) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	if err := f.UpdateAccount(ctx, userID, auth.AccountChange{}); err != nil {
		return err
	}
	return f.Store.RecordLogin(ctx, userID, at)
}

func setDefault[T any](field **T, to *T) {
	if *field == nil {
		*field = to
	}
}

// upsertLogin inserts what it does not find.
type upsertLogin struct{ *memory.Store }

func (f upsertLogin) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	if err := f.Store.RecordLogin(ctx, userID, at); err == nil {
		return nil
	}
	return f.CreateAccount(ctx, &auth.Account{User: auth.User{ID: userID, LastLogin: at}})
}

// noneUpgraded takes no row for another hash.
type noneUpgraded struct{ *memory.Store }

func (f noneUpgraded) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	if err := f.Store.UpgradePassword(ctx, userID, from, to); err != nil {
		return auth.ErrUserChanged
	}
	return nil
}

// datedUpgrade sets updated_at in a trigger.
type datedUpgrade struct{ *memory.Store }

func (f datedUpgrade) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	if err := f.Store.UpgradePassword(ctx, userID, from, to); err != nil {
		return err
	}
	now := time.Now()
	return f.UpdateAccount(ctx, userID, auth.AccountChange{UpdatedAt: &now})
}
