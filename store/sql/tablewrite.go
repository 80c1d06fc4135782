package sqlstore

import (
	"context"
	"slices"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// hashWriter is a userTable's auth.PasswordUpgrader, where that is allowed.
type hashWriter struct{ table *userTable }

// UpgradePassword replaces the hash from by to, and nothing else.
func (w hashWriter) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	t := w.table
	if !t.id.holds(userID) {
		return auth.ErrUserNotFound
	}
	n, err := t.runner.exec(ctx, t.updateHash(), t.hashArgs(userID, from.Reveal(), to.Reveal())...)
	if err != nil || n > 0 {
		return fault("upgrade a hash", err)
	}
	if _, err := t.UserByID(ctx, userID); err != nil {
		return err
	}
	return auth.ErrUserChanged
}

// loginWriter is a userTable's auth.LoginRecorder, where that is allowed.
type loginWriter struct{ table *userTable }

// RecordLogin sets the last login, and nothing else. An unknown ID is no
// error: MySQL counts a row that has the value already as none.
func (w loginWriter) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	t := w.table
	if !t.id.holds(userID) {
		return auth.ErrUserNotFound
	}
	_, err := t.runner.exec(ctx, t.updateLastLogin(), t.lastLoginArgs(userID, at)...)
	return fault("record login", err)
}

// hashArgs and lastLoginArgs are the arguments of the two writes.
func (t *userTable) hashArgs(id, from, to string) []any {
	return slices.Concat([]any{to}, t.idArgs(id), []any{from})
}

func (t *userTable) lastLoginArgs(id string, at time.Time) []any {
	return append([]any{t.asLastLogin(at)}, t.idArgs(id)...)
}

// asLastLogin writes a time as the column's own type. SQLite has no type for
// times: what its functions understand is written.
func (t *userTable) asLastLogin(at time.Time) any {
	at = at.UTC().Truncate(time.Microsecond)
	switch {
	case t.lastLogin == integers:
		return at.Unix()
	case t.lastLogin == texts:
		return at.Format(time.RFC3339Nano)
	case t.runner.dialect == &sqliteDialect:
		return at.Format("2006-01-02 15:04:05.999999")
	}
	return at
}
