package drivertest

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// OpenUsers says which field of the Schema is wrong, and what to do.
func TestSchemaErrors(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.whole(t, db)
		p.table(t, db, "bare", "id INTEGER, username VARCHAR(20), email VARCHAR(20), password_hash VARCHAR(20), seen {TIME|time|TIME}, tenant INTEGER, born {DATETIME|timestamp|DATETIME}",
			"CREATE INDEX ~by_tenant ON ~bare (tenant)")
		bare := sqlstore.Schema{From: "~bare", Name: "-", Organization: "-", AWSRegion: "-", Role: "-", Active: "-", CreatedAt: "-", UpdatedAt: "-", LastLogin: "-"}
		index := " ON " + p.prefix + "bare ("
		for _, tc := range []struct {
			what   string
			from   sqlstore.Schema
			change func(s *sqlstore.Schema)
			want   []string // parts of the error; none: it is accepted
		}{
			{"our own names", sqlstore.Schema{From: "~people"}, func(*sqlstore.Schema) {}, nil},
			{"no such table", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.From = "~nothing" }, []string{"Schema.From", p.prefix + "nothing", "let this database user SELECT"}},
			{"two wrong columns", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Name, s.PasswordHash = "full_name", "pw" },
				[]string{`Schema.Name: "full_name" cannot be read; name the column, or sqlstore.Absent`, `Schema.PasswordHash: "pw" cannot be read`}},
			{"wrong columns in quotes", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) {
				s.Name, s.PasswordHash, s.Flags = `"full_name"`, `"p""w"`, []sqlstore.RoleFlag{{Column: `"is_root"`, Role: auth.RoleAdmin}}
			}, []string{"Schema.Name: ", "Schema.PasswordHash: ", "Schema.Flags[0]: "}},
			{"a wrong condition in quotes", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Where = `{"banned"|"banned"|banned} <> 1` },
				[]string{"Schema.Where: ", " is no condition here"}},
			{"no such condition", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Where = "deleted_at IS NULL" }, []string{`Schema.Where: "deleted_at IS NULL" is no condition here`}},
			{"no such flag", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) {
				s.Flags = []sqlstore.RoleFlag{{Column: "is_root", Role: auth.RoleAdmin}}
			}, []string{`Schema.Flags[0]: "is_root" cannot be read`}},
			{"a time for active", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Active = "created_at" }, []string{"Schema.Active", "is of type", `"created_at IS NULL"`}},
			{"a time for a name", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Username = "created_at" }, []string{"Schema.Username", "is of type"}},
			{"a network for a name", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Username = "{|CAST('10.0.0.1' AS inet)|}" },
				[]string{"{|cannot be looked for; name a column of text: people cannot log in by a column of type inet|}"}},
			{"a boolean for a time", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.CreatedAt = "active" }, []string{"{Schema.CreatedAt: |Schema.CreatedAt: |}"}},
			{"no index at all", bare, func(*sqlstore.Schema) {}, []string{
				"Schema.ID: no index serves a look-up by id (", "CREATE INDEX " + p.prefix + "bare_id_idx" + index + "id)",
				"Schema.Username: no index", index + "username)", "Schema.Email: no index", index + "email)", "Schema.AllowScan if the table stays small"}},
			{"no index, lower", bare, func(s *sqlstore.Schema) { s.Fold = sqlstore.Lower }, []string{"Schema.Username: no index serves a look-up by LOWER(username)", index + "{LOWER(username)|LOWER(username)|(LOWER(username))}"}},
			{"an index of the condition alone", bare, func(s *sqlstore.Schema) { s.Where = "tenant = 7" }, []string{"Schema.ID: no index", "Schema.Username: no index"}},
			{"scan allowed", bare, func(s *sqlstore.Schema) { s.AllowScan = true }, nil},
			{"a column that does not fold", sqlstore.Schema{From: "~people"}, func(s *sqlstore.Schema) { s.Fold = sqlstore.Folded }, []string{"Schema.Fold is Folded, and Schema.Email", "say Lower"}},
			{"a write of what is no time", bare, func(s *sqlstore.Schema) {
				s.RecordLogins, s.LastLogin, s.AllowScan = true, "id > 1", true
			}, []string{"Schema.LastLogin", "nothing can be written: name a column, or leave Schema.RecordLogins off"}},
			{"writes to a table that is not there", bare, func(s *sqlstore.Schema) {
				s.UpgradePasswords, s.Table, s.AllowScan = true, "~nothing", true
			}, []string{"Schema.UpgradePasswords: the write that it allows fails", "let this database user UPDATE"}},
			{"writes to a table without the column", bare, func(s *sqlstore.Schema) {
				s.From, s.Table, s.PasswordHash, s.UpgradePasswords, s.AllowScan = "~bare b JOIN ~people q ON q.username = b.username", "~bare", "q.role", true, true
				s.ID, s.Username, s.Email = "b.id", "b.username", "b.email"
			}, []string{"Schema.UpgradePasswords: the write that it allows fails"}},
		} {
			s := tc.from
			tc.change(&s)
			users, err := p.open(t, db, s)
			if len(tc.want) == 0 && err != nil {
				t.Errorf("%s: %v", tc.what, err)
			}
			for _, want := range tc.want {
				if want = p.words(want); want == "" {
					continue // an engine that cannot tell
				}
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: error %v\nwant one with %q", tc.what, err, want)
				}
			}
			if (users == nil) == (err == nil) {
				t.Errorf("%s: OpenUsers returns %v and %v", tc.what, users, err)
			}
		}
	})
}

