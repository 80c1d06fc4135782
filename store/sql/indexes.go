package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// plan is how a database means to run a statement.
type plan struct {
	steps []string // which tables it reads, and how
	scan  string   // the first that is read from end to end; empty: none
}

// checkIndexes joins the columns that are looked for and have no index.
func (t *userTable) checkIndexes(ctx context.Context, likes []string) error {
	if t.AllowScan {
		return nil
	}
	errs := []error{t.checkIndex(ctx, "ID", t.ID, t.isID("?"), t.id.sample())}
	for i, at := range t.names(t.cols) {
		column := t.folded(t.cols[at])
		errs = append(errs, t.checkIndex(ctx, t.cols[at].field, column, "("+column+") = "+likes[i], "nobody@example.com"))
	}
	return errors.Join(errs...)
}

// checkIndex explains a look-up by one column, without Where as well: on a
// small table the whole of a partial index may look cheaper. There the plan
// may also be by an index of a column of Where, or by the whole of one that
// has the column last; so what the catalog has is asked as well.
func (t *userTable) checkIndex(ctx context.Context, field, column, condition string, arg any) error {
	explain := func(where string) (plan, error) {
		return t.runner.dialect.plan(ctx, t.runner, `SELECT `+t.selected()+` FROM `+t.From+where, []any{arg})
	}
	p, err := explain(t.where(condition))
	if err == nil && p.scan != "" && t.Where != "" {
		p, err = explain(" WHERE " + condition)
	}
	if err == nil && p.scan == "" {
		var served bool
		if served, err = t.indexed(ctx, column); !served {
			p.scan = strings.Join(p.steps, ", ")
		}
	}
	if err != nil {
		return fmt.Errorf("sqlstore: Schema.%s: whether it has an index cannot be told; let this database user explain its queries, or set Schema.AllowScan: %w", field, err)
	}
	if p.scan == "" {
		return nil
	}
	return fmt.Errorf("sqlstore: Schema.%s: no index serves a look-up by %s (%s): %s, or set Schema.AllowScan if the table stays small",
		field, column, p.scan, t.createIndex(column))
}

// indexed reports whether the table has an index that begins with the column,
// or has it behind columns that Where speaks of. Of a view or a join, and of
// what is no column, the plan has to say enough.
func (t *userTable) indexed(ctx context.Context, column string) (bool, error) {
	table, wanted := tableOf(t.From), plainKey(column)
	if table == "" || wanted == "" {
		return true, nil
	}
	query, args := t.runner.dialect.keys(table)
	rows, err := t.runner.db.QueryContext(ctx, t.runner.render(query), args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	in, open, any := "", false, false // the index, whether its columns so far are in Where, whether there is one
	for rows.Next() {
		var index string
		var key sql.NullString // NULL: an expression
		if err := rows.Scan(&index, &key); err != nil {
			return false, err
		}
		if any = true; index != in {
			in, open = index, true
		}
		if open && (!key.Valid || plainKey(key.String) == wanted) {
			return true, nil
		}
		open = open && speaksOf(t.Where, key.String)
	}
	return !any, rows.Err()
}

// plainKey is a column, or LOWER of one, in the spelling that engines and
// hosts share; or "".
func plainKey(text string) string {
	text = strings.ToLower(strings.NewReplacer("::text", "", "::character varying", "").Replace(text))
	inner, lower := strings.CutPrefix(text, "lower(")
	if lower {
		inner = strings.TrimSuffix(inner, ")")
	}
	name := bare(strings.Trim(inner, "()"))
	if name == "" || !lower {
		return unquoted(name)
	}
	return "lower(" + unquoted(name) + ")"
}

// unquoted is a name as the table has it.
func unquoted(name string) string {
	if len(name) < 2 || !strings.ContainsAny(name[:1], "\"`[") {
		return name
	}
	quote := name[len(name)-1:]
	return strings.ReplaceAll(name[1:len(name)-1], quote+quote, quote)
}

// speaksOf reports whether a condition has a column in it: the word, or what
// is no word as SQL writes it.
func speaksOf(condition, column string) bool {
	condition, column = strings.ToLower(condition), strings.ToLower(column)
	between := func(r rune) bool {
		return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	if name := unquoted(column); !strings.ContainsFunc(name, between) {
		return slices.Contains(strings.FieldsFunc(condition, between), name)
	}
	return strings.Contains(condition, column)
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// createIndex is the statement that would help.
func (t *userTable) createIndex(column string) string {
	table := tableOf(t.From)
	if table == "" {
		table = "its table"
	}
	if name := bare(column); name != "" {
		column = name
	}
	name := strings.Trim(notName.ReplaceAllString(strings.ToLower(table+"_"+column), "_"), "_")
	if t.runner.dialect == &mysqlDialect && strings.Contains(column, "(") {
		column = "(" + column + ")" // MySQL 8.0.13; MariaDB has none
	}
	return fmt.Sprintf("CREATE INDEX %s_idx ON %s (%s)", name, table, column)
}

// tryWrites has the database explain, and so check, the writes that are
// allowed.
func (t *userTable) tryWrites(ctx context.Context) error {
	try := func(field, query string, args ...any) error {
		if _, err := t.runner.dialect.plan(ctx, t.runner, query, args); err != nil {
			return fmt.Errorf("sqlstore: Schema.%s: the write that it allows fails; let this database user UPDATE the column, or leave it out: %w", field, err)
		}
		return nil
	}
	var errs []error
	if t.UpgradePasswords {
		errs = append(errs, t.checkStrict(ctx), try("UpgradePasswords", t.updateHash(), t.hashArgs(t.id.sample(), "", "")...))
	}
	if t.RecordLogins {
		errs = append(errs, try("RecordLogins", t.updateLastLogin(), t.lastLoginArgs(t.id.sample(), time.Now())...))
	}
	return errors.Join(errs...)
}

// checkStrict refuses a MySQL that would cut a new hash to the width of its
// column, and so destroy the old one.
func (t *userTable) checkStrict(ctx context.Context) error {
	if t.runner.dialect != &mysqlDialect {
		return nil
	}
	var strict bool
	err := t.runner.db.QueryRowContext(ctx, `SELECT @@sql_mode LIKE '%STRICT_%'`).Scan(&strict)
	if err == nil && !strict {
		err = errors.New("a hash too long for the column would be cut and nobody could log in; set strict SQL mode")
	}
	if err != nil {
		return fmt.Errorf("sqlstore: Schema.UpgradePasswords: %w", err)
	}
	return nil
}
