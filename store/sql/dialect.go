package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Dialect is the SQL a database speaks. The zero value is none.
type Dialect int

const (
	SQLite   Dialect = iota + 1 // 3.42 or later
	Postgres                    // PostgreSQL 12 or later
	MySQL                       // MySQL 8.0 or MariaDB 10.11, or later
)

// String returns the name of the database.
func (d Dialect) String() string {
	if spoken := d.spoken(); spoken != nil {
		return spoken.name
	}
	return fmt.Sprintf("Dialect(%d)", int(d))
}

func (d Dialect) spoken() *dialect {
	switch d {
	case SQLite:
		return &sqliteDialect
	case Postgres:
		return &postgresDialect
	case MySQL:
		return &mysqlDialect
	}
	return nil
}

// dialect is all that differs between the databases. Statements that are not
// here are the same in all three.
type dialect struct {
	name     string
	dir      string // of its migrations
	numbered bool   // arguments are $1, $2 and not ?
	now      string // the server's clock in Unix microseconds, one value throughout a statement

	hasTable string // reads 1 if the table whose name is its argument exists, else 0
	mark     string // adds a mark unless it is there; the rows it reached are 1 or 0
	reserve  string
	reserved func(ctx context.Context, stmt *sql.Stmt, args []any) (epoch int64, err error) // 0: refused
	bulk     string                                                                         // what a transaction of many look-ups begins with; empty: nothing

	purgeSessions string
	purgeThrottle string
	purgeEvents   string

	// lock makes the connection wait until no other migrates this scope. Where
	// DDL can be part of a transaction it also begins one, which commit and
	// rollback end; both let go of the lock.
	lock             func(ctx context.Context, conn *sql.Conn, n names) error
	commit, rollback string

	// What a host's own users table takes.
	part  string                                                                            // one SELECT of a UNION ALL, with an order and a limit of its own
	bytes string                                                                            // a text, to be compared byte by byte
	like  func(ctx context.Context, t *userTable, column string, is idType) (string, error) // writes a text as the column's type and collation
	keys  func(table string) (query string, args []any)                                     // lists the indexes of a table and their columns as SQL writes them, in order
	plan  func(ctx context.Context, s *Store, query string, args []any) (plan, error)       // explains a statement without running it

	conflict  func(err error) bool // the statement lost to another, was undone, and may be run again
	outdated  func(err error) bool // the statement was prepared for what the table was before
	duplicate func(err error) bool // a unique index or primary key refused the row
}

// sqlState returns the five characters by which PostgreSQL's drivers, and
// those of its relatives, tell errors apart, or "".
func sqlState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}
