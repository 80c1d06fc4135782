package sqlstore

import (
	"context"
	"database/sql"
)

// stmt returns the statement prepared on the database. Two callers that come
// first at once both prepare it and one copy is dropped, so that nobody waits
// on another's context.
func (s *Store) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if known, ok := s.prepared.Load(text); ok {
		return known.(*sql.Stmt), nil
	}
	made, err := s.db.PrepareContext(ctx, s.render(text))
	if err != nil {
		return nil, err
	}
	if first, loaded := s.prepared.LoadOrStore(text, made); loaded {
		made.Close()
		return first.(*sql.Stmt), nil
	}
	return made, nil
}

// use runs f on the prepared statement, again when the engine asks for that.
// PostgreSQL refuses a statement for good once a column it reads has another
// type, so that one is prepared anew; whoever was using it is not told that it
// was closed.
func (s *Store) use(ctx context.Context, text string, f func(*sql.Stmt) error) error {
	return s.retry(ctx, func() (err error) {
		for range 3 {
			var stmt *sql.Stmt
			if stmt, err = s.stmt(ctx, text); err != nil {
				return err
			}
			err = f(stmt)
			if err != nil && s.dialect.outdated(err) && s.prepared.CompareAndDelete(text, stmt) {
				stmt.Close()
			}
			if known, _ := s.prepared.Load(text); err == nil || known == any(stmt) {
				return err
			}
		}
		return err
	})
}

// exec runs a prepared statement and returns how many rows it reached.
func (s *Store) exec(ctx context.Context, text string, args ...any) (rows int64, err error) {
	err = s.use(ctx, text, func(stmt *sql.Stmt) error {
		res, err := stmt.ExecContext(ctx, args...)
		if err != nil {
			return err
		}
		rows, err = res.RowsAffected()
		return err
	})
	return rows, err
}

// row reads one row by a prepared statement into dest, or returns
// sql.ErrNoRows.
func (s *Store) row(ctx context.Context, text string, args []any, dest ...any) error {
	if !storable(args) {
		return sql.ErrNoRows
	}
	return s.use(ctx, text, func(stmt *sql.Stmt) error {
		return stmt.QueryRowContext(ctx, args...).Scan(dest...)
	})
}

// collect reads all rows by a prepared statement.
func collect[T any](ctx context.Context, s *Store, text string, args []any, scan func(*sql.Rows) (T, error)) (all []T, err error) {
	if !storable(args) {
		return nil, nil
	}
	err = s.use(ctx, text, func(stmt *sql.Stmt) (err error) {
		all, err = readAll(ctx, stmt, args, scan)
		return err
	})
	if err != nil && s.unaskable(ctx, err, args) {
		return nil, nil
	}
	return all, err
}

// unaskable reports whether a PostgreSQL that keeps another encoding than UTF-8
// has no characters for an argument, and so no such row. What it has and the
// client cannot be told gives the same error, and is a fault.
func (s *Store) unaskable(ctx context.Context, err error, args []any) bool {
	const untranslatable = "22P05"
	if sqlState(err) != untranslatable {
		return false
	}
	for _, arg := range args {
		var none bool
		text, ok := arg.(string)
		if ok && sqlState(s.db.QueryRowContext(ctx, `SELECT CAST($1 AS text) IS NULL`, text).Scan(&none)) == untranslatable {
			return true
		}
	}
	return false
}

// readAll returns all rows, or none and an error.
func readAll[T any](ctx context.Context, stmt *sql.Stmt, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

// inTx runs f in a transaction, again from the start when the engine asks for
// that: f must not keep anything between runs.
func (s *Store) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	return s.retry(ctx, func() error {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // after a Commit it does nothing
		if err := f(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}
