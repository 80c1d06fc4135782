package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
)

// postgresLike names the column's type, for integers the widest. A bare "character" would be one
// character long. A name has to be of a text type (category S): any other
// fails for what it cannot hold, and quotes what somebody typed.
func postgresLike(ctx context.Context, t *userTable, column string, is idType) (string, error) {
	var name, category string
	err := t.runner.db.QueryRowContext(ctx, t.probe(column, "NULL",
		"CAST(pg_typeof(x) AS text), CAST((SELECT typcategory FROM pg_type WHERE oid = pg_typeof(x)) AS text)")).Scan(&name, &category)
	if err == nil && is.name == "" && is.class == texts && category != "S" {
		return "", fmt.Errorf("people cannot log in by a column of type %s", name)
	}
	switch {
	case name == "character":
		name = "bpchar"
	case is.class == integers:
		name = "bigint" // its index serves a smaller column too, which may grow
	}
	return "CAST(%s AS " + name + ")", err
}

func postgresKeys(table string) (string, []any) {
	return `SELECT CAST(i.indexrelid AS text), pg_get_indexdef(i.indexrelid, CAST(k AS integer), true)
		FROM pg_index i, generate_series(1, i.indnkeyatts) k
		WHERE i.indrelid = to_regclass(?) AND i.indisvalid ORDER BY i.indexrelid, k`, []any{table}
}

// postgresPlan forbids what the planner prefers on a small table, so that it
// shows whether there is another way.
func postgresPlan(ctx context.Context, s *Store, query string, args []any) (p plan, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return p, err
	}
	defer tx.Rollback() // nothing was done
	for _, way := range []string{"seqscan", "hashjoin", "mergejoin"} {
		if _, err := tx.ExecContext(ctx, "SET LOCAL enable_"+way+" = off"); err != nil {
			return p, err
		}
	}
	var text []byte
	if err := tx.QueryRowContext(ctx, "EXPLAIN (FORMAT JSON) "+s.render(query), args...).Scan(&text); err != nil {
		return p, err
	}
	var explained []struct{ Plan postgresNode }
	if err := json.Unmarshal(text, &explained); err != nil || len(explained) != 1 {
		return p, fmt.Errorf("the plan cannot be read: %w", err)
	}
	explained[0].Plan.read(&p)
	return p, nil
}

// postgresNode is a step of a plan with the steps it stands on.
type postgresNode struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Plans    []postgresNode
}

// read adds the steps that read a table. An index without a condition is read
// from end to end.
func (n postgresNode) read(p *plan) {
	switch n.Type {
	case "Seq Scan":
		p.read(n.Type+" on "+n.Relation, true)
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		p.read(n.Type+" using "+n.Index+" "+n.Cond, n.Cond == "")
	}
	for _, below := range n.Plans {
		below.read(p)
	}
}