// An index is seen on an empty table, on a small one and in each of its forms,
// with or without the condition that every row must meet.
func TestSchemaSeesIndexes(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "bare", `id INTEGER, username VARCHAR(20) {|COLLATE "C"|COLLATE utf8mb4_bin}, password_hash VARCHAR(20), tenant INTEGER, gone INTEGER`)
		schema := sqlstore.Schema{From: "~bare", Email: "-", Name: "-", Organization: "-", AWSRegion: "-", Role: "-", Active: "-",
			CreatedAt: "-", UpdatedAt: "-", LastLogin: "-", Where: "tenant = 7 AND gone IS NULL"}
		check := func(what string, works bool) {
			t.Helper()
			if _, err := p.open(t, db, schema); (err == nil) != works {
				t.Errorf("%s: %v; want it accepted: %v", what, err, works)
			}
		}
		for _, rows := range []string{"", "INSERT INTO ~bare VALUES (1, 'a', 'h', 7, NULL)", "INSERT INTO ~bare VALUES (2, 'b', 'h', 7, NULL), (3, 'c', 'h', 8, 1)"} {
			if rows != "" {
				p.run(t, db, rows)
				p.run(t, db, "ANALYZE {|| TABLE} ~bare")
			}
			check("no index", false)
			p.run(t, db, "CREATE INDEX ~i_tenant ON ~bare (tenant)")
			check("of the tenant alone", false)
			p.run(t, db, "CREATE INDEX ~i_last ON ~bare (password_hash, id, username)")
			check("as the last of an index", false)
			p.run(t, db, "CREATE UNIQUE INDEX ~i_id ON ~bare (id)")
			check("of the ID alone", false)
			p.run(t, db, "CREATE INDEX ~i_name ON ~bare (tenant, username)")
			check("behind the tenant", true)
			p.run(t, db, "DROP INDEX ~i_name{|| ON ~bare}")
			check("dropped again", false)
			p.run(t, db, "CREATE INDEX ~i_name ON ~bare (username){ WHERE gone IS NULL| WHERE gone IS NULL|}")
			check("of part of the rows", true)
			for _, name := range []string{"i_tenant", "i_last", "i_id", "i_name"} {
				p.run(t, db, "DROP INDEX ~"+name+"{|| ON ~bare}")
			}
		}
	})
}

// On MariaDB and PostgreSQL a user that may only SELECT is enough, and one
// that may not write is told so at once.
func TestReadOnlyDatabaseUser(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if p.dialect == sqlstore.SQLite {
			p.readOnlyFile(t)
			return
		}
		owner := p.db(t)
		p.whole(t, owner)
		reader := p.reader(t, owner)
		schema := sqlstore.Schema{From: "~people"}
		users := p.users(t, reader, schema)
		if _, err := users.AccountByLogin(t.Context(), "nobody"); !errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("AccountByLogin by a user that may only SELECT: %v", err)
		}
		schema.UpgradePasswords, schema.RecordLogins = true, true
		_, err := p.open(t, reader, schema)
		for _, want := range []string{"Schema.UpgradePasswords: the write that it allows fails; let this database user UPDATE the column, or leave it out", "Schema.RecordLogins: the write that it allows fails"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("OpenUsers that may write, by a user that may not: %v\nwant %q", err, want)
			}
		}
	})
}

