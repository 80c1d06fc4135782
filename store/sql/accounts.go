package sqlstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	insertUsers = `INSERT INTO {users} (id, username, email, name, organization, aws_region,
		role, active, password_hash, created_at, updated_at, last_login, revision) VALUES `
	insertValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`
	deleteUser   = `DELETE FROM {users} WHERE id = ?`
	countUsers   = `SELECT COUNT(*) FROM (SELECT id FROM {users} LIMIT 1) AS any_user`

	// markOnConflict adds the mark that there was an account once.
	markOnConflict = `INSERT INTO {marks} (name, made_at) VALUES ('bootstrap', {now}) ON CONFLICT DO NOTHING`
)

// CreateAccount adds an account and the mark that Bootstrap looks for.
func (s *Store) CreateAccount(ctx context.Context, a *auth.Account) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		// The mark first, as in Bootstrap: two that lock in one order do not
		// deadlock.
		if _, err := s.setMark(ctx, tx); err != nil {
			return err
		}
		return s.insert(ctx, tx, a)
	})
	return s.accountFault("create account", err)
}

// Bootstrap adds the first account, once in the life of the database. Users
// that were brought in by other means than CreateAccount count too.
func (s *Store) Bootstrap(ctx context.Context, a *auth.Account) (made bool, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		made = false
		marked, err := s.setMark(ctx, tx)
		if err != nil || !marked {
			return err
		}
		var users int
		if err := tx.QueryRowContext(ctx, s.render(countUsers)).Scan(&users); err != nil || users > 0 {
			return err
		}
		made = true
		return s.insert(ctx, tx, a)
	})
	if err != nil {
		return false, s.accountFault("bootstrap", err)
	}
	return made, nil
}

// UpdateAccount is one UPDATE. The revision it raises makes every row that it
// matches a changed one: without clientFoundRows, MySQL reports changed rows
// only.
func (s *Store) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	query, args := updateOf(id, c)
	var n int64
	err := s.retry(ctx, func() error {
		res, err := s.db.ExecContext(ctx, s.render(query), args...)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil || n > 0 {
		return s.accountFault("update account", err)
	}
	if c.IfHash == nil {
		return auth.ErrUserNotFound
	}
	if _, err := s.UserByID(ctx, id); err != nil {
		return err
	}
	return auth.ErrUserChanged
}

// updateOf writes the UPDATE of a change.
func updateOf(id string, c auth.AccountChange) (query string, args []any) {
	columns := []string{"revision = revision + 1"}
	set := func(column string, value any) {
		columns = append(columns, column+" = ?")
		args = append(args, value)
	}
	for _, text := range []struct {
		column string
		value  *string
	}{{"username", c.Username}, {"name", c.Name}, {"organization", c.Organization}, {"aws_region", c.AWSRegion}} {
		if text.value != nil {
			set(text.column, *text.value)
		}
	}
	if c.Email != nil {
		set("email", nullable(*c.Email))
	}
	if c.Role != nil {
		set("role", string(*c.Role))
	}
	if c.Active != nil {
		set("active", *c.Active)
	}
	if c.PasswordHash != nil {
		set("password_hash", c.PasswordHash.Reveal())
	}
	if c.UpdatedAt != nil {
		set("updated_at", micros(*c.UpdatedAt))
	}
	query = `UPDATE {users} SET ` + strings.Join(columns, ", ") + ` WHERE id = ?`
	args = append(args, id)
	if c.IfHash != nil {
		query += ` AND password_hash = ?`
		args = append(args, c.IfHash.Reveal())
	}
	return query, args
}

// DeleteAccount removes an account. Its sessions stay until they are ended or
// expire; without their user they let nobody in.
func (s *Store) DeleteAccount(ctx context.Context, id string) error {
	n, err := s.exec(ctx, deleteUser, id)
	if err == nil && n == 0 {
		return auth.ErrUserNotFound
	}
	return fault("delete account", err)
}

// setMark reports whether it made the mark, or found it made.
func (s *Store) setMark(ctx context.Context, tx *sql.Tx) (made bool, err error) {
	res, err := tx.ExecContext(ctx, s.render(s.dialect.mark))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, a *auth.Account) error {
	_, err := tx.ExecContext(ctx, s.render(insertUsers+insertValues), values(a)...)
	return err
}

// values are the arguments of insertValues.
func values(a *auth.Account) []any {
	return []any{
		a.ID, a.Username, nullable(a.Email), a.Name, a.Organization, a.AWSRegion,
		string(a.Role), a.Active, a.PasswordHash.Reveal(),
		micros(a.CreatedAt), micros(a.UpdatedAt), micros(a.LastLogin),
	}
}

// accountFault tells a name that is taken from a fault.
func (s *Store) accountFault(doing string, err error) error {
	if err != nil && s.dialect.duplicate(err) {
		return auth.ErrUserExists
	}
	return fault(doing, err)
}

// nullable makes an empty e-mail NULL, of which a unique index allows many.
func nullable(email string) any {
	if email == "" {
		return nil
	}
	return email
}
