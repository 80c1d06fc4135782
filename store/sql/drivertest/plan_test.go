package drivertest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Every statement that reads by a key uses an index. The statements are those
// that the store was seen to run; a new one is covered by being called here.
func TestPlans(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		_, plain := p.migrated(t)
		fill(t, plain, p)
		db, seen := p.recorded(t)
		s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Prefix: p.prefix})
		if err != nil {
			t.Fatal(err)
		}
		callAll(t, s)
		checked := 0
		for text, args := range seen.statements() {
			verb, _, _ := strings.Cut(text, " ")
			if verb == "INSERT" || strings.Contains(text, "AS any_user") {
				continue // those look for nothing, or for any row
			}
			checked++
			if scan := fullScan(t, plain, p, text, args); scan != "" {
				t.Errorf("%s\nreads a whole table: %s", text, scan)
			}
		}
		if checked < 15 {
			t.Errorf("only %d statements were seen; the recorder misses some", checked)
		}
	})
}

const planRows = 3000

// fill gives each table some thousands of rows and the planner its statistics.
func fill(t *testing.T, db *sql.DB, p place) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	run := func(statement string) {
		if _, err := tx.Exec(statement); err != nil {
			t.Fatalf("%.100s: %v", statement, err)
		}
	}
	active, agent := "TRUE", "''"
	if p.dialect == sqlstore.SQLite {
		agent = "x''" // STRICT tells a blob from a text
	}
	var users, sessions, keys, events []string
	for i := range planRows {
		users = append(users, fmt.Sprintf("('id-u%d','u%d','u%d@example.com','','','','user',%s,'h',1,1,1,0)", i, i, i, active))
		sessions = append(sessions, fmt.Sprintf("('s%d','id-u%d','',%s,'',1,%d,1)", i, i, agent, time.Now().Add(time.Hour).UnixMicro()+int64(i)))
		events = append(events, fmt.Sprintf("(%d,'login','id-u%d','','','','','','',0,'')", began.UnixMicro()+int64(i), i))
		keys = append(keys, fmt.Sprintf("('k%d',1,1,0,1,%d)", i, time.Now().Add(time.Hour).UnixMicro()+int64(i)))
	}
	run("INSERT INTO " + p.prefix + "users VALUES " + strings.Join(users, ","))
	run("INSERT INTO " + p.prefix + "sessions VALUES " + strings.Join(sessions, ","))
	run("INSERT INTO " + p.prefix + "throttle VALUES " + strings.Join(keys, ","))
	run("INSERT INTO " + p.prefix + "audit (at, kind, user_id, username, actor_id, session_id, remote, user_agent, reason, count, error) VALUES " + strings.Join(events, ","))
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	analyze := "ANALYZE "
	if p.dialect == sqlstore.MySQL {
		analyze = "ANALYZE TABLE "
	}
	for _, table := range []string{"users", "sessions", "throttle", "audit"} {
		if _, err := db.Exec(analyze + p.prefix + table); err != nil {
			t.Fatal(err)
		}
	}
}

