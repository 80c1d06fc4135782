package sqlstore

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-go/sallyport/auth"
)

// Absent stands in a [Schema] for a column that the table does not have.
const Absent = "-"

// Fold says how the columns of names compare, which is a property of the
// host's table. Whatever it is, who is found is compared once more in Go, by
// [auth.Canonical].
type Fold int

const (
	// Exact asks for column = login, where the login is in lower case: a name
	// that is stored with capitals is found only if the column folds by itself.
	Exact Fold = iota

	// Folded asks the same of a column that takes no notice of case: citext, a
	// collation of MySQL that ends in _ci, COLLATE NOCASE. OpenUsers sees that
	// it does.
	Folded

	// Lower asks for LOWER(column) = login, for which the table needs an index
	// on LOWER(column). MariaDB has no such index.
	Lower
)

// LoginBy says which columns people log in by.
type LoginBy int

const (
	// EitherName lets people log in by username or by e-mail.
	EitherName LoginBy = iota

	// UsernameOnly is for e-mails that are shown, and are not unique or have no
	// index.
	UsernameOnly

	// EmailOnly is for usernames that are shown, such as nicknames.
	EmailOnly
)

// Schema says where a users table that is there already has what a user is
// made of. The zero value of each field is our own name for it: name only what
// differs, and what there is not as [Absent].
//
// A column may be any SQL expression over From. The text is part of the
// program, as a statement is, and never what somebody typed. It holds no
// question mark, brace, semicolon or comment.
type Schema struct {
	// From is a table, a view, or any SQL that may stand after FROM, such as a
	// join. It has one row for each user. Empty: "users".
	From string

	// Where is a condition that a row meets to be a user at all: a tenant, a
	// deletion mark. Who no longer meets it is logged out. Empty: every row is.
	Where string

	// ID is the key, of any type that can be shown as text. It must be there,
	// and is best a column: an expression needs an index of its own. A key of
	// bytes that are no text is a fault at each login.
	ID string

	// Username: if absent, people log in by e-mail, and it is shown for the
	// username, as it is for a row whose username is NULL or empty.
	Username string

	// Email: if absent, people log in by username and have no e-mail.
	Email string

	// PasswordHash is in a form that the hasher reads; see package password.
	// It must be there. NULL or empty: this user has no password.
	PasswordHash string

	// Name, Organization and AWSRegion are shown and decide nothing. If
	// absent or NULL, empty.
	Name, Organization, AWSRegion string

	// Role: if absent, Flags decide, and without them all have auth.RoleUser.
	Role string

	// Roles translates what Role has, as text; NULL is "". What is not in it
	// is an unknown role, and that user is refused and reported. Nil: the
	// column has our own values.
	Roles map[string]auth.Role

	// Flags are boolean columns in the place of Role: the first that is true
	// decides, and if none is, auth.RoleUser. NULL is not true.
	Flags []RoleFlag

	// Active: if absent, nobody can be disabled. Otherwise it is true or false
	// in one of the usual forms (a boolean, 1 and 0, "t" and "f", a bit); any
	// other value, and NULL, is unknown: that user is refused and reported.
	// It may well be a condition, such as "locked_at IS NULL".
	Active string

	// Actives translates what Active has, as text, such as {"active": true,
	// "banned": false}; NULL is "". What is not in it is unknown. Nil: Active
	// is boolean.
	Actives map[string]bool

	// CreatedAt, UpdatedAt and LastLogin are times of any type, text (RFC 3339
	// or as SQLite writes it) or Unix seconds; without a zone they are UTC. If
	// absent, CreatedAt is the zero time, which is shown as
	// 0001-01-01T00:00:00Z, UpdatedAt is CreatedAt, and LastLogin is never.
	CreatedAt, UpdatedAt, LastLogin string

	// LoginBy: by default people log in by username or e-mail. A login that is
	// one's username and another's e-mail is nobody's.
	LoginBy LoginBy

	// Fold is how Username and Email compare. Where the two differ, say Exact
	// and write the one that has to be folded as an expression, "LOWER(email)".
	Fold Fold

	// AllowScan lets OpenUsers accept a table without an index on what is
	// looked for. Every login and every request then reads the whole table.
	AllowScan bool

	// UpgradePasswords lets a login replace a hash by one with today's
	// parameters, if it still is the one that was compared. RecordLogins lets
	// it write LastLogin. Nothing else is ever written, and by default nothing.
	UpgradePasswords, RecordLogins bool

	// Table is what those two write to, where From is not one table; ID is
	// unique in it. Empty: From, where Where holds.
	Table string
}

// RoleFlag is a boolean column, such as is_admin, and the role it gives.
type RoleFlag struct {
	Column string
	Role   auth.Role
}

// column is one thing that a user is made of.
type column struct {
	field string // of Schema, for messages
	text  string // a column or an expression; empty: absent
	fits  []class
}

// The places of the columns in a row; those of the flags follow.
const (
	atID = iota
	atUsername
	atEmail
	atHash
	atName
	atOrganization
	atRegion
	atRole
	atActive
	atCreated
	atUpdated
	atLastLogin
	atFlags
)

// named is a copy with our own names for what is not named.
func (s Schema) named() Schema {
	s.Roles, s.Actives, s.Flags = maps.Clone(s.Roles), maps.Clone(s.Actives), slices.Clone(s.Flags)
	for _, f := range []struct {
		field *string
		name  string
	}{
		{&s.From, "users"}, {&s.ID, "id"}, {&s.Username, "username"}, {&s.Email, "email"},
		{&s.PasswordHash, "password_hash"}, {&s.Name, "name"}, {&s.Organization, "organization"},
		{&s.AWSRegion, "aws_region"}, {&s.Active, "active"}, {&s.CreatedAt, "created_at"},
		{&s.UpdatedAt, "updated_at"}, {&s.LastLogin, "last_login"},
	} {
		if *f.field == "" {
			*f.field = f.name
		}
	}
	if s.Role == "" && len(s.Flags) == 0 {
		s.Role = "role"
	}
	return s
}

