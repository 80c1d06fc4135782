package drivertest

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// org makes users in organizations: Ann of 7, Bob of 7 who is deleted, Ann of
// 8, and Cid who has no organization and two grants.
func (p place) org(t *testing.T, db *sql.DB) {
	t.Helper()
	p.table(t, db, "org", "id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80)", "INSERT INTO ~org VALUES (7, 'Acme'), (8, 'Beta')")
	p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, org_id INTEGER, username VARCHAR(80), password_hash VARCHAR(90), deleted_at {DATETIME|timestamp|DATETIME} NULL, last_login {DATETIME|timestamp|DATETIME} NULL",
		"CREATE UNIQUE INDEX ~in_org ON ~people (org_id, username)", "CREATE INDEX ~by_name ON ~people (username)",
		"INSERT INTO ~people (id, org_id, username, password_hash, deleted_at) VALUES (1, 7, 'ann', 'h1', NULL), (2, 7, 'bob', 'h2', '2024-05-06 12:00:00'), (3, 8, 'ann', 'h3', NULL), (4, NULL, 'cid', 'h4', NULL)")
	p.table(t, db, "grants", "user_id INTEGER, kind VARCHAR(20)", "CREATE INDEX ~by_user ON ~grants (user_id)",
		"INSERT INTO ~grants VALUES (1, 'admin'), (4, 'user'), (4, 'admin')")
}

// The same mechanism takes a table, a condition, a view, a join and a
// subselect; a login, an ID and a session find the same rows by each.
func TestShapes(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.org(t, db)
		p.run(t, db, "CREATE VIEW ~live AS SELECT p.id AS uid, p.username AS nick, p.password_hash AS pw, o.title FROM ~people p LEFT JOIN ~org o ON o.id = p.org_id WHERE p.deleted_at IS NULL AND p.org_id = 7")
		t.Cleanup(func() { p.run(t, p.db(t), "DROP VIEW IF EXISTS ~live") })
		s := p.sessions(t, db)
		for i, id := range []string{"1", "2", "3", "4"} {
			begin(t, s, session("s"+id, id, time.Duration(i+1)*time.Hour))
		}
		plain := namesOnly
		plain.LoginBy, plain.Email = sqlstore.UsernameOnly, sqlstore.Absent
		for _, tc := range []struct {
			what   string
			change func(s *sqlstore.Schema)
			ids    string // those who are users
			ann    string // whom "ann" names; empty: nobody
			of     string // the organization of 1
		}{
			{"a table", func(*sqlstore.Schema) {}, "1 2 3 4", "", ""},
			{"a tenant", func(s *sqlstore.Schema) { s.Where = "org_id = 7" }, "1 2", "1", ""},
			{"a tenant or", func(s *sqlstore.Schema) { s.Where = "org_id = 7 OR org_id = 9" }, "1 2", "1", ""},
			{"soft deletion", func(s *sqlstore.Schema) { s.Where = "deleted_at IS NULL AND org_id = 7" }, "1", "1", ""},
			{"a view", func(s *sqlstore.Schema) {
				s.From, s.ID, s.Username, s.PasswordHash, s.Organization = "~live", "uid", "nick", "pw", "title"
			}, "1", "1", "Acme"},
			{"a join", func(s *sqlstore.Schema) {
				s.From, s.Organization, s.ID = "~people p JOIN ~org o ON o.id = p.org_id", "o.title", "p.id"
			}, "1 2 3", "", "Acme"},
			{"an outer join with a tenant", func(s *sqlstore.Schema) {
				s.From, s.Where, s.Organization, s.ID = "~people AS p LEFT JOIN ~org o ON o.id = p.org_id", "p.org_id = 8", "o.title", "p.id"
			}, "3", "3", ""},
			{"a list", func(s *sqlstore.Schema) {
				s.From, s.Where, s.Organization, s.ID = "~people p, ~org o", "o.id = p.org_id AND o.id = 7", "o.title", "p.id"
			}, "1 2", "1", "Acme"},
			{"a subselect", func(s *sqlstore.Schema) { s.From = "(SELECT * FROM ~people WHERE org_id = 7) AS p" }, "1 2", "1", ""},
			{"columns of ours", func(s *sqlstore.Schema) { s.From, s.ID = "~people AS s", "s.id" }, "1 2 3 4", "", ""},
		} {
			schema := plain
			tc.change(&schema)
			schema.ID, schema.Where = p.words(schema.ID), p.words(schema.Where)
			users := p.users(t, db, schema)
			reader, err := users.Identity(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"1", "2", "3", "4"} {
				var want, none error
				if none = auth.ErrUserNotFound; !strings.Contains(tc.ids, id) {
					want = none
				}
				u, err := users.UserByID(t.Context(), id)
				if !errors.Is(err, want) || u != nil && u.ID != id {
					t.Errorf("%s: UserByID(%s): %+v, %v; want %v", tc.what, id, u, err, want)
				}
				if id == "1" && u != nil && u.Organization != tc.of {
					t.Errorf("%s: organization %q, want %q", tc.what, u.Organization, tc.of)
				}
				if want != nil {
					want = auth.ErrSessionNotFound
				}
				if who, err := reader.IdentityBySession(t.Context(), "s"+id); !errors.Is(err, want) || who != nil && who.User.ID != id {
					t.Errorf("%s: IdentityBySession of %s: %+v, %v; want %v", tc.what, id, who, err, want)
				}
			}
			a, err := users.AccountByLogin(t.Context(), "ann")
			if tc.ann == "" && !errors.Is(err, auth.ErrAmbiguousLogin) || tc.ann != "" && (err != nil || a.ID != tc.ann) {
				t.Errorf("%s: AccountByLogin(ann): %+v, %v; want %q", tc.what, a, err, tc.ann)
			}
		}
	})
}

