package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// mysqlLike gives a text the column's character set and collation: compared
// with another one, the column would be converted, row by row.
func mysqlLike(ctx context.Context, t *userTable, column string, is idType) (string, error) {
	switch {
	case is.class == integers && strings.Contains(is.name, "UNSIGNED"):
		return "CAST(%s AS UNSIGNED)", nil
	case is.class == integers:
		return "CAST(%s AS SIGNED)", nil
	case is.class == decimals:
		return "CAST(%s AS DECIMAL(65,10))", nil
	}
	var charset, collation string
	err := t.runner.db.QueryRowContext(ctx, t.probe(column, "NULL", "CHARSET(x), COLLATION(x)")).Scan(&charset, &collation)
	if charset == "binary" {
		return "%s", err
	}
	return "CONVERT(%s USING " + charset + ") COLLATE " + collation, err
}

func mysqlKeys(table string) (string, []any) {
	name := bare(table)
	database := strings.TrimSuffix(strings.TrimSuffix(table, name), ".")
	return "SELECT index_name, CONCAT('`', REPLACE(column_name, '`', '``'), '`')" + ` FROM information_schema.statistics
		WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ?
		ORDER BY index_name, seq_in_index`, []any{unquoted(database), unquoted(name)}
}

// mysqlPlan takes a table for scanned that is read from end to end and has no
// index that could have served: on a small table a scan is chosen either way.
func mysqlPlan(ctx context.Context, s *Store, query string, args []any) (p plan, err error) {
	rows, err := s.db.QueryContext(ctx, "EXPLAIN "+s.render(query), args...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return p, err
	}
	for rows.Next() {
		values, dest := make([]sql.NullString, len(names)), make([]any, len(names))
		line := make(map[string]string)
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return p, err
		}
		for i, name := range names {
			line[name] = values[i].String
		}
		whole := line["type"] == "ALL" || line["type"] == "index"
		if line["table"] == "" || strings.HasPrefix(line["table"], "<") {
			continue // a constant, or what other lines have made
		}
		p.read(strings.Join([]string{line["table"], line["type"], line["possible_keys"], line["key_len"], line["ref"]}, " "),
			whole && line["possible_keys"] == "")
	}
	return p, rows.Err()
}
