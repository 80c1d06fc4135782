package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
	"testing"
)

// fakeDriver prepares anything and lets answer decide what running it says.
type fakeDriver struct {
	answer func(text string) error

	mu  sync.Mutex
	ran []string
}

// fake opens a database that has no rows and reaches none. A nil answer never
// fails.
func fake(t *testing.T, answer func(text string) error) (*sql.DB, *fakeDriver) {
	t.Helper()
	if answer == nil {
		answer = func(string) error { return nil }
	}
	f := &fakeDriver{answer: answer}
	db := sql.OpenDB(f)
	t.Cleanup(func() { db.Close() })
	return db, f
}

// statements returns what was run, in order.
func (f *fakeDriver) statements() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.ran...)
}

func (f *fakeDriver) run(text string) error {
	f.mu.Lock()
	f.ran = append(f.ran, text)
	f.mu.Unlock()
	return f.answer(text)
}

func (f *fakeDriver) Connect(context.Context) (driver.Conn, error) { return fakeConn{f}, nil }
func (f *fakeDriver) Driver() driver.Driver                        { return nil }

type fakeConn struct{ *fakeDriver }

func (c fakeConn) Prepare(text string) (driver.Stmt, error) { return fakeStmt{c.fakeDriver, text}, nil }
func (c fakeConn) Close() error                             { return nil }
func (c fakeConn) Begin() (driver.Tx, error)                { return fakeTx{}, nil }

type fakeTx struct{}

func (fakeTx) Commit() error   { return nil }
func (fakeTx) Rollback() error { return nil }

type fakeStmt struct {
	*fakeDriver
	text string
}

func (s fakeStmt) Close() error                                   { return nil }
func (s fakeStmt) NumInput() int                                  { return -1 }
func (s fakeStmt) Exec([]driver.Value) (driver.Result, error)     { return fakeResult{}, s.run(s.text) }
func (s fakeStmt) Query(args []driver.Value) (driver.Rows, error) { return fakeRows{}, s.run(s.text) }

type fakeResult struct{}

func (fakeResult) LastInsertId() (int64, error) { return 1, nil }
func (fakeResult) RowsAffected() (int64, error) { return 1, nil }

type fakeRows struct{}

func (fakeRows) Columns() []string         { return nil }
func (fakeRows) Close() error              { return nil }
func (fakeRows) Next([]driver.Value) error { return io.EOF }

// stateError is how PostgreSQL's drivers tell errors apart.
type stateError string

func (e stateError) Error() string    { return "ERROR: something (SQLSTATE " + string(e) + ")" }
func (e stateError) SQLState() string { return string(e) }

// codeError is how modernc.org/sqlite does.
type codeError int

func (e codeError) Error() string { return "something" }
func (e codeError) Code() int     { return int(e) }

var errPlain = errors.New("the disk is on fire")