// callAll calls every method once that runs a statement.
func callAll(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	ctx, a := t.Context(), account("one")
	name, hash := "Joan", auth.NewSecret("new")
	denied, reserved := auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour}, auth.Reservation{}
	calls := map[string]func() error{
		"CreateAccount":  func() error { return s.CreateAccount(ctx, a) },
		"Bootstrap":      func() error { _, err := s.Bootstrap(ctx, a); return err },
		"AccountByLogin": func() error { _, err := s.AccountByLogin(ctx, "u7"); return err },
		"UserByID":       func() error { _, err := s.UserByID(ctx, "id-u7"); return err },
		"ListUsers":      func() error { _, err := s.ListUsers(ctx, "id-u5", 10); return err },
		"ListAccounts":   func() error { _, err := s.ListAccounts(ctx, "id-u5", 10); return err },
		"ImportAccounts": func() error {
			_, err := s.ImportAccounts(ctx, []auth.Account{*account("two"), *account("three")})
			return err
		},
		"RecordLogin":     func() error { return s.RecordLogin(ctx, "id-u7", time.Now()) },
		"UpdateAccount":   func() error { return s.UpdateAccount(ctx, "id-u7", auth.AccountChange{Name: &name}) },
		"UpgradePassword": func() error { return s.UpgradePassword(ctx, "id-u7", auth.NewSecret("h"), hash) },
		"DeleteAccount":   func() error { return s.DeleteAccount(ctx, "id-u8") },
		"CreateSession":   func() error { return s.CreateSession(ctx, session("new", "id-u7", time.Hour)) },
		"SessionByID":     func() error { _, err := s.SessionByID(ctx, "s7"); return err },
		"SessionsByUser":  func() error { _, err := s.SessionsByUser(ctx, "id-u7"); return err },
		"Identity":        func() error { _, err := s.IdentityBySession(ctx, "s7"); return err },
		"TouchSession":    func() error { return s.TouchSession(ctx, "s7", time.Now()) },
		"EndSession":      func() error { return s.EndSession(ctx, "s8") },
		"EndUserSessions": func() error { return s.EndUserSessions(ctx, "id-u9", "s9") },
		"RestampSessions": func() error { return s.RestampSessions(ctx, "id-u7", "", "x") },
		"Reserve":         func() (err error) { reserved, err = s.Reserve(ctx, "k", denied); return err },
		"Settle":          func() error { return s.Settle(ctx, reserved, true) },
		"Reserve, denied": func() error { _, err := s.Reserve(ctx, "k", denied); return err },
		"Forget":          func() error { return s.Forget(ctx, "k") },
		"Purge":           func() error { _, err := s.Purge(ctx, 10); return err },
		"Audit":           func() error { return s.Audit(ctx, event(1)) },
		"Events":          func() error { _, err := s.Events(ctx, sqlstore.EventFilter{Limit: 10}); return err },
		"Events, a user's": func() error {
			_, err := s.Events(ctx, sqlstore.EventFilter{UserID: "id-u7", Kind: auth.EventLogin, Since: began, Before: sqlstore.Record{ID: 9, Event: event(9)}})
			return err
		},
		"PurgeEvents": func() error { _, err := s.PurgeEvents(ctx, began, 10); return err },
	}
	for _, first := range []string{"Reserve", "Settle"} { // the others in any order
		if err := calls[first](); err != nil {
			t.Errorf("%s: %v", first, err)
		}
		delete(calls, first)
	}
	for call, f := range calls {
		if err := f(); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// fullScan explains a statement and returns the line of the plan that reads a
// whole table, or "".
func fullScan(t *testing.T, db *sql.DB, p place, text string, args []any) string {
	t.Helper()
	if all := fullScans(t, db, p, text, args); len(all) > 0 {
		return all[0]
	}
	return ""
}

// fullScans returns every such line.
func fullScans(t *testing.T, db *sql.DB, p place, text string, args []any) (scans []string) {
	t.Helper()
	explain := map[sqlstore.Dialect]string{
		sqlstore.SQLite: "EXPLAIN QUERY PLAN ", sqlstore.Postgres: "EXPLAIN ", sqlstore.MySQL: "EXPLAIN ",
	}
	rows, err := db.Query(explain[p.dialect]+text, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		line := columns(t, rows)
		switch p.dialect {
		case sqlstore.SQLite:
			if strings.HasPrefix(line["detail"], "SCAN") {
				scans = append(scans, line["detail"])
			}
		case sqlstore.Postgres:
			if strings.Contains(line["QUERY PLAN"], "Seq Scan") {
				scans = append(scans, line["QUERY PLAN"])
			}
		case sqlstore.MySQL:
			if kind := line["type"]; line["table"] != "" && (kind == "ALL" || kind == "index") {
				scans = append(scans, fmt.Sprint(line))
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scans
}

// columns reads a row of whatever columns it has.
func columns(t *testing.T, rows *sql.Rows) map[string]string {
	t.Helper()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]sql.NullString, len(names))
	dest := make([]any, len(names))
	for i := range values {
		dest[i] = &values[i]
	}
	if err := rows.Scan(dest...); err != nil {
		t.Fatal(err)
	}
	line := make(map[string]string)
	for i, name := range names {
		line[name] = values[i].String
	}
	return line
}
