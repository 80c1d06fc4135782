package drivertest

import (
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/store/sql"
)

// planRows is how many rows each table has. SQLite is Go here, and with the race
// detector is twenty times slower; CI tests it without, too.
func (p place) planRows(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SALLYPORT_TEST_ROWS")
	switch {
	case text == "" && raceEnabled && p.dialect == sqlstore.SQLite:
		return 10_000
	case text == "":
		return 100_000
	}
	rows, err := strconv.Atoi(text)
	if err != nil || rows < 10_000 || rows > 9_000_000 || rows%10 != 0 {
		t.Fatalf("SALLYPORT_TEST_ROWS=%s: a multiple of ten, from 10000 to 9000000", text)
	}
	return rows
}

// nth is what the row n of a filled table is called, always as long.
func nth(name string, n int) string { return name + strconv.Itoa(1_000_000+n) }

// fill gives our own tables their rows. One session, throttle key and event in
// ten is to be purged.
func (p place) fill(t *testing.T, db *sql.DB, rows int) {
	t.Helper()
	now, day := time.Now().UnixMicro(), (24 * time.Hour).Microseconds()
	ends := fmt.Sprintf("%d + i + CASE WHEN i %% 10 = 0 THEN %d ELSE %d END", now, -day, day)
	const id, name = "CONCAT('id-u', 1000000 + i)", "CONCAT('u', 1000000 + i)"
	p.pour(t, db, rows, "~users", id+", "+name+", CONCAT("+name+", '@example.com'), '', '', '', 'user', TRUE, 'h', 1, 1, 1, 0")
	p.pour(t, db, rows, "~sessions", "CONCAT('s', 1000000 + i), "+id+", '', {x''|''|''}, '', 1, "+ends+", 1")
	p.pour(t, db, rows, "~throttle", "CONCAT('k', 1000000 + i), 1, 1, 0, 1, "+ends)
	p.pour(t, db, rows, "~audit (at, kind, user_id, username, actor_id, session_id, remote, user_agent, reason, count, error)",
		fmt.Sprintf("%d + i, 'login', %s, '', '', '', '', '', '', 0, ''", began.UnixMicro(), id))
	for _, table := range []string{"users", "sessions", "throttle", "audit"} {
		p.run(t, db, "ANALYZE {|| TABLE} ~"+table)
	}
}

// multiply gives a host's table its rows.
func (p place) multiply(t *testing.T, db *sql.DB, h foreign, rows int) {
	t.Helper()
	const mail = "CONCAT('u', 1000000 + i, '@example.com')"
	table, values := "", ""
	switch h.name {
	case "django":
		table, values = "~auth_user", "i + 100, 'h', NULL, FALSE, CONCAT('u', 1000000 + i), 'Lee', '', FALSE, FALSE, '2024-05-06 12:00:00{|+00|}', 'Bob'"
	case "devise":
		table, values = "~users_of_rails", "i + 100, "+mail+", 'h', NULL, NULL, 0, '2024-05-06 12:00:00', '2024-05-07 12:00:00'"
	case "by_hand":
		table, values = "~member", "CAST(CONCAT('00000000-0000-4000-8000-', 100000000000 + i) AS {TEXT|uuid|CHAR}), CONCAT('u', 1000000 + i), "+mail+", 'h', {0|0|b'0'}, 'off', NULL, NULL"
	}
	p.pour(t, db, rows, table, values)
	p.run(t, db, "ANALYZE {|| TABLE} "+table)
	p.pour(t, db, rows, "~sessions", fmt.Sprintf("CONCAT('%s', 1000000 + i), %s, '', {x''|''|''}, '', 1, %d, 1",
		h.name, h.sqlID(), time.Now().Add(24*time.Hour).UnixMicro()))
	p.run(t, db, "ANALYZE {|| TABLE} ~sessions")
}

// nthID is the ID of the row n of a host's filled table, which sqlID writes.
func (h foreign) nthID(n int) string {
	if h.name == "by_hand" {
		return "00000000-0000-4000-8000-" + strconv.Itoa(100_000_000_000+n)
	}
	return strconv.Itoa(n + 100)
}

func (h foreign) sqlID() string {
	if h.name == "by_hand" {
		return "CONCAT('00000000-0000-4000-8000-', 100000000000 + i)"
	}
	return "CONCAT(i + 100, '')"
}

// pour inserts a row for each number i.
func (p place) pour(t *testing.T, db *sql.DB, rows int, into, values string) {
	t.Helper()
	numbers := fmt.Sprintf("{(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d) SELECT i FROM n) AS n|"+
		"generate_series(0, %[1]d) AS i|(SELECT seq AS i FROM seq_0_to_%[1]d) AS n}", rows-1)
	begun := time.Now()
	p.run(t, db, "INSERT INTO "+into+" SELECT "+values+" FROM "+numbers)
	t.Logf("filled %.40s in %.1f s", p.words(into), time.Since(begun).Seconds())
}
