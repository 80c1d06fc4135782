package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// inspect asks the database whether the table is as the Schema says, and then
// writes the statements.
func (t *userTable) inspect(ctx context.Context) error {
	t.cols = t.columns()
	types, err := t.types(ctx, `SELECT `+t.selected()+` FROM `+t.From+t.where("1 = 0"))
	if err != nil {
		return t.blame(ctx, err)
	}
	t.id.name = strings.ToUpper(types[atID].DatabaseTypeName())
	t.id.class = classOf(t.id.name)
	t.lastLogin = classOf(types[atLastLogin].DatabaseTypeName())
	if err := t.checkTypes(types); err != nil {
		return err
	}
	if t.id.like, err = t.runner.dialect.like(ctx, t, t.ID, t.id); err != nil {
		return fmt.Errorf("sqlstore: Schema.ID: %q cannot be looked for; name a column of numbers, text or UUIDs: %w", t.ID, err)
	}
	t.byID = t.selectID()
	likes, err := t.checkNames(ctx)
	if err != nil {
		return err
	}
	t.byLogin = t.selectLogin(likes)
	return errors.Join(t.checkIndexes(ctx, likes), t.tryWrites(ctx))
}

// types runs a statement that finds nothing and returns its columns.
func (t *userTable) types(ctx context.Context, query string) ([]*sql.ColumnType, error) {
	rows, err := t.runner.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	rows.Next() // some drivers fail here and not before
	return types, rows.Err()
}

// blame finds out which part of the Schema a failure is due to.
func (t *userTable) blame(ctx context.Context, whole error) error {
	if _, err := t.types(ctx, `SELECT 1 FROM `+t.From+` WHERE 1 = 0`); err != nil {
		return fmt.Errorf("sqlstore: Schema.From: %q cannot be read; name a table or what may stand after FROM, and let this database user SELECT from it: %w", t.From, err)
	}
	var errs []error
	for _, c := range t.cols {
		if c.text == "" {
			continue
		}
		if _, err := t.types(ctx, `SELECT (`+c.text+`) FROM `+t.From+` WHERE 1 = 0`); err != nil {
			errs = append(errs, fmt.Errorf("sqlstore: Schema.%s: %q cannot be read; name the column, or sqlstore.Absent if there is none: %w", c.field, c.text, err))
		}
	}
	if t.Where != "" {
		if _, err := t.types(ctx, `SELECT 1 FROM `+t.From+t.where("1 = 0")); err != nil {
			errs = append(errs, fmt.Errorf("sqlstore: Schema.Where: %q is no condition here; write it as behind WHERE: %w", t.Where, err))
		}
	}
	if len(errs) == 0 {
		errs = append(errs, fault("read the users table", whole))
	}
	return errors.Join(errs...)
}

// checkTypes joins the columns whose types cannot be what they are mapped to,
// where the driver says them.
func (t *userTable) checkTypes(types []*sql.ColumnType) error {
	var errs []error
	for i, c := range t.cols {
		name := types[i].DatabaseTypeName()
		if is := classOf(name); c.text != "" && is != unclear && !slices.Contains(c.fits, is) {
			errs = append(errs, fmt.Errorf("sqlstore: Schema.%s: %q is of type %s, and cannot be used; name another column, or an expression over it such as \"%s IS NULL\"",
				c.field, c.text, name, c.text))
		}
	}
	if t.RecordLogins && !slices.Contains([]class{integers, texts, moments}, t.lastLogin) {
		errs = append(errs, fmt.Errorf("sqlstore: Schema.RecordLogins: no time can be written to LastLogin, which is of type %q; name a column of times, or leave it off",
			types[atLastLogin].DatabaseTypeName()))
	}
	return errors.Join(errs...)
}

// checkNames sees that the columns of names fold as declared, and returns for
// each how an argument is written as the column's own type.
func (t *userTable) checkNames(ctx context.Context) (likes []string, err error) {
	var errs []error
	for _, at := range t.names(t.cols) {
		c := t.cols[at]
		like, err := t.runner.dialect.like(ctx, t, t.folded(c), idType{class: texts})
		if err != nil {
			errs = append(errs, fmt.Errorf("sqlstore: Schema.%s: %q cannot be looked for; name a column of text: %w", c.field, c.text, err))
			continue
		}
		likes = append(likes, fmt.Sprintf(like, "?"))
		if t.Fold != Folded {
			continue
		}
		var folds bool
		err = t.runner.db.QueryRowContext(ctx, t.probe(c.text, `'A'`, `COUNT(*)`)+` WHERE x = 'a'`).Scan(&folds)
		if err == nil && !folds {
			err = errors.New("the column tells A from a; say Lower and make an index on LOWER of it, or Exact if all names are stored in lower case")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sqlstore: Schema.Fold is Folded, and Schema.%s %q does not fold: %w", c.field, c.text, err))
		}
	}
	return likes, errors.Join(errs...)
}

// probe reads something of a value x that has the type and the collation of a
// host's column.
func (t *userTable) probe(column, value, what string) string {
	return `SELECT ` + what + ` FROM (SELECT (` + column + `) AS x FROM ` + t.From +
		` WHERE 1 = 0 UNION ALL SELECT ` + value + `) AS probe`
}
