package drivertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// IDs of every usual type are texts outside, look up their own row and no
// other, and name it in a session.
func TestForeignIDs(t *testing.T) {
	on(t, slices.Concat(all[:3], all[4:]), func(t *testing.T, p place) {
		for _, tc := range []struct {
			kind, stored, id string
			wrong            []string
		}{
			{"INTEGER", "12", "12", []string{"012", "12abc", "12.0", "+12", "1 2", "-12", "3000000000"}},
			{"SMALLINT", "12", "12", []string{"70000", "012"}},
			{"{BIGINT|bigint|BIGINT}", "9007199254740993", "9007199254740993", []string{"9007199254740992", "9007199254740994", "9.007199254740993e15", "99999999999999999999"}},
			{"{|bigint|BIGINT UNSIGNED}", "9223372036854775807", "9223372036854775807", []string{"9223372036854775808", "18446744073709551616", "-1"}},
			{"{||BIGINT UNSIGNED}", "18446744073709551615", "18446744073709551615", []string{"18446744073709551614", "18446744073709551616", "-1"}},
			{"{TEXT|uuid|CHAR(36)}", "'6ba7b810-9dad-41d1-80b4-00c04fd430c8'", "6ba7b810-9dad-41d1-80b4-00c04fd430c8", []string{"6BA7B810-9DAD-41D1-80B4-00C04FD430C8", "{6ba7b810-9dad-41d1-80b4-00c04fd430c8}", "6ba7b8109dad41d180b400c04fd430c8", "x"}},
			{"{||UUID}", "'6ba7b810-9dad-41d1-80b4-00c04fd430c8'", "6ba7b810-9dad-41d1-80b4-00c04fd430c8", []string{"6BA7B810-9DAD-41D1-80B4-00C04FD430C8", "6ba7b8109dad41d180b400c04fd430c8", "x"}},
			{"{TEXT|text|VARCHAR(40) COLLATE utf8mb4_general_ci}", "'Ann-é'", "Ann-é", []string{"ann-é", "Ann-e", "Ann-é ", "Ann%"}},
			{"{TEXT COLLATE NOCASE|varchar(20)|VARCHAR(40) CHARACTER SET latin1}", "'Ann'", "Ann", []string{"ann", "Ann ", "žofie"}},
			{"{||VARBINARY(40)}", "'Ann'", "Ann", []string{"ann", "Ann "}},
			{"{NUMERIC|numeric(20)|DECIMAL(20)}", "12", "12", []string{"12abc", "012", "1.2e1", "x", "12.0"}},
		} {
			kind := p.words(tc.kind)
			if kind == "" {
				continue
			}
			t.Run(kind, func(t *testing.T) {
				db := p.db(t)
				p.table(t, db, "people", "id "+kind+" NOT NULL PRIMARY KEY, username VARCHAR(80) UNIQUE, password_hash VARCHAR(90)",
					"INSERT INTO ~people VALUES ("+tc.stored+", 'ann', 'h')")
				schema := namesOnly
				schema.LoginBy, schema.Email = sqlstore.UsernameOnly, sqlstore.Absent
				schema.UpgradePasswords = true
				users := p.users(t, db, schema)
				a, err := users.AccountByLogin(t.Context(), "ann")
				if err != nil || a.ID != tc.id {
					t.Fatalf("AccountByLogin: %+v, %v; want the ID %s", a, err, tc.id)
				}
				if u, err := users.UserByID(t.Context(), tc.id); err != nil || u.ID != tc.id {
					t.Errorf("UserByID(%s): %+v, %v", tc.id, u, err)
				}
				s := p.sessions(t, db)
				p.run(t, db, "DELETE FROM ~sessions")
				reader, err := users.Identity(s)
				if err != nil {
					t.Fatal(err)
				}
				begin(t, s, session("right", tc.id, time.Hour))
				if id, err := reader.IdentityBySession(t.Context(), "right"); err != nil || id.User.ID != tc.id {
					t.Errorf("IdentityBySession: %+v, %v", id, err)
				}
				for i, wrong := range tc.wrong {
					if u, err := users.UserByID(t.Context(), wrong); !errors.Is(err, auth.ErrUserNotFound) {
						t.Errorf("UserByID(%q): %+v, %v; want ErrUserNotFound", wrong, u, err)
					}
					begin(t, s, session(fmt.Sprint(i), wrong, time.Hour))
					if id, err := reader.IdentityBySession(t.Context(), fmt.Sprint(i)); !errors.Is(err, auth.ErrSessionNotFound) {
						t.Errorf("IdentityBySession of a session of %q: %+v, %v", wrong, id, err)
					}
				}
				if err := users.(auth.PasswordUpgrader).UpgradePassword(t.Context(), tc.id, auth.NewSecret("h"), auth.NewSecret("new")); err != nil {
					t.Errorf("UpgradePassword: %v", err)
				}
			})
		}
	})
}

