package backend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/store/sql"
)

// Due returns the names of the migrations that are pending, or "".
func (b *Backend) Due(ctx context.Context) (string, error) {
	if b.SQL == nil {
		return "", nil
	}
	err := b.SQL.Check(ctx)
	if !errors.Is(err, sqlstore.ErrMigrationDue) {
		return "", b.unreachable(err)
	}
	_, names, _ := strings.Cut(err.Error(), sqlstore.ErrMigrationDue.Error()+": ")
	return names, nil
}

// unreachable is a failure of the database, in one line and with what to do.
func (b *Backend) unreachable(err error) error {
	if err == nil {
		return nil
	}
	err = &lineError{err}
	if b.Dialect == sqlstore.SQLite {
		return fmt.Errorf("%w: see that -db or SALLYPORT_DB names the file, and that this user can write it and its directory", err)
	}
	return fmt.Errorf("%w: see that the database runs, that -db or SALLYPORT_DB names it, and what its user may do", err)
}

// lineError is an error in one line.
type lineError struct{ error }

func (e *lineError) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }

func (e *lineError) Unwrap() error { return e.error }

// Index is one over columns of a table, in their order.
type Index struct {
	Columns []string // "" for an expression
	Unique  bool
}

// Indexes returns those of a table of ours that hold all its rows.
func (b *Backend) Indexes(ctx context.Context, table string) (all []Index, err error) {
	rows, err := b.DB.QueryContext(ctx, indexQuery[b.Dialect], table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for last := ""; rows.Next(); {
		var name string
		var unique bool
		var column sql.NullString
		if err := rows.Scan(&name, &unique, &column); err != nil {
			return nil, err
		}
		if name != last || len(all) == 0 {
			all, last = append(all, Index{Unique: unique}), name
		}
		columns := &all[len(all)-1].Columns
		*columns = append(*columns, column.String)
	}
	return all, rows.Err()
}

var indexQuery = map[sqlstore.Dialect]string{
	sqlstore.SQLite: `SELECT l.name, l."unique", x.name FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) x
		WHERE l.partial = 0 ORDER BY l.name, x.seqno`,
	sqlstore.Postgres: `SELECT i.relname, x.indisunique, a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
		CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(attnum, ord)
		LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
		WHERE x.indrelid = to_regclass(CAST($1 AS TEXT)) AND x.indisvalid AND x.indpred IS NULL ORDER BY i.relname, k.ord`,
	sqlstore.MySQL: `SELECT index_name, non_unique = 0, column_name FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name = ? ORDER BY index_name, seq_in_index`,
}

// clockQuery is what the store asks for the time, in Unix microseconds. An
// SQLite file has no clock of its own.
var clockQuery = map[sqlstore.Dialect]string{
	sqlstore.Postgres: `SELECT CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)`,
	sqlstore.MySQL:    `SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))`,
}

// Skew is by how much the clock of the database is ahead of ours.
func (b *Backend) Skew(ctx context.Context) (time.Duration, error) {
	query := clockQuery[b.Dialect]
	if query == "" {
		return 0, nil
	}
	return ahead(func() (time.Time, error) {
		var micros int64
		err := b.DB.QueryRowContext(ctx, query).Scan(&micros)
		return time.UnixMicro(micros), err
	})
}

// SessionsSkew is that of the Redis, if there is one.
func (b *Backend) SessionsSkew(ctx context.Context) (time.Duration, error) {
	if b.redis == nil {
		return 0, nil
	}
	return ahead(func() (time.Time, error) { return b.redis.Time(ctx).Result() })
}

// ahead takes the quickest answer of three, since the first may make a
// connection. It is right to half of what that took.
func ahead(ask func() (time.Time, error)) (time.Duration, error) {
	var skew, least time.Duration
	for i := range 3 {
		began := time.Now()
		there, err := ask()
		if err != nil {
			return 0, fmt.Errorf("ask for the time: %w", err)
		}
		if took := time.Since(began); i == 0 || took < least {
			least, skew = took, there.Sub(began.Add(took/2).Round(0))
		}
	}
	return skew, nil
}
