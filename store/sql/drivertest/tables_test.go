package drivertest

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// table makes a host's table of this engine, and drops it afterwards. In the
// text, people is its name, and a list such as {sqlite|postgres|mysql} has the
// word of each engine.
func (p place) table(t *testing.T, db *sql.DB, name, text string, more ...string) {
	t.Helper()
	p.run(t, db, "CREATE TABLE "+p.prefix+name+" ("+text+")")
	t.Cleanup(func() { p.run(t, p.db(t), "DROP TABLE IF EXISTS "+p.prefix+name+"{| CASCADE|}") })
	for _, statement := range more {
		p.run(t, db, statement)
	}
}

// run executes a statement; ~ before a name is the prefix.
func (p place) run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(p.words(statement)); err != nil {
		t.Fatalf("%.200s: %v", p.words(statement), err)
	}
}

// words picks those of the engine, and writes the prefix for ~.
func (p place) words(text string) string {
	for {
		from := strings.IndexByte(text, '{')
		if from < 0 {
			return strings.ReplaceAll(text, "~", p.prefix)
		}
		to := from + strings.IndexByte(text[from:], '}')
		text = text[:from] + strings.Split(text[from+1:to], "|")[p.dialect-sqlstore.SQLite] + text[to+1:]
	}
}

// users opens a host's table.
func (p place) users(t *testing.T, db *sql.DB, s sqlstore.Schema) sqlstore.Users {
	t.Helper()
	users, err := p.open(t, db, s)
	if err != nil {
		t.Fatalf("OpenUsers: %v", err)
	}
	t.Cleanup(func() { users.Close() })
	return users
}

func (p place) open(t *testing.T, db *sql.DB, s sqlstore.Schema) (sqlstore.Users, error) {
	t.Helper()
	for _, text := range []*string{&s.From, &s.Where, &s.Table, &s.ID, &s.Username, &s.Email, &s.PasswordHash,
		&s.Name, &s.Organization, &s.AWSRegion, &s.Role, &s.Active, &s.CreatedAt, &s.UpdatedAt, &s.LastLogin} {
		*text = p.words(*text)
	}
	return sqlstore.OpenUsers(t.Context(), db, p.dialect, s)
}

// whole is a table with all columns under our own names, as a host has them.
const whole = `id {TEXT|uuid|CHAR(36)} PRIMARY KEY, username {TEXT|text|VARCHAR(254) COLLATE utf8mb4_general_ci} NOT NULL,
	email {TEXT|text|VARCHAR(254) COLLATE utf8mb4_bin}, password_hash VARCHAR(300), name {TEXT|text|VARCHAR(300)}, organization VARCHAR(300),
	aws_region VARCHAR(32), role VARCHAR(20), active {BOOLEAN|boolean|BOOLEAN}, created_at {DATETIME|timestamptz|DATETIME(6)},
	updated_at {TIMESTAMP|timestamp|DATETIME(6)}, last_login {TEXT|text|VARCHAR(40)}`

func (p place) whole(t *testing.T, db *sql.DB) {
	t.Helper()
	p.table(t, db, "people", whole, "CREATE INDEX ~people_name ON ~people (username)", "CREATE INDEX ~people_mail ON ~people (email)")
}

// insert adds a row to a table that has the columns of whole.
func (p place) insert(db *sql.DB, a *auth.Account) error {
	query := "INSERT INTO ~people VALUES ({?,?,?,?,?,?,?,?,?,?,?,?|$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12|?,?,?,?,?,?,?,?,?,?,?,?})"
	var updated any = a.UpdatedAt
	created := any(a.CreatedAt)
	if p.dialect == sqlstore.SQLite {
		created, updated = a.CreatedAt.Format("2006-01-02 15:04:05.999999"), a.UpdatedAt.Format(time.RFC3339Nano)
	}
	var email any = a.Email
	if a.Email == "" {
		email = nil
	}
	_, err := db.Exec(p.words(query), a.ID, a.Username, email, a.PasswordHash.Reveal(), a.Name, a.Organization,
		a.AWSRegion, string(a.Role), a.Active, created, updated, a.LastLogin.Format(time.RFC3339Nano))
	return err
}

// The promises of the two reads hold on a host's table, whatever its collation
// and by every DSN.
func TestTableConformance(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.whole(t, db)
		users := p.users(t, db, sqlstore.Schema{From: "~people"})
		storetest.Reads(t, func(t *testing.T) (auth.UserStore, func(*auth.Account) error) {
			p.run(t, db, "DELETE FROM ~people")
			return users, func(a *auth.Account) error { return p.insert(db, a) }
		})
	})
}