func (p place) readOnlyFile(t *testing.T) {
	t.Helper()
	p.whole(t, p.db(t))
	db, err := sql.Open(p.driver, p.dsn+"&mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	users := p.users(t, db, sqlstore.Schema{From: "~people"})
	if _, err := users.UserByID(t.Context(), "nobody"); !errors.Is(err, auth.ErrUserNotFound) {
		t.Errorf("UserByID in a file that is read-only: %v", err)
	}
}

// reader makes a database user that may SELECT from people and nothing else,
// and opens a handle as that user.
func (p place) reader(t *testing.T, owner *sql.DB) *sql.DB {
	t.Helper()
	name := p.prefix + "reader"
	dsn := strings.Replace(p.dsn, "root@tcp", name+":pw@tcp", 1)
	if p.dialect == sqlstore.Postgres {
		dsn = strings.Replace(p.dsn, "postgres@", name+":pw@", 1)
		p.run(t, owner, "CREATE ROLE "+name+" LOGIN PASSWORD 'pw'")
		p.run(t, owner, "GRANT SELECT ON ~people TO "+name)
		t.Cleanup(func() { p.run(t, p.db(t), "DROP OWNED BY "+name+"; DROP ROLE "+name) })
	} else {
		p.run(t, owner, "CREATE USER "+name+"@'127.0.0.1' IDENTIFIED BY 'pw'")
		p.run(t, owner, "GRANT SELECT ON ~people TO "+name+"@'127.0.0.1'")
		t.Cleanup(func() { p.run(t, p.db(t), "DROP USER "+name+"@'127.0.0.1'") })
	}
	if dsn == p.dsn {
		t.Skipf("the DSN does not name the user that the tests expect")
	}
	db, err := sql.Open(p.driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Without strict SQL mode MySQL cuts what is too long: a login would leave half
// of a hash.
func TestUpgradesNeedStrictMode(t *testing.T) {
	on(t, all[2:3], func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(20) UNIQUE, password_hash CHAR(60)")
		schema := namesOnly
		schema.Email, schema.UpgradePasswords = sqlstore.Absent, true
		p.users(t, db, schema)
		lax := p
		lax.dsn = withParam(p.dsn, "sql_mode=%27%27")
		want := "Schema.UpgradePasswords: a hash too long for the column would be cut"
		if _, err := lax.open(t, lax.db(t), schema); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("OpenUsers without strict mode: error %v, want one with %q", err, want)
		}
		schema.UpgradePasswords = false
		lax.users(t, lax.db(t), schema)
	})
}

// The index of a column is seen whatever the column and its table are called.
func TestIndexesOfStrangeNames(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		q := p.words("{\"|\"|`}")
		quote := func(name string) string { return q + strings.ReplaceAll(name, q, q+q) + q }
		for _, name := range []string{"sp ace", `we"ird`, "ti`ck", "quo'te", "pa(ren", "par)en", "br]ack", `back\slash`, "do.t", "Größe"} {
			t.Run(name, func(t *testing.T) {
				table, id, column, tenant := quote("~"+name), quote(name+" id"), quote(name), quote("of "+name)
				p.run(t, db, "CREATE TABLE "+table+" ("+id+" INTEGER NOT NULL PRIMARY KEY, "+column+" VARCHAR(80), "+tenant+" INTEGER, password_hash VARCHAR(90))")
				t.Cleanup(func() { p.run(t, p.db(t), "DROP TABLE "+table) })
				schema := namesOnly
				schema.From, schema.ID, schema.Username, schema.Email = table, id, column, sqlstore.Absent
				check := func(index string, works bool) {
					t.Helper()
					p.run(t, db, "CREATE INDEX ~strange ON "+table+" ("+index+")")
					if _, err := p.open(t, db, schema); (err == nil) != works {
						t.Errorf("an index of %s: OpenUsers: %v; want it accepted: %v", index, err, works)
					}
					p.run(t, db, "DROP INDEX ~strange{|| ON "+table+"}")
				}
				check("password_hash", false)
				check("password_hash, "+column, false)
				check(column, true)
				schema.Where = tenant + " = 7"
				check(tenant, false)
				check(tenant+", "+column, true)
			})
		}
	})
}
