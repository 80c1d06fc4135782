package drivertest

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/store/sql"
)

// scans explains a statement and returns the steps that read a whole table, or
// a whole index, which is as long. Each table has that many rows.
func (p place) scans(t *testing.T, db *sql.DB, text string, args []any, rows int) []string {
	t.Helper()
	insert, conflict := strings.HasPrefix(text, "INSERT"), strings.Contains(text, " ON CONFLICT ") || strings.Contains(text, "ON DUPLICATE KEY")
	switch {
	case insert && !conflict, strings.Contains(text, "AS any_user"):
		return nil // it looks for nothing, or for any row
	case p.dialect == sqlstore.Postgres:
		return postgresScans(t, db, text, args)
	case p.dialect == sqlstore.MySQL:
		return mysqlScans(t, db, text, args, rows)
	}
	return sqliteScans(t, db, text, args)
}

// sqliteScans reads the plan. An insert has none: where its program goes from
// row to row of a table, it does not find the one by an index.
func sqliteScans(t *testing.T, db *sql.DB, text string, args []any) (scans []string) {
	t.Helper()
	if strings.HasPrefix(text, "INSERT") {
		made := make(map[string]bool) // cursors over what RETURNING returns
		for _, line := range explain(t, db, "EXPLAIN "+text, args) {
			switch op, cursor := line["opcode"], line["p1"]; {
			case op == "OpenEphemeral":
				made[cursor] = true
			case (op == "Next" || op == "Prev") && !made[cursor]:
				scans = append(scans, fmt.Sprint(line))
			}
		}
		return scans
	}
	for _, line := range explain(t, db, "EXPLAIN QUERY PLAN "+text, args) {
		step := line["detail"]
		switch {
		case strings.HasPrefix(step, "SCAN (subquery-"): // what other steps have made
		case strings.HasPrefix(step, "SCAN"), strings.Contains(step, "AUTOMATIC"), strings.Contains(step, "ANY("):
			scans = append(scans, step)
		}
	}
	return scans
}

// postgresScans reads the plan as JSON, in which an index has its condition
// beside it.
func postgresScans(t *testing.T, db *sql.DB, text string, args []any) (scans []string) {
	t.Helper()
	var explained []struct{ Plan pgNode }
	var plan []byte
	if err := db.QueryRow("EXPLAIN (FORMAT JSON) "+text, args...).Scan(&plan); err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	if err := json.Unmarshal(plan, &explained); err != nil || len(explained) != 1 {
		t.Fatalf("explain %s: %s, %v", text, plan, err)
	}
	if strings.Contains(text, "DO UPDATE") && len(explained[0].Plan.Arbiters) == 0 {
		scans = append(scans, "no index finds the conflict")
	}
	return explained[0].Plan.scans(t, db, scans)
}

// pgNode is a step of a plan with the steps it stands on.
type pgNode struct {
	Type     string   `json:"Node Type"`
	Relation string   `json:"Relation Name"`
	Index    string   `json:"Index Name"`
	Cond     string   `json:"Index Cond"`
	Arbiters []string `json:"Conflict Arbiter Indexes"`
	Plans    []pgNode
}

// scans adds the steps that read all: an index too, where the condition is not
// about its first column.
func (n pgNode) scans(t *testing.T, db *sql.DB, found []string) []string {
	t.Helper()
	switch n.Type {
	case "Seq Scan":
		found = append(found, n.Type+" on "+n.Relation)
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		var first string
		if err := db.QueryRow("SELECT pg_get_indexdef(to_regclass($1), 1, false)", n.Index).Scan(&first); err != nil {
			t.Fatalf("the index %s: %v", n.Index, err)
		}
		if !strings.Contains(n.Cond, first) {
			found = append(found, fmt.Sprintf("%s using %s, which begins with %s, on %q", n.Type, n.Index, first, n.Cond))
		}
	}
	for _, below := range n.Plans {
		found = below.scans(t, db, found)
	}
	return found
}

// mysqlScans reads the plan, and counts what the statement does read: an insert
// has no plan.
func mysqlScans(t *testing.T, db *sql.DB, text string, args []any, rows int) (scans []string) {
	t.Helper()
	if !strings.HasPrefix(text, "INSERT") {
		for _, line := range explain(t, db, "EXPLAIN "+text, args) {
			made := strings.HasPrefix(line["table"], "<") // by other steps
			if kind := line["type"]; line["table"] != "" && !made && (kind == "ALL" || kind == "index") {
				scans = append(scans, fmt.Sprint(line))
			}
		}
	}
	if n := mysqlReads(t, db, text, args); n > rows/20 {
		scans = append(scans, fmt.Sprintf("%d rows were read", n))
	}
	return scans
}

// mysqlReads runs a statement, undoes it, and returns how many rows were read.
func mysqlReads(t *testing.T, db *sql.DB, text string, args []any) (n int) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	count := func() (n int) {
		for _, line := range explain(t, tx, "SHOW SESSION STATUS LIKE 'Handler_read%'", nil) {
			var of int
			fmt.Sscan(line["Value"], &of)
			n += of
		}
		return n
	}
	before := count()
	explain(t, tx, text, args)
	return count() - before
}

// explain runs a statement and returns its rows, of whatever columns they are.
func explain(t *testing.T, db interface {
	Query(string, ...any) (*sql.Rows, error)
}, text string, args []any) (lines []map[string]string) {
	t.Helper()
	rows, err := db.Query(text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	for err == nil && rows.Next() {
		values, dest, line := make([]sql.NullString, len(names)), make([]any, len(names)), make(map[string]string)
		for i := range values {
			dest[i] = &values[i]
		}
		err = rows.Scan(dest...)
		for i, name := range names {
			line[name] = values[i].String
		}
		lines = append(lines, line)
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return lines
}
