package storetest_test

import (
	"context"
	"errors"
	"strings"
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

type correctedRole struct{ *memory.Store }

func (f correctedRole) CreateAccount(ctx context.Context, a *auth.Account) error {
	row := *a
	row.Role = auth.Role(strings.ToLower(strings.TrimSpace(string(a.Role))))
	return f.Store.CreateAccount(ctx, &row)
}

type wholeSeconds struct{ *memory.Store }

func (f wholeSeconds) CreateAccount(ctx context.Context, a *auth.Account) error {
	row := *a
	row.CreatedAt = a.CreatedAt.Truncate(time.Second)
	return f.Store.CreateAccount(ctx, &row)
}

type escapedText struct{ *memory.Store }

func (f escapedText) CreateAccount(ctx context.Context, a *auth.Account) error {
	row := *a
	row.Name = strings.ReplaceAll(a.Name, "'", "''")
	return f.Store.CreateAccount(ctx, &row)
}

type softDelete struct{ *memory.Store }

func (f softDelete) DeleteAccount(ctx context.Context, id string) error {
	inactive := false
	return f.UpdateAccount(ctx, id, auth.AccountChange{Active: &inactive})
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

// cachedIdentity goes on saying what it once read.
type cachedIdentity struct {
	*memory.Store
	read *auth.Identity
}

func (f *cachedIdentity) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	if f.read != nil && f.read.Session.ID == id {
		return f.read, nil
	}
	found, err := f.Store.IdentityBySession(ctx, id)
	f.read = found
	return found, err
}

// wrongIdentity lets the error of the second of two reads through.
type wrongIdentity struct{ *memory.Store }

func (f wrongIdentity) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	s, err := f.SessionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := f.UserByID(ctx, s.UserID)
	if err != nil {
		return nil, err
	}
	return &auth.Identity{User: *u, Session: *s, ReadAt: time.Now()}, nil
}