// A time of any usual type is read as the same moment, and LastLogin is
// written as its column's own type.
func TestForeignTimes(t *testing.T) {
	engines := append([]engine{
		{"mysql_parse_time", "mysql", sqlstore.MySQL, "SALLYPORT_TEST_MYSQL", "parseTime=true"},
	}, slices.Concat(all[:3], all[4:])...)
	on(t, engines, func(t *testing.T, p place) {
		noon := time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)
		for _, tc := range []struct{ kind, stored string }{
			{"{DATETIME|timestamp|DATETIME}", "'2024-05-06 12:00:00'"},
			{"{TIMESTAMP|timestamptz|DATETIME(6)}", "'2024-05-06 12:00:00{|+00|}'"},
			{"{|timestamptz|}", "'2024-05-06 14:00:00+02'"},
			{"{TEXT|text|VARCHAR(40)}", "'2024-05-06T12:00:00Z'"},
			{"{TEXT|text|VARCHAR(40)}", "'2024-05-06T14:00:00+02:00'"},
			{"{TEXT|text|VARCHAR(40)}", "'2024-05-06 12:00:00.000000'"},
			{"{TEXT|text|VARCHAR(40)}", "'2024-05-06 14:00:00+02:00'"},
			{"{INTEGER|integer|INT}", "1714996800"},
			{"{BIGINT|bigint|BIGINT}", "1714996800"},
		} {
			kind := p.words(tc.kind)
			if kind == "" {
				continue
			}
			t.Run(kind+" "+tc.stored, func(t *testing.T) {
				db := p.db(t)
				p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(80) UNIQUE, password_hash VARCHAR(90), last_login "+kind+" NULL, created_at "+kind+" NULL",
					"INSERT INTO ~people VALUES (1, 'ann', 'h', "+tc.stored+", "+tc.stored+"), (2, 'bob', 'h', NULL, NULL)")
				schema := namesOnly
				schema.Email, schema.LastLogin, schema.CreatedAt, schema.RecordLogins = sqlstore.Absent, "", "", true
				users := p.users(t, db, schema)
				expect := func(id string, last, created time.Time) {
					t.Helper()
					u, err := users.UserByID(t.Context(), id)
					if err != nil || !u.LastLogin.Equal(last) || !u.CreatedAt.Equal(created) || !u.UpdatedAt.Equal(created) || u.LastLogin.Location() != time.UTC {
						t.Errorf("UserByID(%s): last login %v, created %v, updated %v, %v; want %v and %v", id, u.LastLogin, u.CreatedAt, u.UpdatedAt, err, last, created)
					}
				}
				expect("1", noon, noon)
				expect("2", time.Time{}, time.Time{})
				later := noon.Add(24 * time.Hour)
				if err := users.(auth.LoginRecorder).RecordLogin(t.Context(), "2", later.In(time.FixedZone("", 7200))); err != nil {
					t.Fatal(err)
				}
				expect("2", later, time.Time{})
				expect("1", noon, noon)
			})
		}
	})
}

