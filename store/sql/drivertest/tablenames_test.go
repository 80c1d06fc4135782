package drivertest

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// named is a table with nothing but names, which nothing keeps unique.
func (p place) named(t *testing.T, db *sql.DB, kind, index string, names ...string) {
	t.Helper()
	p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username "+kind+", email "+kind+", password_hash VARCHAR(90)",
		"CREATE INDEX ~by_name ON ~people ("+fmt.Sprintf(index, "username")+")", "CREATE INDEX ~by_mail ON ~people ("+fmt.Sprintf(index, "email")+")")
	for i, name := range names {
		if _, err := db.Exec(p.words("INSERT INTO ~people (id, username, password_hash) VALUES ({?, ?|$1, $2|?, ?}, 'h')"), i+1, name); err != nil {
			t.Fatal(err)
		}
	}
}

var namesOnly = sqlstore.Schema{From: "~people", Name: "-", Organization: "-", AWSRegion: "-", Role: "-", Active: "-",
	CreatedAt: "-", UpdatedAt: "-", LastLogin: "-"}

// What a collation takes for equal neither stands for a name nor crowds it
// out, however many there are and in whichever order they were stored.
func TestNearMissesCrowdNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if p.dialect != sqlstore.MySQL {
			t.Skip("no collation of this engine takes accents for equal")
		}
		var names []string
		for _, a := range "áàâäãåÁÀÂÄÃÅ" {
			for _, e := range "éèêë" {
				names = append(names, string(a)+"nn"+string(e))
			}
		}
		names = append(names, "Anne") // last: ID 49
		for _, collation := range []string{"utf8mb4_general_ci", "utf8mb4_unicode_ci", "latin1_swedish_ci"} {
			t.Run(collation, func(t *testing.T) {
				db := p.db(t)
				charset, _, _ := strings.Cut(collation, "_")
				p.named(t, db, "VARCHAR(80) CHARACTER SET "+charset+" COLLATE "+collation, "%s", names...)
				s := namesOnly
				s.Fold = sqlstore.Folded
				users := p.users(t, db, s)
				found := func(login, id string) {
					t.Helper()
					a, err := users.AccountByLogin(t.Context(), login)
					if err != nil || a.ID != id {
						t.Errorf("AccountByLogin(%q): %v, %v; want %s", login, a, err, id)
					}
				}
				found("anne", "49")
				if a, err := users.AccountByLogin(t.Context(), "annę"); !errors.Is(err, auth.ErrUserNotFound) {
					t.Errorf("AccountByLogin of a name that nobody has: %v, %v", a, err)
				}
				p.run(t, db, "INSERT INTO ~people (id, username, password_hash) VALUES (99, 'ANNE', 'h')")
				if a, err := users.AccountByLogin(t.Context(), "anne"); !errors.Is(err, auth.ErrAmbiguousLogin) {
					t.Errorf("AccountByLogin of two users: %v, %v; want ErrAmbiguousLogin", a, err)
				}
			})
		}
	})
}

// A name is found as its column folds, and only then; two that are one name
// are nobody.
func TestFolds(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		for _, tc := range []struct {
			what, kind, index string // by engine; empty: not there
			fold              sqlstore.Fold
			finds             bool // "ann" finds "Ann"
		}{
			{"exact", "{TEXT|text|VARCHAR(80) COLLATE utf8mb4_bin}", "%s", sqlstore.Exact, false},
			{"bytes", "{||VARBINARY(80)}", "%s", sqlstore.Exact, false},
			{"folded", "{TEXT COLLATE NOCASE|citext|VARCHAR(80) COLLATE utf8mb4_general_ci}", "%s", sqlstore.Folded, true},
			{"folded, undeclared", "{TEXT COLLATE NOCASE|citext|VARCHAR(80) COLLATE utf8mb4_general_ci}", "%s", sqlstore.Exact, true},
			{"lower", "{TEXT|varchar(80)|}", "LOWER(%s)", sqlstore.Lower, true},
			{"padded", "{|char(12)|CHAR(12) COLLATE utf8mb4_bin}", "%s", sqlstore.Exact, false},
		} {
			kind := p.words(tc.kind)
			if kind == "" {
				continue
			}
			t.Run(tc.what, func(t *testing.T) {
				db := p.db(t)
				if kind == "citext" {
					p.extension(t, db, "citext")
				}
				p.named(t, db, kind, tc.index, "Ann", "bob", "Zoë", "zoe")
				s := namesOnly
				s.Fold = tc.fold
				users := p.users(t, db, s)
				for login, id := range map[string]string{"ann": "1", "bob": "2", "zoe": "4"} {
					a, err := users.AccountByLogin(t.Context(), login)
					if login == "ann" && !tc.finds {
						if !errors.Is(err, auth.ErrUserNotFound) {
							t.Errorf("AccountByLogin(ann) in a column that does not fold: %v, %v", a, err)
						}
						continue
					}
					if err != nil || a.ID != id {
						t.Errorf("AccountByLogin(%s): %v, %v; want user %s", login, a, err, id)
					}
				}
				p.run(t, db, "INSERT INTO ~people (id, email, password_hash) VALUES (9, 'bob', 'h')")
				if _, err := users.AccountByLogin(t.Context(), "bob"); !errors.Is(err, auth.ErrAmbiguousLogin) {
					t.Errorf("AccountByLogin of one's username that is another's e-mail: %v (Grafana CVE-2022-39229)", err)
				}
				s.LoginBy = sqlstore.UsernameOnly
				if a, err := p.users(t, db, s).AccountByLogin(t.Context(), "bob"); err != nil || a.ID != "2" {
					t.Errorf("AccountByLogin(bob) by username only: %v, %v", a, err)
				}
				s.LoginBy = sqlstore.EmailOnly
				if a, err := p.users(t, db, s).AccountByLogin(t.Context(), "bob"); err != nil || a.ID != "9" {
					t.Errorf("AccountByLogin(bob) by e-mail only: %v, %v", a, err)
				}
			})
		}
	})
}

