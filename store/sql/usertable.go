package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/sallyport-go/sallyport/auth"
)

// Users is a host's own users table as an auth.UserStore. Where the [Schema]
// allows the writes, it is an auth.PasswordUpgrader or an auth.LoginRecorder
// as well, and not otherwise: give the value itself to auth.Compose, since a
// wrapper hides what it is. OpenUsers makes it, and nothing else does.
type Users interface {
	auth.UserStore

	// Identity reads a session of store and its user by one indexed join, for
	// auth.Options.Identity. It does no I/O. The error says that the store is
	// on another handle than the table.
	Identity(store *Store) (auth.IdentityReader, error)

	// Close closes the statements that were prepared, not the database. The
	// value must not be used any more.
	Close() error

	users()
}

// OpenUsers puts a users table that is there already behind the library. It
// reads no row and changes nothing, and asks the database whether every column
// is there, is of a type that can be used, and has the index it needs. The
// error joins all that is wrong, each with the field of the Schema and what to
// do about it.
//
// The table may change later: a column that is gone is then a fault, never a
// refusal.
func OpenUsers(ctx context.Context, db *sql.DB, d Dialect, schema Schema) (Users, error) {
	schema = schema.named()
	runner, err := New(db, d, nil)
	if err := errors.Join(err, schema.check()); err != nil {
		return nil, err
	}
	t := &userTable{Schema: schema.identified(d), runner: runner}
	if err := t.inspect(ctx); err != nil {
		return nil, errors.Join(err, runner.Close())
	}
	upgrader, recorder := hashWriter{t}, loginWriter{t}
	switch {
	case schema.UpgradePasswords && schema.RecordLogins:
		return struct {
			*userTable
			hashWriter
			loginWriter
		}{t, upgrader, recorder}, nil
	case schema.UpgradePasswords:
		return struct {
			*userTable
			hashWriter
		}{t, upgrader}, nil
	case schema.RecordLogins:
		return struct {
			*userTable
			loginWriter
		}{t, recorder}, nil
	}
	return t, nil
}

// userTable reads a host's table.
type userTable struct {
	Schema
	runner *Store // of the statements; it has no tables of its own here
	cols   []column

	id        idType
	byLogin   string
	byID      string
	lastLogin class // of the column
}

func (t *userTable) users() {}

// Close implements Users.
func (t *userTable) Close() error { return t.runner.Close() }

// candidates bounds the rows that a look-up reads from one column. There is
// one that matters, or two that make it ambiguous; a collation may take a few
// more names for equal, which come last.
const candidates = 8

// AccountByLogin returns the account that login names, by one column or both.
func (t *userTable) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	rows, err := t.read(ctx, t.byLogin, t.times(login)...)
	if err != nil {
		return nil, fault("read account", err)
	}
	row, err := only(rows, len(t.names(t.cols)), func(row userValues) bool {
		return slices.ContainsFunc(t.names(t.cols), func(at int) bool { return same(row[at].text(), login) })
	})
	if err != nil {
		return nil, err
	}
	if !storable([]any{row[atID].text()}) {
		return nil, errBinaryID
	}
	return &auth.Account{User: t.user(row), PasswordHash: auth.NewSecret(row[atHash].text())}, nil
}

// UserByID returns the user as of now.
func (t *userTable) UserByID(ctx context.Context, id string) (*auth.User, error) {
	if !t.id.holds(id) {
		return nil, auth.ErrUserNotFound
	}
	rows, err := t.read(ctx, t.byID, id)
	if err != nil {
		return nil, fault("read user", err)
	}
	row, err := only(rows, 1, func(row userValues) bool { return row[atID].text() == id })
	if err != nil {
		return nil, err
	}
	u := t.user(row)
	return &u, nil
}

// read returns rows of the table.
func (t *userTable) read(ctx context.Context, query string, args ...any) ([]userValues, error) {
	return collect(ctx, t.runner, query, args, t.scan)
}

// only returns the one row that is asked for, which the statement may answer
// most times: each column of names may find it. Rows of an outer join without
// a user have no ID and are nobody.
//
// Errors: ErrUserNotFound, ErrAmbiguousLogin.
func only(rows []userValues, most int, is func(userValues) bool) (found userValues, err error) {
	times := 0
	for _, row := range rows {
		if row[atID].text() == "" || !is(row) {
			continue // a collation, or a conversion, thought otherwise
		}
		times++
		switch {
		case found == nil:
			found = row
		case found[atID].text() != row[atID].text():
			return nil, auth.ErrAmbiguousLogin
		case times > most, !slices.EqualFunc(found, row, func(a, b value) bool { return a.text() == b.text() }):
			return nil, errManyRows
		}
	}
	if found == nil {
		return nil, auth.ErrUserNotFound
	}
	return found, nil
}

// errManyRows: which of them decides is not for chance to say.
var errManyRows = errors.New("sqlstore: Schema.From has several rows for one user: make it one row a user")

// errBinaryID: nobody could ever be found by such an ID again.
var errBinaryID = errors.New("sqlstore: Schema.ID has bytes that are no text: name another column, or an indexed expression such as HEX(id)")

// same reports whether a stored name is the login, which is canonical.
func same(stored, login string) bool {
	name, err := auth.Canonical(stored)
	return err == nil && name == login
}

// userValues is a row, by the places of the columns.
type userValues []value

func (t *userTable) scan(rows *sql.Rows) (userValues, error) {
	row := make(userValues, len(t.cols))
	return row, rows.Scan(row.dest()...)
}

func (row userValues) dest() []any {
	dest := make([]any, len(row))
	for i := range row {
		dest[i] = &row[i]
	}
	return dest
}

// user makes of a row what it means here.
func (t *userTable) user(row userValues) auth.User {
	u := auth.User{
		ID: row[atID].text(), Username: row[atUsername].text(), Email: row[atEmail].text(),
		Name: row[atName].text(), Organization: row[atOrganization].text(), AWSRegion: row[atRegion].text(),
		CreatedAt: row[atCreated].when(), UpdatedAt: row[atUpdated].when(), LastLogin: row[atLastLogin].when(),
		Stamp: auth.StampOf(row[atHash].text()),
	}
	if u.Username == "" {
		u.Username = u.Email
	}
	if t.UpdatedAt == Absent {
		u.UpdatedAt = u.CreatedAt
	}
	known := true
	if u.Role, known = t.role(row); !known {
		u.Unknown = "role"
	}
	if u.Active, known = t.active(row); !known {
		u.Unknown = "active value"
	}
	return u
}

// role returns the row's role, if that is one of the three.
func (t *userTable) role(row userValues) (r auth.Role, known bool) {
	for i, f := range t.Flags {
		is, known := row[atFlags+i].boolean()
		if !known && row[atFlags+i].v != nil {
			return "", false
		}
		if is {
			return f.Role, true
		}
	}
	if t.cols[atRole].text == "" {
		return auth.RoleUser, true
	}
	if t.Roles != nil {
		r = t.Roles[row[atRole].text()]
	} else {
		r = auth.Role(row[atRole].text())
	}
	return r, r.Valid()
}

// active returns what the row says about it, if that can be told.
func (t *userTable) active(row userValues) (is, known bool) {
	switch {
	case t.Active == Absent:
		return true, true
	case t.Actives != nil:
		is, known = t.Actives[row[atActive].text()]
		return is, known
	}
	return row[atActive].boolean()
}
