package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
)

var (
	_ auth.Store            = (*Store)(nil)
	_ auth.AccountStore     = (*Store)(nil)
	_ auth.LoginRecorder    = (*Store)(nil)
	_ auth.PasswordUpgrader = (*Store)(nil)
	_ auth.AccountImporter  = (*Store)(nil)
	_ auth.AccountLister    = (*Store)(nil)
	_ auth.IdentityReader   = (*Store)(nil)
	_ auth.Auditor          = (*Store)(nil)
)

// Store keeps users, sessions, throttle and a record of events in one database.
// Make it with New.
type Store struct {
	db       *sql.DB
	dialect  *dialect
	names    names
	prepared sync.Map // statement as written in this package -> *sql.Stmt
}

// Options changes where the tables are. A nil *Options is the zero one.
type Options struct {
	// Prefix begins the name of every table and index, so that several stores
	// share a database: lower-case letters, digits and underscores, at most
	// 32, no digit first. If empty, "sallyport_".
	Prefix string

	// Schema is the PostgreSQL schema that holds the tables; it has to exist.
	// If empty, the connection's search_path decides. The other dialects
	// refuse it: there, the DSN names the database.
	Schema string
}

// New returns a store on db, which stays the caller's to configure and to
// close. It does no I/O: call Migrate, or Check where migrations are run by
// other means, before the first use.
func New(db *sql.DB, d Dialect, opts *Options) (*Store, error) {
	var errs []error
	if db == nil {
		errs = append(errs, errors.New("sqlstore: db is nil: open it with sql.Open"))
	}
	spoken, n, err := resolve(d, opts)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	return &Store{db: db, dialect: spoken, names: n}, nil
}

// Close closes the statements that the store has prepared, not the database.
// The store must not be used any more.
func (s *Store) Close() error {
	var errs []error
	s.prepared.Range(func(text, stmt any) bool {
		s.prepared.Delete(text)
		errs = append(errs, stmt.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(errs...)
}

// fault says what failed. The database's own text is kept: it names tables and
// columns, never a password or a hash.
func fault(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlstore: %s: %w", doing, err)
}
