package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrMigrationDue: the tables are missing or older than this package.
var ErrMigrationDue = errors.New("migration due: call Migrate, or run the files of Migrations")

// Migrate brings the tables up to date. Any number of processes may call it at
// once: each migration is applied by one of them while the others wait, for as
// long as ctx lets them. Where nothing is due it reads and changes nothing.
//
// SQLite and PostgreSQL apply all that is due or nothing. MySQL commits at
// every statement; a migration that was cut short there is run again from its
// beginning.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.Check(ctx); !errors.Is(err, ErrMigrationDue) {
		return err
	}
	return fault("migrate", s.retry(ctx, func() error {
		return s.alone(ctx, s.migrate)
	}))
}

// Check returns nil if the tables are up to date, and otherwise an error that
// is ErrMigrationDue and names what is pending. It changes nothing. Migrations
// that this version does not know are no error: a newer one may already run
// beside it.
func (s *Store) Check(ctx context.Context) error {
	var due []migration
	err := s.retry(ctx, func() (err error) {
		due, err = s.due(ctx, s.db)
		return err
	})
	if err != nil {
		return fault("check migrations", err)
	}
	if len(due) == 0 {
		return nil
	}
	var pending []string
	for _, m := range due {
		pending = append(pending, m.file)
	}
	return fmt.Errorf("sqlstore: %w: %s", ErrMigrationDue, strings.Join(pending, ", "))
}

// migrate applies what is due on a connection that holds the lock. Each
// migration records itself by its last statement.
func (s *Store) migrate(ctx context.Context, conn *sql.Conn) error {
	due, err := s.due(ctx, conn)
	if err != nil {
		return err
	}
	for _, m := range due {
		for _, statement := range m.statements() {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", m.file, err)
			}
		}
	}
	return nil
}

// querier is a *sql.DB or a *sql.Conn.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// due returns the migrations that are not recorded, in their order.
func (s *Store) due(ctx context.Context, q querier) ([]migration, error) {
	all, err := migrationsOf(s.dialect, s.names)
	if err != nil {
		return nil, err
	}
	done, err := s.recorded(ctx, q)
	if err != nil {
		return nil, err
	}
	var due []migration
	for _, m := range all {
		if !done[m.version] {
			due = append(due, m)
		}
	}
	return due, nil
}

// recorded returns the versions that were applied: none, if there is no table
// of them.
func (s *Store) recorded(ctx context.Context, q querier) (map[int]bool, error) {
	var tables int
	err := q.QueryRowContext(ctx, s.render(s.dialect.hasTable), s.render("{migrations}")).Scan(&tables)
	if err != nil || tables == 0 {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, s.render(`SELECT version FROM {migrations}`))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	done := make(map[int]bool)
	for rows.Next() {
		var version int
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		done[version] = true
	}
	return done, rows.Err()
}

// alone runs f on a connection that holds the migration lock.
func (s *Store) alone(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = s.dialect.lock(ctx, conn, s.names)
	if err == nil {
		err = f(ctx, conn)
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, s.render(s.dialect.commit))
	}
	if err != nil {
		s.abandon(ctx, conn)
	}
	return err
}

// abandon rolls back, also when ctx has ended, and takes the connection out of
// the pool if that fails: nobody else may inherit what it holds.
func (s *Store) abandon(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if _, err := conn.ExecContext(ctx, s.render(s.dialect.rollback)); err != nil {
		conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}
