package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	selectUserByID = `SELECT ` + userColumns + ` FROM {users} u WHERE u.id = ?`
	selectUsers    = `SELECT ` + userColumns + ` FROM {users} u WHERE u.id > ? ORDER BY u.id LIMIT ?`
	// Two look-ups in two unique indexes, where OR might become a scan.
	selectByLogin = `SELECT ` + userColumns + ` FROM {users} u WHERE u.username = ?
		UNION ALL SELECT ` + userColumns + ` FROM {users} u WHERE u.email = ?`
	updateLastLogin = `UPDATE {users} SET last_login = ?, revision = revision + 1 WHERE id = ?`
)

// AccountByLogin returns the account that login names, by one column or both.
// If it names two, it names nobody.
func (s *Store) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	rows, err := collect(ctx, s, selectByLogin, []any{login, login}, scanUser)
	if err != nil {
		return nil, fault("read account", err)
	}
	var row *userRow
	for _, r := range rows {
		if r.user.Username != login && r.user.Email != login || login == "" {
			continue // a host's own collation thought otherwise
		}
		if row != nil && row.user.ID != r.user.ID {
			return nil, auth.ErrAmbiguousLogin
		}
		row = r
	}
	if row == nil {
		return nil, auth.ErrUserNotFound
	}
	found := row.account()
	return &found, nil
}

// UserByID returns the user as of now.
func (s *Store) UserByID(ctx context.Context, id string) (*auth.User, error) {
	var row userRow
	if err := s.row(ctx, selectUserByID, []any{id}, row.dest()...); err != nil {
		return nil, userFault("read user", err)
	}
	if row.user.ID != id {
		return nil, auth.ErrUserNotFound
	}
	u := row.value()
	return &u, nil
}

// ListUsers returns a page of users in the byte order of their IDs.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	rows, err := s.page(ctx, after, limit)
	if err != nil {
		return nil, fault("list users", err)
	}
	var users []auth.User
	for _, row := range rows {
		users = append(users, row.value())
	}
	return users, nil
}

// ListAccounts is ListUsers with the password hashes.
func (s *Store) ListAccounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	rows, err := s.page(ctx, after, limit)
	if err != nil {
		return nil, fault("list accounts", err)
	}
	var accounts []auth.Account
	for _, row := range rows {
		accounts = append(accounts, row.account())
	}
	return accounts, nil
}

func (s *Store) page(ctx context.Context, after string, limit int) ([]*userRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	return collect(ctx, s, selectUsers, []any{after, limit}, scanUser)
}

// RecordLogin sets LastLogin. Errors: auth.ErrUserNotFound.
func (s *Store) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	n, err := s.exec(ctx, updateLastLogin, micros(at), userID)
	if err == nil && n == 0 {
		return auth.ErrUserNotFound
	}
	return fault("record login", err)
}

// UpgradePassword replaces the hash from by to.
func (s *Store) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	return s.UpdateAccount(ctx, userID, auth.AccountChange{PasswordHash: &to, IfHash: &from})
}

// userFault tells a missing user from a fault.
func userFault(doing string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return auth.ErrUserNotFound
	}
	return fault(doing, err)
}