// A join that has several rows for a user would let chance decide: it is a
// fault, and no refusal.
func TestManyRowsForAUser(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.org(t, db)
		schema := namesOnly
		schema.LoginBy, schema.Email = sqlstore.UsernameOnly, sqlstore.Absent
		schema.From, schema.Role = "~people LEFT JOIN ~grants g ON g.user_id = id", "COALESCE(g.kind, 'user')"
		users := p.users(t, db, schema)
		if u, err := users.UserByID(t.Context(), "1"); err != nil || u.Role != auth.RoleAdmin {
			t.Errorf("a user with one row: %+v, %v", u, err)
		}
		schema.Role = sqlstore.Absent
		_, alike := p.users(t, db, schema).UserByID(t.Context(), "4")
		schema.Role, schema.Email, schema.LoginBy, schema.AllowScan = "COALESCE(g.kind, 'user')", "g.kind", sqlstore.EitherName, true
		_, byEither := p.users(t, db, schema).AccountByLogin(t.Context(), "cid")
		_, byID := users.UserByID(t.Context(), "4")
		_, byLogin := users.AccountByLogin(t.Context(), "cid")
		for _, err := range []error{byID, byLogin, byEither, alike} {
			if err == nil || errors.Is(err, auth.ErrUserNotFound) || !strings.Contains(err.Error(), "make it one row a user") {
				t.Errorf("a user with two rows: %v", err)
			}
		}
	})
}