// What a column says that means nothing here refuses that user and nobody
// else, and so does NULL where it would have to decide.
func TestForeignUnknownValues(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", `id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(80) UNIQUE, email VARCHAR(80), password_hash VARCHAR(90), name VARCHAR(9),
			rank VARCHAR(20), state VARCHAR(20), on_duty {BOOLEAN|boolean|BIT(1)}, is_admin {BOOLEAN|boolean|TINYINT}, level INTEGER`,
			"INSERT INTO ~people VALUES (1, 'ann', NULL, NULL, NULL, 'boss', 'live', {TRUE|TRUE|b'1'}, TRUE, 1)",
			"INSERT INTO ~people VALUES (2, 'bob', '', 'h', '', 'clerk', 'gone', {FALSE|FALSE|b'0'}, FALSE, 0)",
			"INSERT INTO ~people VALUES (3, 'cid', NULL, 'h', NULL, 'CHIEF', 'Live', NULL, NULL, 2)",
			"INSERT INTO ~people VALUES (4, 'dan', NULL, 'h', NULL, NULL, NULL, {TRUE|TRUE|b'1'}, FALSE, NULL)")
		base := namesOnly
		base.LoginBy, base.AllowScan = sqlstore.UsernameOnly, true
		admin, user := auth.RoleAdmin, auth.RoleUser
		for _, tc := range []struct {
			what   string
			change func(s *sqlstore.Schema)
			want   [4]auth.User
		}{
			{"roles and actives by value", func(s *sqlstore.Schema) {
				s.Role, s.Roles = "rank", map[string]auth.Role{"boss": admin, "clerk": user}
				s.Active, s.Actives = "state", map[string]bool{"live": true, "gone": false}
			}, [4]auth.User{{Role: admin, Active: true}, {Role: user}, {Unknown: "active value"}, {Unknown: "active value"}}},
			{"NULL by value", func(s *sqlstore.Schema) {
				s.Role, s.Roles = "rank", map[string]auth.Role{"boss": admin, "": user}
				s.Active, s.Actives = "state", map[string]bool{"live": true, "": false}
			}, [4]auth.User{{Role: admin, Active: true}, {Unknown: "active value"}, {Unknown: "active value"}, {Role: user}}},
			{"booleans", func(s *sqlstore.Schema) {
				s.Active, s.Flags = "on_duty", []sqlstore.RoleFlag{{Column: "is_admin", Role: admin}}
			}, [4]auth.User{{Role: admin, Active: true}, {Role: user}, {Role: user, Unknown: "active value"}, {Role: user, Active: true}}},
			{"a flag that is no boolean", func(s *sqlstore.Schema) {
				s.Flags = []sqlstore.RoleFlag{{Column: "level", Role: admin}}
			}, [4]auth.User{{Role: admin, Active: true}, {Role: user, Active: true}, {Active: true, Unknown: "role"}, {Role: user, Active: true}}},
			{"roles as they are", func(s *sqlstore.Schema) { s.Role = "rank" },
				[4]auth.User{{Role: "boss", Active: true, Unknown: "role"}, {Role: "clerk", Active: true, Unknown: "role"}, {Role: "CHIEF", Active: true, Unknown: "role"}, {Active: true, Unknown: "role"}}},
			{"numbers and conditions", func(s *sqlstore.Schema) {
				s.Role, s.Roles = "level", map[string]auth.Role{"1": admin, "0": user}
				s.Active = "rank = 'boss' OR rank IS NULL"
			}, [4]auth.User{{Role: admin, Active: true}, {Role: user}, {Unknown: "role"}, {Active: true, Unknown: "role"}}},
		} {
			s := base
			tc.change(&s)
			users := p.users(t, db, s)
			for i, want := range tc.want {
				u, err := users.UserByID(t.Context(), fmt.Sprint(i+1))
				if err != nil || u.Role != want.Role || u.Active != want.Active || u.Unknown != want.Unknown {
					t.Errorf("%s: user %d: %+v, %v\nwant role %q, active %v, unknown %q", tc.what, i+1, u, err, want.Role, want.Active, want.Unknown)
				}
			}
			if a, err := users.AccountByLogin(t.Context(), "ann"); err != nil || !a.PasswordHash.Empty() || a.Email != "" {
				t.Errorf("%s: a user without a password: %+v, %v", tc.what, a, err)
			}
		}
	})
}

// A binary key is said to be one, where it would have locked everybody out
// without a word.
func TestABinaryKeyIsAFault(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", "id {BLOB|bytea|BINARY(4)} NOT NULL PRIMARY KEY, username VARCHAR(20) UNIQUE, password_hash VARCHAR(20)",
			"INSERT INTO ~people VALUES ({x'fe00ff01'|'\\xfe00ff01'|x'fe00ff01'}, 'ann', 'h')")
		schema := namesOnly
		schema.Email = sqlstore.Absent
		users := p.users(t, db, schema)
		if a, err := users.AccountByLogin(t.Context(), "ann"); err == nil || errors.Is(err, auth.ErrUserNotFound) || !strings.Contains(err.Error(), "HEX(id)") {
			t.Errorf("AccountByLogin: %+v, %v; want a fault that says what to do", a, err)
		}
	})
}
