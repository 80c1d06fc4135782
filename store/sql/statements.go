package sqlstore

import (
	"fmt"
	"strings"
)

// selected is what a statement reads of a host's table.
func (t *userTable) selected() string {
	list := make([]string, len(t.cols))
	for i, c := range t.cols {
		list[i] = "NULL"
		if c.text != "" {
			list[i] = "(" + c.text + ")"
		}
	}
	return strings.Join(list, ", ")
}

// where writes a condition together with the host's own.
func (t *userTable) where(condition string) string {
	if t.Where == "" {
		return " WHERE " + condition
	}
	return " WHERE " + condition + " AND (" + t.Where + ")"
}

// folded is a column of names as its index has it.
func (t *userTable) folded(c column) string {
	if t.Fold == Lower {
		return "LOWER(" + c.text + ")"
	}
	return c.text
}

// selectLogin looks into each column of names by its own index, where OR might
// become a scan. Rows that have the very login come before those that only the
// column's collation takes for equal: however many there are of these, they
// crowd nobody out.
func (t *userTable) selectLogin(likes []string) string {
	d := t.runner.dialect
	var parts []string
	for i, at := range t.names(t.cols) {
		c := t.cols[at]
		parts = append(parts, fmt.Sprintf(d.part, fmt.Sprintf(
			`SELECT %s FROM %s%s ORDER BY CASE WHEN %s = %s THEN 0 ELSE 1 END LIMIT %d`,
			t.selected(), t.From, t.where("("+t.folded(c)+") = "+likes[i]),
			fmt.Sprintf(d.bytes, "LOWER("+c.text+")"), fmt.Sprintf(d.bytes, "?"), candidates)))
	}
	return strings.Join(parts, " UNION ALL ")
}

// times is the arguments of selectLogin.
func (t *userTable) times(login string) (args []any) {
	for range t.names(t.cols) {
		args = append(args, login, login)
	}
	return args
}

// selectID has a limit for a collation that takes several IDs for equal.
func (t *userTable) selectID() string {
	return fmt.Sprintf(`SELECT %s FROM %s%s LIMIT %d`, t.selected(), t.From, t.where(t.isID("?")), candidates)
}

// isID compares the ID with an argument or a column of ours.
func (t *userTable) isID(text string) string {
	return "(" + t.ID + ") = " + fmt.Sprintf(t.id.like, text)
}

// selectIdentity reads a session of ours and the host's row. The session's
// columns have names of their own, since the host's may be written without
// their table; and it comes last, since From may be a join of any kind.
func (t *userTable) selectIdentity() string {
	return `SELECT ` + t.selected() + `, sallyport_s.sallyport_id, sallyport_s.sallyport_user_id, sallyport_s.sallyport_stamp,
		sallyport_s.sallyport_user_agent, sallyport_s.sallyport_remote, sallyport_s.sallyport_created_at,
		sallyport_s.sallyport_expires_at, sallyport_s.sallyport_last_seen
		FROM ` + t.From + `, (SELECT s.id AS sallyport_id, s.user_id AS sallyport_user_id, s.stamp AS sallyport_stamp,
			s.user_agent AS sallyport_user_agent, s.remote AS sallyport_remote, s.created_at AS sallyport_created_at,
			s.expires_at AS sallyport_expires_at, s.last_seen AS sallyport_last_seen
			FROM {sessions} s WHERE s.id = ? AND s.expires_at > ?) AS sallyport_s` +
		t.where(t.isID("sallyport_s.sallyport_user_id")) + fmt.Sprintf(` LIMIT %d`, candidates)
}

// updateOne writes one column of a host's row. Its arguments are the value and
// idArgs.
func (t *userTable) updateOne(column string) string {
	from, id, where := t.Table, bare(t.ID), ""
	if from == "" {
		from, id = t.From, t.ID
		if t.Where != "" {
			where = " AND (" + t.Where + ")"
		}
	}
	like := fmt.Sprintf(t.id.like, "?")
	condition := "(" + id + ") = " + like
	if t.id.spelled() {
		bytes := t.runner.dialect.bytes
		condition += " AND " + fmt.Sprintf(bytes, id) + " = " + fmt.Sprintf(bytes, like)
	}
	return fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s%s", aliased(from), bare(column), condition, where)
}

// idArgs are an ID as updateOne compares it: one that a collation may take for
// another also byte by byte, since nothing is compared once more in Go.
func (t *userTable) idArgs(id string) []any {
	if t.id.spelled() {
		return []any{id, id}
	}
	return []any{id}
}

func (t *userTable) updateHash() string {
	bytes := t.runner.dialect.bytes
	return t.updateOne(t.PasswordHash) + fmt.Sprintf(" AND %s = %s",
		fmt.Sprintf(bytes, bare(t.PasswordHash)), fmt.Sprintf(bytes, "?"))
}

func (t *userTable) updateLastLogin() string { return t.updateOne(t.LastLogin) }

// aliased writes the AS that SQLite wants in an UPDATE.
func aliased(table string) string {
	m := oneTable.FindStringSubmatch(table)
	if m[2] == "" {
		return m[1]
	}
	return m[1] + " AS " + m[2]
}
