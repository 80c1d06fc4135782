package drivertest

import (
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/store/sql"
)

// sqlitePragmas are those of the package comment. FULL keeps what was
// acknowledged through a power loss, not only through a killed process.
const sqlitePragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"

// engine is one way to reach one database.
type engine struct {
	name    string
	driver  string
	dialect sqlstore.Dialect
	env     string // holds the DSN; empty: a file of the test's own
	params  string // added to the DSN
}

// all has MySQL's driver twice more: clientFoundRows changes what
// RowsAffected counts, interpolateParams sends text where values were binary.
var all = []engine{
	{"sqlite", "sqlite", sqlstore.SQLite, "", ""},
	{"postgres", "pgx", sqlstore.Postgres, "SALLYPORT_TEST_POSTGRES", ""},
	{"mysql", "mysql", sqlstore.MySQL, "SALLYPORT_TEST_MYSQL", ""},
	{"mysql_found_rows", "mysql", sqlstore.MySQL, "SALLYPORT_TEST_MYSQL", "clientFoundRows=true"},
	{"mysql_interpolated", "mysql", sqlstore.MySQL, "SALLYPORT_TEST_MYSQL", "interpolateParams=true"},
}

// each runs f on every database once, by its plain DSN.
func each(t *testing.T, f func(t *testing.T, p place)) { on(t, all[:3], f) }

// eachDSN runs f in all the ways to reach them.
func eachDSN(t *testing.T, f func(t *testing.T, p place)) { on(t, all, f) }

func on(t *testing.T, engines []engine, f func(t *testing.T, p place)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { f(t, newPlace(t, e)) })
	}
}

// place is an empty corner of a database: a file or a prefix of its own.
type place struct {
	engine
	dsn    string
	prefix string
}

// newPlace skips the test where the engine's DSN is not set, unless
// SALLYPORT_TEST_REQUIRE=1 makes that a failure.
func newPlace(t testing.TB, e engine) place {
	p := place{engine: e, prefix: "t" + strings.ToLower(rand.Text()[:12]) + "_"}
	if e.env == "" {
		p.dsn = "file:" + filepath.Join(t.TempDir(), "test.db") + sqlitePragmas
		return p
	}
	if p.dsn = os.Getenv(e.env); p.dsn == "" {
		if os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
			t.Fatalf("%s is not set, and SALLYPORT_TEST_REQUIRE=1 asks for it", e.env)
		}
		t.Skipf("%s is not set", e.env)
	}
	if e.params != "" {
		p.dsn = withParam(p.dsn, e.params)
	}
	t.Cleanup(func() { p.drop(t) })
	return p
}

func withParam(dsn, param string) string {
	if strings.Contains(dsn, "?") {
		return dsn + "&" + param
	}
	return dsn + "?" + param
}

// db opens a handle with a pool of its own, as a process of its own has.
func (p place) db(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.driver, p.dsn)
	if err != nil {
		t.Fatalf("open %s: %v", p.name, err)
	}
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { db.Close() })
	return db
}

// store opens a store on a handle of its own, without migrating.
func (p place) store(t testing.TB) (*sqlstore.Store, *sql.DB) {
	t.Helper()
	db := p.db(t)
	s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Prefix: p.prefix})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s, db
}

// migrated is store with its tables.
func (p place) migrated(t testing.TB) (*sqlstore.Store, *sql.DB) {
	t.Helper()
	s, db := p.store(t)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	return s, db
}

// drop removes the tables of this prefix.
func (p place) drop(t testing.TB) {
	db, err := sql.Open(p.driver, p.dsn)
	if err != nil {
		t.Errorf("open %s: %v", p.name, err)
		return
	}
	defer db.Close()
	for _, table := range []string{"users", "marks", "sessions", "throttle", "audit", "migrations"} {
		if _, err := db.Exec("DROP TABLE IF EXISTS " + p.prefix + table); err != nil {
			t.Errorf("drop %s: %v", table, err)
		}
	}
}
