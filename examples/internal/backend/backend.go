// Package backend opens the stores that DSNs name, for the example programs.
package backend

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	goredis "github.com/redis/go-redis/v9"
	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Users are accounts that can be written, and listed for an export.
type Users interface {
	auth.AccountStore
	auth.AccountLister
}

// Backend is an open store.
type Backend struct {
	Store    auth.Store          // give this to auth.New, which asks it for its optional methods
	Users    Users               // those of Store
	Identity auth.IdentityReader // nil where users and sessions do not share a database
	SQL      *sqlstore.Store     // nil for memory:
	KeyFile  string              // where a generated signing key may be kept; empty: nowhere
	Memory   bool

	DB      *sql.DB // nil for memory:
	Dialect sqlstore.Dialect

	file  string          // of SQLite
	redis *goredis.Client // nil unless it has sessions and throttle
}

var errDSN = errors.New(`the database must be "sqlite:PATH", "postgres://...", "mysql://user:pass@host:port/db" or "memory:"`)

var errMemory = errors.New(`memory: has no tables: name a database with -db or SALLYPORT_DB`)

var errParameter = errors.New("mysql: the DSN may have ?tls=... and no other parameter")

// Open opens what dsn names and, where sessions is not empty, sessions and
// throttle in the Redis that it names. It does not connect yet, and makes nothing:
// see Make for an SQLite file that is not there.
func Open(dsn, sessions string) (*Backend, error) {
	b, err := openUsers(dsn)
	if err != nil || sessions == "" {
		return b, err
	}
	if err := b.moveSessions(sessions); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func openUsers(dsn string) (*Backend, error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	if scheme == "memory" {
		store := memory.New()
		return &Backend{Store: store, Users: store, Identity: store, Memory: true}, nil
	}
	dialect, err := DialectOf(dsn)
	if err != nil {
		return nil, err
	}
	switch dialect {
	case sqlstore.SQLite:
		return openSQLite(rest)
	case sqlstore.Postgres:
		return open("pgx", dsn, dialect)
	}
	name, err := mysqlDSN(dsn)
	if err != nil {
		return nil, err
	}
	return open("mysql", name, dialect)
}

// DialectOf returns the SQL that the database of a DSN speaks. It does not look
// whether there is one.
func DialectOf(dsn string) (sqlstore.Dialect, error) {
	switch scheme, _, _ := strings.Cut(dsn, ":"); scheme {
	case "sqlite":
		return sqlstore.SQLite, nil
	case "postgres", "postgresql":
		return sqlstore.Postgres, nil
	case "mysql":
		return sqlstore.MySQL, nil
	case "memory":
		return 0, errMemory
	}
	return 0, errDSN
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
	return &Backend{Store: store, Users: store, Identity: store, SQL: store, DB: db, Dialect: dialect}, nil
}

// mysqlDSN turns a URL into the driver's own form.
func mysqlDSN(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return "", errDSN
	}
	query := u.Query()
	if len(query) > 1 || len(query) == 1 && !query.Has("tls") {
		return "", errParameter // one that is passed over may have been meant to encrypt
	}
	c := mysql.NewConfig()
	c.Net, c.Addr, c.DBName = "tcp", u.Host, strings.Trim(u.Path, "/")
	if u.Port() == "" {
		c.Addr += ":3306"
	}
	c.User = u.User.Username()
	c.Passwd, _ = u.User.Password()
	c.TLSConfig = query.Get("tls")
	c.Timeout = 5 * time.Second
	return c.FormatDSN(), nil
}

// Migrate makes the database, if it is an SQLite file that is not there, and
// brings the tables up to date.
func (b *Backend) Migrate(ctx context.Context) error {
	if b.SQL == nil {
		return nil
	}
	if err := b.Make(); err != nil {
		return err
	}
	return b.unreachable(b.SQL.Migrate(ctx))
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
	var errs []error
	if b.redis != nil {
		errs = append(errs, b.redis.Close())
	}
	if b.SQL != nil {
		errs = append(errs, b.SQL.Close(), b.DB.Close())
	}
	return errors.Join(errs...)
}
