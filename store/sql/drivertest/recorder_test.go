package drivertest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"testing"
)

// recorder is a driver.Connector that remembers which statements were run by
// way of it, and counts those that are open.
type recorder struct {
	driver.Connector
	mu   sync.Mutex
	open int
	ran  map[string][]any // statement -> its latest arguments
}

// recorded opens a handle whose statements are seen.
func (p place) recorded(t *testing.T) (*sql.DB, *recorder) {
	t.Helper()
	plain := p.db(t)
	r := &recorder{Connector: dsnConnector{plain.Driver(), p.dsn}, ran: make(map[string][]any)}
	db := sql.OpenDB(r)
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { db.Close() })
	return db, r
}

// dsnConnector is what database/sql makes of a driver without connectors.
type dsnConnector struct {
	driver driver.Driver
	dsn    string
}

func (d dsnConnector) Connect(context.Context) (driver.Conn, error) { return d.driver.Open(d.dsn) }
func (d dsnConnector) Driver() driver.Driver                        { return d.driver }

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return recordedConn{conn, r}, nil
}

type recordedConn struct {
	driver.Conn
	recorder *recorder
}

func (c recordedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.recorder.open++
	return recordedStmt{stmt, text, c.recorder}, nil
}

type recordedStmt struct {
	driver.Stmt
	text     string
	recorder *recorder
}

func (s recordedStmt) Close() error {
	s.recorder.mu.Lock()
	s.recorder.open--
	s.recorder.mu.Unlock()
	return s.Stmt.Close()
}

func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.record(args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.record(args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func (s recordedStmt) record(args []driver.NamedValue) {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	s.recorder.ran[s.text] = values
}

// statements returns what ran and with which arguments.
func (r *recorder) statements() map[string][]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string][]any, len(r.ran))
	for text, args := range r.ran {
		all[text] = args
	}
	return all
}

// take is statements of which it then knows nothing any more.
func (r *recorder) take() map[string][]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.ran
	r.ran = make(map[string][]any)
	return all
}

func (r *recorder) opened() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open
}
