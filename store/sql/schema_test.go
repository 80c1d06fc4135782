package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// What a Schema cannot mean is refused before the database is asked, each with
// its field.
func TestSchemaIsChecked(t *testing.T) {
	for _, tc := range []struct {
		schema sqlstore.Schema
		wrong  []string
	}{
		{sqlstore.Schema{Where: "tenant = ?"}, []string{`Schema.Where has "?"`}},
		{sqlstore.Schema{Where: "tenant = {tenant}"}, []string{`Schema.Where has "{"`}},
		{sqlstore.Schema{Where: "tenant = $1"}, []string{"Schema.Where has a parameter"}},
		{sqlstore.Schema{From: "users; DROP TABLE users"}, []string{`Schema.From has ";"`}},
		{sqlstore.Schema{From: "users -- all of them"}, []string{`Schema.From has "--"`}},
		{sqlstore.Schema{Name: "/* none */ name"}, []string{`Schema.Name has "/*"`}},
		{sqlstore.Schema{Where: "a) OR (b"}, []string{"Schema.Where has a quote or parenthesis without its other half"}},
		{sqlstore.Schema{Where: "a = 'b"}, []string{"Schema.Where has a quote or parenthesis"}},
		{sqlstore.Schema{Email: "(email"}, []string{"Schema.Email has a quote or parenthesis"}},
		{sqlstore.Schema{Flags: []sqlstore.RoleFlag{{Column: "is_admin ?", Role: auth.RoleAdmin}}}, []string{`Schema.Flags[0] has "?"`}},
		{sqlstore.Schema{ID: "-", PasswordHash: "-", From: "-"}, []string{"Schema.ID is Absent", "Schema.PasswordHash is Absent", "Schema.From is Absent"}},
		{sqlstore.Schema{Username: "-", Email: "-"}, []string{"Schema.LoginBy leaves no column"}},
		{sqlstore.Schema{Username: "-", LoginBy: sqlstore.UsernameOnly}, []string{"Schema.LoginBy leaves no column"}},
		{sqlstore.Schema{LoginBy: 3}, []string{"Schema.LoginBy is 3"}},
		{sqlstore.Schema{Fold: -1}, []string{"Schema.Fold is -1"}},
		{sqlstore.Schema{Role: "role", Flags: []sqlstore.RoleFlag{{Column: "is_admin", Role: auth.RoleAdmin}}}, []string{"Schema.Role and Schema.Flags are both there"}},
		{sqlstore.Schema{Flags: []sqlstore.RoleFlag{{Column: "is_admin", Role: "root"}}}, []string{"Schema.Flags[0] is not whole: give it a column and one of auth.RoleUser"}},
		{sqlstore.Schema{Roles: map[string]auth.Role{"boss": "Admin"}}, []string{`Schema.Roles["boss"] is "Admin"`}},
		{sqlstore.Schema{PasswordHash: "COALESCE(a, b)", UpgradePasswords: true}, []string{"Schema.PasswordHash is \"COALESCE(a, b)\", to which nothing can be written"}},
		{sqlstore.Schema{LastLogin: "-", RecordLogins: true}, []string{`Schema.LastLogin is "-", to which nothing can be written`}},
		{sqlstore.Schema{From: "a JOIN b ON a.id = b.id", RecordLogins: true}, []string{"Schema.From is more than a table: name the one to write to in Schema.Table"}},
		{sqlstore.Schema{Table: "a, b", RecordLogins: true}, []string{`Schema.Table "a, b" is no table`}},
		{sqlstore.Schema{From: "a, b", Table: "a", ID: "LOWER(id)", RecordLogins: true}, []string{`Schema.ID is "LOWER(id)", by which no row of Schema.Table is found`}},
	} {
		db, ran := fake(t, nil)
		users, err := sqlstore.OpenUsers(t.Context(), db, sqlstore.SQLite, tc.schema)
		if users != nil || len(ran.statements()) > 0 {
			t.Errorf("%+v: OpenUsers returned %v and ran %v", tc.schema, users, ran.statements())
		}
		for _, wrong := range tc.wrong {
			if err == nil || !strings.Contains(err.Error(), "sqlstore: "+wrong) {
				t.Errorf("%+v: error %v\nwant one that says %q", tc.schema, err, wrong)
			}
		}
	}
}

func TestOpenUsersNeedsADatabase(t *testing.T) {
	_, err := sqlstore.OpenUsers(t.Context(), nil, 0, sqlstore.Schema{ID: "-"})
	for _, wrong := range []string{"db is nil", "is no dialect", "Schema.ID"} {
		if err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("OpenUsers with everything wrong: %v; it does not name %q", err, wrong)
		}
	}
}

// A database that fails is said to fail, and not the Schema.
func TestOpenUsersOnADatabaseAtFault(t *testing.T) {
	for _, d := range dialects {
		db, _ := fake(t, func(string) error { return errPlain })
		users, err := sqlstore.OpenUsers(t.Context(), db, d, sqlstore.Schema{})
		if users != nil || err == nil || !strings.Contains(err.Error(), errPlain.Error()) {
			t.Errorf("%v: OpenUsers: %v, %v; want the fault", d, users, err)
		}
	}
}
