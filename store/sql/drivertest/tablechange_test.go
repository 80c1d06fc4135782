package drivertest

import (
	"errors"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// The host goes on changing its table while the server runs: a column that
// becomes longer or is added changes nothing, and one that is gone is a fault
// until it is back, not a refusal.
func TestTableChangesMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(20) UNIQUE, password_hash VARCHAR(20), name VARCHAR(20)",
			"INSERT INTO ~people VALUES (1, 'ann', 'h', 'Ann')")
		schema := namesOnly
		schema.Email, schema.Name = sqlstore.Absent, ""
		users := p.users(t, db, schema)
		find := func(when string) {
			t.Helper()
			for range 8 { // on every connection
				if a, err := users.AccountByLogin(t.Context(), "ann"); err != nil || a.Name != "Ann" {
					t.Errorf("AccountByLogin %s: %+v, %v", when, a, err)
				}
				if u, err := users.UserByID(t.Context(), "1"); err != nil || u.Name != "Ann" {
					t.Errorf("UserByID %s: %+v, %v", when, u, err)
				}
			}
		}
		find("at first")
		p.run(t, db, "ALTER TABLE ~people ADD COLUMN shoe INTEGER")
		find("after a column was added")
		if p.dialect != sqlstore.SQLite {
			p.run(t, db, "ALTER TABLE ~people {|ALTER COLUMN name TYPE|MODIFY name} VARCHAR(300)")
			find("after a column became longer")
		}
		p.run(t, db, "ALTER TABLE ~people RENAME COLUMN name TO full_name")
		if _, err := users.AccountByLogin(t.Context(), "ann"); err == nil || errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("AccountByLogin without a column: %v, want a fault", err)
		}
		p.run(t, db, "ALTER TABLE ~people RENAME COLUMN full_name TO name")
		find("after the column is back")
	})
}

// A key that was made wider, as Django's migration to BigAutoField does, is as
// wide for who came in since.
func TestAKeyGrowsMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(20) UNIQUE, password_hash VARCHAR(20)",
			"INSERT INTO ~people VALUES (1, 'ann', 'h')")
		schema := namesOnly
		schema.Email = sqlstore.Absent
		users := p.users(t, db, schema)
		if p.dialect != sqlstore.SQLite {
			p.run(t, db, "ALTER TABLE ~people {|ALTER COLUMN id TYPE|MODIFY id} BIGINT")
		}
		p.run(t, db, "INSERT INTO ~people VALUES (3000000000, 'ben', 'h')")
		for name, id := range map[string]string{"ann": "1", "ben": "3000000000"} {
			if a, err := users.AccountByLogin(t.Context(), name); err != nil || a.ID != id {
				t.Errorf("AccountByLogin(%s): %+v, %v", name, a, err)
			}
			if u, err := users.UserByID(t.Context(), id); err != nil || u.Username != name {
				t.Errorf("UserByID(%s): %+v, %v", id, u, err)
			}
		}
	})
}
