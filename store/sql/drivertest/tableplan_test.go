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

// Every statement on a host's table uses an index, once the table has some
// thousands of rows and the planner its statistics. The statements are those
// that were seen to run.
func TestForeignPlans(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if p.dialect == sqlstore.MySQL {
			p.dsn = withParam(p.dsn, "sql_mode=%27ANSI_QUOTES,STRICT_TRANS_TABLES%27")
		}
		plain := p.db(t)
		p.sessions(t, plain)
		fill(t, plain, p)
		for _, h := range foreigns {
			h.make(t, p, plain)
			p.multiply(t, plain, h)
			db, seen := p.recorded(t)
			s, users := p.sessions(t, db), p.users(t, db, h.schema(p))
			useForeign(t, s, users, h)
			checked := 0
			for text, args := range seen.statements() {
				verb, _, _ := strings.Cut(text, " ")
				if !strings.Contains(text, strings.Fields(p.words(h.schema(p).From))[0]) || strings.Contains(text, "1 = 0") || verb == "EXPLAIN" {
					continue
				}
				checked++
				if scan := foreignScan(t, plain, p, text, args); scan != "" {
					t.Errorf("%s: %s\nreads a whole table: %s", h.name, text, scan)
				}
			}
			if checked != 5 {
				t.Errorf("%s: %d statements were seen, want 5: two reads, two writes and the join", h.name, checked)
			}
		}
	})
}

// multiply fills a table with some thousands of rows like Bob's.
func (p place) multiply(t *testing.T, db *sql.DB, h foreign) {
	t.Helper()
	var rows []string
	for i := range planRows {
		switch h.name {
		case "django":
			rows = append(rows, p.words(fmt.Sprintf("(%d, '!', NULL, FALSE, 'u%d', 'Lee', '', FALSE, FALSE, '2024-05-06 12:00:00{|+00|}', 'Bob')", i+100, i)))
		case "devise":
			rows = append(rows, fmt.Sprintf("(%d, 'u%d@example.com', 'h', NULL, NULL, 0, '2024-05-06 12:00:00', '2024-05-07 12:00:00')", i+100, i))
		case "by_hand":
			rows = append(rows, p.words(fmt.Sprintf("('00000000-0000-4000-8000-%012d', 'u%d', 'u%d@example.com', NULL, {0|0|b'0'}, 'off', NULL, NULL)", i, i, i)))
		}
	}
	table := strings.Fields(h.schema(p).From)[0]
	p.run(t, db, "INSERT INTO "+table+" VALUES "+strings.Join(rows, ","))
	p.run(t, db, "ANALYZE {|| TABLE} "+table)
}

// useForeign calls every method once that runs a statement.
func useForeign(t *testing.T, s *sqlstore.Store, users sqlstore.Users, h foreign) {
	t.Helper()
	ctx := t.Context()
	reader, err := users.Identity(s)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, s, session("plan-"+h.name, h.ann, time.Hour))
	login := "ann"
	if h.name == "devise" {
		login = "ann@example.com"
	}
	account, err := users.AccountByLogin(ctx, login)
	if err != nil {
		t.Fatal(err)
	}
	for call, f := range map[string]func() error{
		"UserByID":          func() error { _, err := users.UserByID(ctx, h.ann); return err },
		"IdentityBySession": func() error { _, err := reader.IdentityBySession(ctx, "plan-"+h.name); return err },
		"RecordLogin":       func() error { return users.(auth.LoginRecorder).RecordLogin(ctx, h.ann, time.Now()) },
		"UpgradePassword": func() error {
			return users.(auth.PasswordUpgrader).UpgradePassword(ctx, h.ann, account.PasswordHash, auth.NewSecret("new"))
		},
	} {
		if err := f(); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// foreignScan is fullScan for statements that read what other parts of them
// have made.
func foreignScan(t *testing.T, db *sql.DB, p place, text string, args []any) string {
	t.Helper()
	for _, scan := range fullScans(t, db, p, text, args) {
		if !strings.HasPrefix(scan, "SCAN (subquery-") && !strings.Contains(scan, "table:<") {
			return scan
		}
	}
	return ""
}