// identified is a copy of a named Schema for SQLite or MySQL, which take "name"
// for a string where it is no column. SQLite means it as a name otherwise; in an
// expression of MySQL it may well be a string.
func (s Schema) identified(d Dialect) Schema {
	texts := []*string{&s.Where, &s.ID, &s.Username, &s.Email, &s.PasswordHash, &s.Name, &s.Organization,
		&s.AWSRegion, &s.Role, &s.Active, &s.CreatedAt, &s.UpdatedAt, &s.LastLogin}
	for i := range s.Flags {
		texts = append(texts, &s.Flags[i].Column)
	}
	for _, text := range texts {
		if d == SQLite || d == MySQL && bare(*text) != "" {
			*text = identified(*text)
		}
	}
	return s
}

// columns lists what a named Schema reads, in the order of the places.
func (s Schema) columns() []column {
	switches := []class{booleans, integers, texts}
	times := []class{moments, integers, decimals, texts}
	if s.Actives != nil {
		switches = append(switches, decimals)
	}
	all := []column{
		{"ID", s.ID, []class{integers, decimals, texts}},
		{"Username", s.Username, []class{texts}},
		{"Email", s.Email, []class{texts}},
		{"PasswordHash", s.PasswordHash, []class{texts}},
		{"Name", s.Name, []class{texts, integers}},
		{"Organization", s.Organization, []class{texts, integers}},
		{"AWSRegion", s.AWSRegion, []class{texts}},
		{"Role", s.Role, []class{texts, integers, booleans}},
		{"Active", s.Active, switches},
		{"CreatedAt", s.CreatedAt, times},
		{"UpdatedAt", s.UpdatedAt, times},
		{"LastLogin", s.LastLogin, times},
	}
	for i, f := range s.Flags {
		all = append(all, column{fmt.Sprintf("Flags[%d]", i), f.Column, []class{booleans, integers, texts}})
	}
	for i := range all {
		if all[i].text == Absent {
			all[i].text = ""
		}
	}
	return all
}

// names lists those of the columns that a login may be in, by their places.
func (s Schema) names(cols []column) (places []int) {
	if s.LoginBy != EmailOnly && cols[atUsername].text != "" {
		places = append(places, atUsername)
	}
	if s.LoginBy != UsernameOnly && cols[atEmail].text != "" {
		places = append(places, atEmail)
	}
	return places
}

// check joins what is wrong with a named Schema by itself.
func (s Schema) check() error {
	var errs []error
	refuse := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("sqlstore: Schema."+format, args...))
	}
	for _, c := range append(s.columns(), column{field: "From", text: s.From},
		column{field: "Where", text: s.Where}, column{field: "Table", text: s.Table}) {
		if wrong := unfit(c.text); wrong != nil {
			refuse("%s %w", c.field, wrong)
		}
	}
	for field, required := range map[string]string{"From": s.From, "ID": s.ID, "PasswordHash": s.PasswordHash} {
		if required == Absent {
			refuse("%s is Absent, and nobody could log in without it: name it", field)
		}
	}
	if s.LoginBy < EitherName || s.LoginBy > EmailOnly {
		refuse("LoginBy is %d: use EitherName, UsernameOnly or EmailOnly", int(s.LoginBy))
	} else if len(s.names(s.columns())) == 0 {
		refuse("LoginBy leaves no column: name the Username or the Email that people log in by")
	}
	if s.Role != "" && s.Role != Absent && len(s.Flags) > 0 {
		refuse("Role and Schema.Flags are both there, and one of them decides the role: leave the other out")
	}
	for i, f := range s.Flags {
		if f.Column == "" || f.Column == Absent || !f.Role.Valid() {
			refuse("Flags[%d] is not whole: give it a column and one of auth.RoleUser, RoleAdmin and RoleSuperAdmin", i)
		}
	}
	for value, role := range s.Roles {
		if !role.Valid() {
			refuse("Roles[%q] is %q, which is no role: use auth.RoleUser, RoleAdmin or RoleSuperAdmin", value, string(role))
		}
	}
	if s.Fold < Exact || s.Fold > Lower {
		refuse("Fold is %d: use Exact, Folded or Lower", int(s.Fold))
	}
	return errors.Join(append(errs, s.checkWrites())...)
}

// checkWrites joins what keeps the writes that are allowed from being written.
func (s Schema) checkWrites() error {
	var errs []error
	refuse := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("sqlstore: Schema."+format, args...))
	}
	columnOf := func(field, text, by string) {
		if bare(text) == "" {
			refuse("%s is %q, to which nothing can be written: name a column, or leave Schema.%s off", field, text, by)
		}
	}
	if s.UpgradePasswords {
		columnOf("PasswordHash", s.PasswordHash, "UpgradePasswords")
	}
	if s.RecordLogins {
		columnOf("LastLogin", s.LastLogin, "RecordLogins")
	}
	if !s.UpgradePasswords && !s.RecordLogins {
		return errors.Join(errs...)
	}
	if s.Table == "" && !oneTable.MatchString(s.From) {
		refuse("From is more than a table: name the one to write to in Schema.Table")
	}
	if s.Table != "" && !oneTable.MatchString(s.Table) {
		refuse("Table %q is no table: give its name alone, as in accounts.users", s.Table)
	}
	if s.Table != "" && bare(s.ID) == "" {
		refuse("ID is %q, by which no row of Schema.Table is found: name its column", s.ID)
	}
	return errors.Join(errs...)
}
