package examples_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/examples/internal/backend"
)

// foreign is what a kind of existingtable promises of its sample.
type foreign struct {
	kind, table string
	logins      map[string]string // to roles
	refused     []string
	hash, seen  string // columns

	// What the host does by itself; WHERE is added.
	disable, demote string
	name            string // the column that tells people apart
	ann, cid        string // two of them, by name
}

var foreigns = []foreign{
	{
		kind: "django", table: "auth_user", hash: "password", seen: "last_login", name: "username", ann: "ann", cid: "cid",
		logins:  map[string]string{"ann": "super_admin", "BEA": "admin", "cid": "user"},
		refused: []string{"dan", "ann@example.com", "nobody"},
		disable: "is_active = FALSE", demote: "is_superuser = FALSE, is_staff = FALSE",
	},
	{
		kind: "rails", table: "users", hash: "encrypted_password", seen: "current_sign_in_at", name: "email", ann: "ann@example.com", cid: "cid@example.com",
		logins:  map[string]string{"ann@example.com": "super_admin", "Bea@Example.com": "admin", "cid@example.com": "user"},
		refused: []string{"dan@example.com", "eve@example.com", "fay@example.com", "ann", ""},
		disable: "locked_at = CURRENT_TIMESTAMP", demote: "role = 0",
	},
	{
		kind: "handmade", table: "members", hash: "pass_hash", seen: "seen_at", name: "login", ann: "ann", cid: "cid",
		logins:  map[string]string{"ann": "admin", "ANN@example.com": "admin", "cid": "user", "cid@example.com": "user"},
		refused: []string{"dan", "dan@example.com", "nobody"},
		disable: "status = 'banned'", demote: "is_admin = 0",
	},
}

// existing starts the program on a database and waits until it listens.
func existing(t *testing.T, dsn string, args ...string) *server {
	t.Helper()
	s := launchProgram(t, "existingtable", []string{"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=" + foreignKey}, args...)
	s.ready(t)
	return s
}

var foreignKey = rand.Text() + rand.Text()

// onForeign runs f on each table in each database. The tables share it.
func onForeign(t *testing.T, f func(t *testing.T, dsn string, db *backend.Backend, h foreign)) {
	for _, d := range databases[:3] { // sessions are beside the table
		t.Run(d.name, func(t *testing.T) {
			dsn := d.open(t).users
			db := open(t, dsn)
			for _, h := range foreigns {
				t.Run(h.kind, func(t *testing.T) { f(t, dsn, db, h) })
			}
		})
	}
}

// content is a table, row by row and value by value.
func content(t *testing.T, db *backend.Backend, table string) (all []string) {
	t.Helper()
	rows, err := db.DB.Query("SELECT * FROM " + table + " ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values, dest := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		require.NoError(t, rows.Scan(dest...))
		all = append(all, fmt.Sprintf("%v", values))
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, all)
	return all
}

