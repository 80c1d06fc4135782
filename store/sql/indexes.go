package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
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

// checkIndex explains a look-up by one column. An index that serves Where and
// not the column is told by its plan, which is the same without the column.
func (t *userTable) checkIndex(ctx context.Context, field, column, condition string, arg any) error {
	explain := func(condition string, args ...any) (plan, error) {
		return t.runner.dialect.plan(ctx, t.runner, `SELECT `+t.selected()+` FROM `+t.From+condition, args)
	}
	p, err := explain(" WHERE "+condition, arg)
	if err == nil && p.scan != "" && t.Where != "" { // a partial index needs the whole
		var alone plan
		if p, err = explain(t.where(condition), arg); err == nil {
			alone, err = explain(" WHERE " + t.Where)
		}
		if err == nil && p.scan == "" && slices.Equal(p.steps, alone.steps) {
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
		errs = append(errs, try("UpgradePasswords", t.updateHash(), "", t.id.sample(), t.id.sample(), ""))
	}
	if t.RecordLogins {
		errs = append(errs, try("RecordLogins", t.updateLastLogin(), t.asLastLogin(time.Now()), t.id.sample(), t.id.sample()))
	}
	return errors.Join(errs...)
}