// extension skips the test where the server lacks it. It stays: others may
// use it by now.
func (p place) extension(t *testing.T, db *sql.DB, name string) {
	t.Helper()
	if _, err := db.Exec("CREATE EXTENSION IF NOT EXISTS " + name); err != nil {
		if os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
			t.Fatalf("no extension %s, and SALLYPORT_TEST_REQUIRE=1 asks for it: %v", name, err)
		}
		t.Skipf("no extension %s: %v", name, err)
	}
}

// A login in letters that the column's character set lacks does not make the
// server convert the column, row by row.
func TestForeignCharacterSet(t *testing.T) {
	on(t, all[2:3], func(t *testing.T, p place) {
		for _, charset := range []string{"latin1", "utf8mb3", "ascii", "utf8mb4"} {
			t.Run(charset, func(t *testing.T) {
				plain := p.db(t)
				p.named(t, plain, "VARCHAR(80) CHARACTER SET "+charset, "%s", "ann")
				for i := range 300 {
					p.run(t, plain, fmt.Sprintf("INSERT INTO ~people (id, username, email, password_hash) VALUES (%d, 'u%d', 'u%d@example.com', 'h')", i+10, i, i))
				}
				db, seen := p.recorded(t)
				users := p.users(t, db, namesOnly)
				for _, login := range []string{"žofie", "東京", "𠀀"} {
					if a, err := users.AccountByLogin(t.Context(), login); !errors.Is(err, auth.ErrUserNotFound) {
						t.Errorf("AccountByLogin(%q): %v, %v", login, a, err)
					}
					for text, args := range seen.statements() {
						if strings.HasPrefix(text, "(SELECT") {
							for _, scan := range p.scans(t, plain, text, args, 300) {
								t.Errorf("%q reads the whole table: %s", login, scan)
							}
						}
					}
				}
			})
		}
	})
}

// A PostgreSQL that keeps LATIN1 has no way to be asked for any other name: that
// is nobody's, and no fault that a stranger can bring about.
func TestANameTheDatabaseCannotHave(t *testing.T) {
	on(t, all[1:2], func(t *testing.T, p place) {
		p.run(t, p.db(t), "CREATE DATABASE ~latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
		t.Cleanup(func() { p.run(t, p.db(t), "DROP DATABASE ~latin1 WITH (FORCE)") })
		u, err := url.Parse(p.dsn)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + p.words("~latin1")
		there := p
		there.dsn = withParam(u.String(), "client_encoding=UTF8")
		db := there.db(t)
		there.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT", "INSERT INTO ~people VALUES (1, 'renée', 'h')")
		schema := namesOnly
		schema.Email = sqlstore.Absent

		users := there.users(t, db, schema)
		if a, err := users.AccountByLogin(t.Context(), "renée"); err != nil || a.ID != "1" {
			t.Errorf("AccountByLogin: %+v, %v", a, err)
		}
		if a, err := users.AccountByLogin(t.Context(), "東京"); !errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("AccountByLogin of what is not in LATIN1: %+v, %v; want ErrUserNotFound", a, err)
		}
	})
}

// What the client cannot be told is there all the same.
func TestARowTheClientCannotRead(t *testing.T) {
	on(t, all[1:2], func(t *testing.T, p place) {
		p.table(t, p.db(t), "people", "id INTEGER NOT NULL PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT, name TEXT", "INSERT INTO ~people VALUES (1, 'ann', 'h', '東京')")
		schema := namesOnly
		schema.Email, schema.Name = sqlstore.Absent, "name"
		p.dsn = withParam(p.dsn, "client_encoding=LATIN1")
		if a, err := p.users(t, p.db(t), schema).AccountByLogin(t.Context(), "ann"); err == nil || errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("AccountByLogin: %+v, %v; want a fault", a, err)
		}
	})
}
