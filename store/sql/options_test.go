package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/store/sql"
)

var dialects = []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL}

// What reaches SQL unquoted or between quotes is checked by New and by
// Migrations alike.
func TestOptions(t *testing.T) {
	long := strings.Repeat("x", 33)
	for _, tc := range []struct {
		dialect sqlstore.Dialect
		opts    *sqlstore.Options
		wrong   string // what the error names; empty: accepted
	}{
		{sqlstore.SQLite, nil, ""},
		{sqlstore.MySQL, &sqlstore.Options{}, ""},
		{sqlstore.Postgres, &sqlstore.Options{Prefix: "_a1", Schema: "Tenant-7"}, ""},
		{0, nil, "Dialect(0) is no dialect"},
		{4, nil, "Dialect(4) is no dialect"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "Auth_"}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "1a"}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "a-b"}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "a\n"}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "x; DROP TABLE users; --"}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: long}, "Prefix"},
		{sqlstore.SQLite, &sqlstore.Options{Prefix: "é_"}, "Prefix"},
		{sqlstore.Postgres, &sqlstore.Options{Schema: `a"b`}, "Schema"},
		{sqlstore.Postgres, &sqlstore.Options{Schema: "a.b"}, "Schema"},
		{sqlstore.Postgres, &sqlstore.Options{Schema: "a'b"}, "Schema"},
		{sqlstore.SQLite, &sqlstore.Options{Schema: "auth"}, "name the database of SQLite in the DSN"},
		{sqlstore.MySQL, &sqlstore.Options{Schema: "auth"}, "name the database of MySQL in the DSN"},
	} {
		db, _ := fake(t, nil)
		_, err := sqlstore.New(db, tc.dialect, tc.opts)
		expect(t, "New", tc.dialect, tc.opts, err, tc.wrong)
		_, err = sqlstore.Migrations(tc.dialect, tc.opts)
		expect(t, "Migrations", tc.dialect, tc.opts, err, tc.wrong)
	}
}

func expect(t *testing.T, call string, d sqlstore.Dialect, opts *sqlstore.Options, err error, wrong string) {
	t.Helper()
	if wrong == "" && err != nil || wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
		t.Errorf("%s(%v, %+v): error %v, want one that names %q", call, d, opts, err, wrong)
	}
}

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := sqlstore.New(nil, 0, &sqlstore.Options{Prefix: "?", Schema: "s"})
	for _, wrong := range []string{"db is nil", "no dialect", "Prefix", "Schema"} {
		if err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("New with everything wrong: %v; it does not name %q", err, wrong)
		}
	}
}