// update is what the host's own program does to one of its people.
func (f foreign) update(t *testing.T, db *backend.Backend, set, person string) {
	t.Helper()
	res, err := db.DB.Exec(fmt.Sprintf("UPDATE %s SET %s WHERE %s = '%s'", f.table, set, f.name, person))
	require.NoError(t, err)
	n, err := res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

func TestExistingTablesLogIn(t *testing.T) {
	onForeign(t, func(t *testing.T, dsn string, db *backend.Backend, h foreign) {
		s := existing(t, dsn, h.kind)
		require.NotEmpty(t, s.password, "the first start makes a sample: %s", s.stderr)
		before := content(t, db, h.table)
		tokens := make(map[string]string)
		for login, role := range h.logins {
			tokens[login] = s.login(t, login, s.password)
			a := s.call(t, "GET", "validate", tokens[login], "")
			require.Equal(t, role, a.json["user"].(map[string]any)["role"], login)
			for _, set := range []string{"aws", "nvidia"} {
				a := s.call(t, "GET", set+"-credentials", tokens[login], "")
				want := map[bool]int{true: 403, false: 404}[role == "user"]
				require.Equal(t, want, a.status, "%s: %s", login, a.body)
			}
		}
		require.Equal(t, 401, s.call(t, "POST", "login", "", credentials(h.ann, s.password+"x")).status)
		for _, login := range h.refused {
			a := s.call(t, "POST", "login", "", credentials(login, s.password))
			want := map[bool]int{true: 400, false: 401}[login == ""]
			require.Equal(t, want, a.status, "%q must not log in: %s", login, a.body)
		}
		require.Equal(t, before, content(t, db, h.table), "the table is only read")
		made := s.password
		s.stop(t)

		s = existing(t, dsn, h.kind)
		require.Empty(t, s.password, "a table that is there is used as it is")
		for login, token := range tokens {
			require.Equal(t, 200, s.validate(t, token), login)
		}
		s.login(t, h.cid, made)
		require.Equal(t, before, content(t, db, h.table))
		s.stop(t)
	})
}

// LESSONS 19 and 20: the host's own forms need not know of sessions.
func TestExistingTablesAreTheirHosts(t *testing.T) {
	onForeign(t, func(t *testing.T, dsn string, db *backend.Backend, h foreign) {
		s := existing(t, dsn, h.kind)
		ann, cid := s.login(t, h.ann, s.password), s.login(t, h.cid, s.password)

		require.Equal(t, 404, s.call(t, "GET", "aws-credentials", ann, "").status)
		h.update(t, db, h.demote, h.ann)
		require.Equal(t, 403, s.call(t, "GET", "aws-credentials", ann, "").status, "another role holds at the next request")
		require.Equal(t, 200, s.validate(t, ann))

		var other string
		require.NoError(t, db.DB.QueryRow(fmt.Sprintf("SELECT %s FROM %s WHERE %s LIKE 'dan%%'", h.hash, h.table, h.name)).Scan(&other))
		h.update(t, db, h.hash+" = '"+other+"'", h.cid)
		require.Equal(t, 401, s.validate(t, cid), "another hash ends the sessions")
		require.Equal(t, 200, s.validate(t, ann), "of nobody else")

		cid = s.login(t, h.cid, s.password)
		h.update(t, db, h.disable, h.cid)
		require.Equal(t, 401, s.validate(t, cid), "whoever is disabled is out")
		require.Equal(t, 401, s.call(t, "POST", "login", "", credentials(h.cid, s.password)).status)

		_, err := db.DB.Exec(fmt.Sprintf("DELETE FROM %s WHERE %s = '%s'", h.table, h.name, h.ann))
		require.NoError(t, err)
		require.Equal(t, 401, s.validate(t, ann), "and so is who is gone")
		s.stop(t)
	})
}

// Where it is allowed, a login writes two columns of one row.
func TestExistingTablesAreWrittenWhereAllowed(t *testing.T) {
	onForeign(t, func(t *testing.T, dsn string, db *backend.Backend, h foreign) {
		s := existing(t, dsn, "-write", h.kind)
		before := content(t, db, h.table)
		token := s.login(t, h.cid, s.password)
		require.Equal(t, 200, s.validate(t, token), "a session outlives the new hash of its own login")
		after := content(t, db, h.table)
		for i := range before {
			if !strings.Contains(before[i], h.cid) {
				require.Equal(t, before[i], after[i], "nobody else is written")
			}
		}
		var hash string
		var seen sql.NullString
		require.NoError(t, db.DB.QueryRow(fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s = '%s'", h.hash, h.seen, h.table, h.name, h.cid)).Scan(&hash, &seen))
		require.True(t, strings.HasPrefix(hash, "$argon2id$"), "the hash is made anew: %.10s", hash)
		require.True(t, seen.Valid, "the login is written")
		h.update(t, db, h.seen+" = NULL", h.cid)
		s.login(t, h.cid, s.password)
		s.stop(t)
	})
}

func TestExistingTableRefusesWhatDoesNotFit(t *testing.T) {
	dsn := fileDSN(t)
	db := open(t, dsn)
	_, err := db.DB.Exec("CREATE TABLE members (id INTEGER PRIMARY KEY, login TEXT, secret TEXT)")
	require.NoError(t, err)
	_, err = db.DB.Exec("INSERT INTO members (login) VALUES ('ann')")
	require.NoError(t, err)
	before := content(t, db, "members")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"handmade"}, "Schema.PasswordHash"},
		{[]string{"-db", "memory:", "django"}, "no table of another program"},
		{nil, "django, rails and handmade"},
		{[]string{"laravel"}, "django, rails and handmade"},
		{[]string{"django", "rails"}, "django, rails and handmade"},
	} {
		_, stderr, code := run(t, "existingtable", []string{"SALLYPORT_DB=" + dsn}, "", append([]string{"-addr", "127.0.0.1:0"}, c.args...)...)
		require.NotZero(t, code, "%v", c.args)
		require.Contains(t, stderr, c.says, "%v", c.args)
	}
	require.Equal(t, before, content(t, db, "members"), "a table of another's is left alone")
}

// A refused start makes no sample, or shows the password of the one it made.
func TestExistingTableLosesNoPassword(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	dsn := fileDSN(t)
	_, stderr, code := run(t, "existingtable", []string{"SALLYPORT_DB=" + dsn}, "", "-addr", taken.Addr().String(), "django")
	require.Equal(t, 1, code, stderr)
	require.NotContains(t, stderr, "shown this once")
	require.NoFileExists(t, strings.TrimPrefix(dsn, "sqlite:"))
	_, stderr, code = run(t, "existingtable", []string{"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=short"}, "", "-addr", "127.0.0.1:0", "django")
	require.Equal(t, 1, code, stderr)
	made := shown.FindStringSubmatch(stderr)
	require.NotNil(t, made, stderr)
	s := existing(t, dsn, "django")
	s.login(t, "ann", made[1])
	s.stop(t)
}

// Fifteen lines put a table behind the library.
func TestExistingTableSchemasAreShort(t *testing.T) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "existingtable/schemas.go", nil, 0)
	require.NoError(t, err)
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		of, ok := literal.Type.(*ast.SelectorExpr)
		if !ok || of.Sel.Name != "Schema" {
			return true
		}
		found++
		first, last := files.Position(literal.Pos()).Line, files.Position(literal.End()).Line
		require.LessOrEqual(t, last-first+1, 15, "the Schema on line %d", first)
		return true
	})
	require.Equal(t, len(foreigns), found, "each table has one Schema")
}
