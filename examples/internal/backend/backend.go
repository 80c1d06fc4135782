// Package backend opens the store that a DSN names, for the example programs.
package backend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Store is everything that either kind of store offers. What is missing here is
// hidden from the library: it asks the value for its optional methods.
type Store interface {
	auth.AccountStore
	auth.SessionStore
	auth.ThrottleStore
	auth.IdentityReader
	auth.LoginRecorder
	auth.PasswordUpgrader
	auth.AccountImporter
	auth.AccountLister
}

// Backend is an open store.
type Backend struct {
	Store
	SQL     *sqlstore.Store // nil for memory:
	KeyFile string          // where a generated signing key may be kept; empty: nowhere
	Memory  bool

	db *sql.DB
}

var errDSN = errors.New(`the database must be "sqlite:PATH", "postgres://...", "mysql://user:pass@host:port/db" or "memory:"`)

// Open opens what dsn names. It does not connect yet, but it makes an SQLite
// file that is not there, readable to its owner only.
func Open(dsn string) (*Backend, error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch scheme {
	case "memory":
		return &Backend{Store: memory.New(), Memory: true}, nil
	case "sqlite":
		return openSQLite(rest)
	case "postgres", "postgresql":
		return open("pgx", dsn, sqlstore.Postgres)
	case "mysql":
		name, err := mysqlDSN(dsn)
		if err != nil {
			return nil, err
		}
		return open("mysql", name, sqlstore.MySQL)
	}
	return nil, errDSN
}

func open(driver, dsn string, dialect sqlstore.Dialect) (*Backend, error) {
	db, err := openPrompt(driver, dsn)
	if err != nil {
		return nil, errDSN // the driver's own words may repeat the password
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	store, err := sqlstore.New(db, dialect, nil)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Backend{Store: store, SQL: store, db: db}, nil
}

func openSQLite(path string) (*Backend, error) {
	if path == "" {
		return nil, errDSN
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)"},
	}.Encode()}
	b, err := open("sqlite", name.String(), sqlstore.SQLite)
	if err != nil {
		return nil, err
	}
	b.KeyFile = path + ".key"
	return b, nil
}

// mysqlDSN turns a URL into the driver's own form.
func mysqlDSN(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return "", errDSN
	}
	c := mysql.NewConfig()
	c.Net, c.Addr, c.DBName = "tcp", u.Host, strings.Trim(u.Path, "/")
	if u.Port() == "" {
		c.Addr += ":3306"
	}
	c.User = u.User.Username()
	c.Passwd, _ = u.User.Password()
	c.TLSConfig = u.Query().Get("tls")
	c.Timeout = 5 * time.Second
	return c.FormatDSN(), nil
}

// Migrate brings the tables up to date.
func (b *Backend) Migrate(ctx context.Context) error {
	if b.SQL == nil {
		return nil
	}
	return b.SQL.Migrate(ctx)
}

// Auditor tells log and, where there is a database, keeps every event there.
func (b *Backend) Auditor(log *slog.Logger) auth.Auditor {
	if b.SQL == nil {
		return auth.NewLogAuditor(log)
	}
	return auth.Auditors(b.SQL, auth.NewLogAuditor(log))
}

// Close closes the store and its connections.
func (b *Backend) Close() error {
	if b.SQL == nil {
		return nil
	}
	return errors.Join(b.SQL.Close(), b.db.Close())
}
