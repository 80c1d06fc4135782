package sqlstore

import (
	"context"
	"strings"
)

// sqliteLike needs no more than the affinity: a text that is compared with a
// column of that affinity would be converted anyway, one with an expression
// not.
func sqliteLike(_ context.Context, _ *userTable, _ string, is idType) (string, error) {
	if is.class == integers {
		return "CAST(%s AS INTEGER)", nil
	}
	return "%s", nil
}

// sqliteKeys has the primary key beside the indexes: of the rowid there is none.
func sqliteKeys(table string) (string, []any) {
	name := unquoted(bare(table))
	return "SELECT l.name, '`' || REPLACE(k.name, '`', '``') || '`' FROM pragma_index_list(?) l, pragma_index_xinfo(l.name) k WHERE k.key = 1" +
		" UNION ALL SELECT ' primary', '`' || REPLACE(c.name, '`', '``') || '`' FROM pragma_table_info(?) c WHERE c.pk = 1", []any{name, name}
}

// sqlitePlan reads lines such as "SEARCH u USING INDEX by_name (name=?)". What
// a line before has made of other lines may be scanned; an index that is made
// for the one statement is a scan.
func sqlitePlan(ctx context.Context, s *Store, query string, args []any) (p plan, err error) {
	rows, err := s.db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+s.render(query), args...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	made := make(map[string]bool)
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			return p, err
		}
		verb, rest, _ := strings.Cut(line, " ")
		name, _, _ := strings.Cut(rest, " ")
		switch {
		case verb == "MATERIALIZE" || verb == "CO-ROUTINE":
			made[name] = true
		case made[name] || rest == "CONSTANT ROW":
		case verb == "SCAN" || strings.Contains(line, " AUTOMATIC "):
			p.read(line, true)
		case verb == "SEARCH":
			p.read(line, false)
		}
	}
	return p, rows.Err()
}

// read adds a step.
func (p *plan) read(step string, scan bool) {
	p.steps = append(p.steps, step)
	if scan && p.scan == "" {
		p.scan = step
	}
}