// A write stays within Where, goes to Table where From is a join, and touches
// one column.
func TestWritesStayWithin(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.org(t, db)
		schema := namesOnly
		schema.LoginBy, schema.Email, schema.LastLogin = sqlstore.UsernameOnly, sqlstore.Absent, ""
		schema.UpgradePasswords, schema.RecordLogins = true, true
		schema.Where = "deleted_at IS NULL OR org_id = 8"
		one := p.users(t, db, schema)
		schema.From, schema.Table, schema.Where = "~people p LEFT JOIN ~org o ON o.id = p.org_id", "~people", ""
		schema.ID, schema.PasswordHash, schema.LastLogin = "p.id", "p.password_hash", "p.last_login"
		joined := p.users(t, db, schema)
		for i, users := range []sqlstore.Users{one, joined} {
			if err := users.(auth.PasswordUpgrader).UpgradePassword(t.Context(), "1", auth.NewSecret([]string{"h1", "new"}[i]), auth.NewSecret([]string{"new", "newer"}[i])); err != nil {
				t.Errorf("UpgradePassword: %v", err)
			}
			if err := users.(auth.LoginRecorder).RecordLogin(t.Context(), "1", time.Now()); err != nil {
				t.Errorf("RecordLogin: %v", err)
			}
		}
		if err := one.(auth.PasswordUpgrader).UpgradePassword(t.Context(), "2", auth.NewSecret("h2"), auth.NewSecret("new")); !errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("UpgradePassword of a deleted user: %v", err)
		}
		if err := one.(auth.LoginRecorder).RecordLogin(t.Context(), "2", time.Now()); err != nil {
			t.Errorf("RecordLogin of a deleted user: %v", err)
		}
		rows, err := db.Query(p.words("SELECT id, password_hash, last_login IS NOT NULL FROM ~people ORDER BY id"))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got []string
		for rows.Next() {
			var id, hash string
			var seen bool
			if err := rows.Scan(&id, &hash, &seen); err != nil {
				t.Fatal(err)
			}
			if seen {
				hash += " seen"
			}
			got = append(got, id+" "+hash)
		}
		if want := "1 newer seen, 2 h2, 3 h3, 4 h4"; strings.Join(got, ", ") != want {
			t.Errorf("after the writes: %s, want %s", strings.Join(got, ", "), want)
		}
	})
}

// Names that have to be quoted or qualified are written as the host writes
// them.
func TestQuotedNames(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		q, own := `"`, "main."
		switch p.dialect {
		case sqlstore.Postgres:
			own = `"` + p.prefix + `Own".`
			p.run(t, db, `CREATE SCHEMA "~Own"`)
			t.Cleanup(func() { p.run(t, p.db(t), `DROP SCHEMA "~Own" CASCADE`) })
		case sqlstore.MySQL:
			q, own = "`", "`"+p.prefix+"own`."
			p.run(t, db, "CREATE DATABASE `~own`")
			t.Cleanup(func() { p.run(t, p.db(t), "DROP DATABASE `~own`") })
		}
		quote := func(name string) string { return q + name + q }
		table := own + quote("user")
		p.run(t, db, "CREATE TABLE "+table+" ("+quote("order")+" INTEGER NOT NULL PRIMARY KEY, "+quote("Group")+" VARCHAR(80) NOT NULL UNIQUE, "+
			quote("pass word")+" VARCHAR(90), "+quote("select")+" {DATETIME|timestamp|DATETIME} NULL)")
		p.run(t, db, "INSERT INTO "+table+" VALUES (1, 'ann', 'h', NULL)")
		schema := namesOnly
		schema.From, schema.ID, schema.Username, schema.PasswordHash = table, quote("order"), quote("Group"), quote("pass word")
		schema.Email, schema.LastLogin, schema.UpgradePasswords, schema.RecordLogins = sqlstore.Absent, quote("select"), true, true
		users := p.users(t, db, schema)
		if a, err := users.AccountByLogin(t.Context(), "ann"); err != nil || a.ID != "1" {
			t.Errorf("AccountByLogin: %+v, %v", a, err)
		}
		if err := users.(auth.PasswordUpgrader).UpgradePassword(t.Context(), "1", auth.NewSecret("h"), auth.NewSecret("new")); err != nil {
			t.Errorf("UpgradePassword: %v", err)
		}
		if err := users.(auth.LoginRecorder).RecordLogin(t.Context(), "1", time.Now()); err != nil {
			t.Errorf("RecordLogin: %v", err)
		}
		if u, err := users.UserByID(t.Context(), "1"); err != nil || u.LastLogin.IsZero() || u.Stamp != auth.StampOf("new") {
			t.Errorf("UserByID after both writes: %+v, %v", u, err)
		}
	})
}
