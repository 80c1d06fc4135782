package drivertest

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// foreign is a users table as other programs make it, with Ann, an
// administrator, and Bob, who is disabled.
type foreign struct {
	name   string
	make   func(t *testing.T, p place, db *sql.DB)
	schema func(p place) sqlstore.Schema
	ann    string // her ID
}

var foreigns = []foreign{
	{"django", makeDjango, djangoSchema, "12"},
	{"devise", makeDevise, deviseSchema, "12"},
	{"by_hand", makeByHand, byHandSchema, "6ba7b810-9dad-41d1-80b4-00c04fd430c8"},
}

func makeDjango(t *testing.T, p place, db *sql.DB) {
	p.table(t, db, "auth_user", `id {INTEGER|integer|INT} NOT NULL PRIMARY KEY, password varchar(128) NOT NULL,
		last_login {datetime|timestamptz|datetime(6)} NULL, is_superuser {bool|boolean|bool} NOT NULL,
		username varchar(150) NOT NULL UNIQUE, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL,
		is_staff {bool|boolean|bool} NOT NULL, is_active {bool|boolean|bool} NOT NULL,
		date_joined {datetime|timestamptz|datetime(6)} NOT NULL, first_name varchar(150) NOT NULL`,
		`INSERT INTO ~auth_user VALUES (12, 'pbkdf2_sha256$1$a$b', NULL, FALSE, 'ann', 'Lee', 'ann@example.com', TRUE, TRUE, '2024-05-06 12:00:00.5{|+00|}', 'Ann')`,
		`INSERT INTO ~auth_user VALUES (13, '!', NULL, FALSE, 'bob', 'Lee', '', FALSE, FALSE, '2024-05-06 12:00:00{|+00|}', 'Bob')`)
}

func djangoSchema(p place) sqlstore.Schema {
	name := "first_name || ' ' || last_name"
	if p.dialect == sqlstore.MySQL {
		name = "CONCAT(first_name, ' ', last_name)"
	}
	return sqlstore.Schema{
		From: "~auth_user", PasswordHash: "password", LoginBy: sqlstore.UsernameOnly,
		Name: name, Organization: sqlstore.Absent, AWSRegion: sqlstore.Absent,
		Flags:  []sqlstore.RoleFlag{{Column: "is_superuser", Role: auth.RoleSuperAdmin}, {Column: "is_staff", Role: auth.RoleAdmin}},
		Active: "is_active", CreatedAt: "date_joined", UpdatedAt: sqlstore.Absent,
		UpgradePasswords: true, RecordLogins: true,
	}
}

func makeDevise(t *testing.T, p place, db *sql.DB) {
	p.table(t, db, "users_of_rails", `id {INTEGER|bigint|BIGINT} NOT NULL PRIMARY KEY, email {varchar|varchar|varchar(255)} NOT NULL DEFAULT '',
		encrypted_password {varchar|varchar|varchar(255)} NOT NULL DEFAULT '', current_sign_in_at {datetime(6)|timestamp(6)|datetime(6)},
		locked_at {datetime(6)|timestamp(6)|datetime(6)}, role integer NOT NULL DEFAULT 0,
		created_at {datetime(6)|timestamp(6)|datetime(6)} NOT NULL, updated_at {datetime(6)|timestamp(6)|datetime(6)} NOT NULL`,
		`CREATE UNIQUE INDEX ~on_email ON ~users_of_rails (email)`,
		`INSERT INTO ~users_of_rails VALUES (12, 'ann@example.com', '$2a$04$x', NULL, NULL, 1, '2024-05-06 12:00:00.5', '2024-05-07 12:00:00')`,
		`INSERT INTO ~users_of_rails VALUES (13, 'bob@example.com', '$2a$04$x', NULL, '2024-05-08 12:00:00', 0, '2024-05-06 12:00:00', '2024-05-07 12:00:00')`)
}

func deviseSchema(p place) sqlstore.Schema {
	return sqlstore.Schema{
		From: "~users_of_rails", Username: sqlstore.Absent, PasswordHash: "encrypted_password",
		Name: sqlstore.Absent, Organization: sqlstore.Absent, AWSRegion: sqlstore.Absent,
		Roles:  map[string]auth.Role{"0": auth.RoleUser, "1": auth.RoleAdmin},
		Active: "locked_at IS NULL", LastLogin: "current_sign_in_at",
		UpgradePasswords: true, RecordLogins: true,
	}
}

func makeByHand(t *testing.T, p place, db *sql.DB) {
	p.table(t, db, "member", `"uid" {TEXT|uuid|VARCHAR(40) COLLATE utf8mb4_unicode_ci} NOT NULL PRIMARY KEY, "login" {TEXT COLLATE NOCASE|text|VARCHAR(80) COLLATE utf8mb4_unicode_ci},
		"mail" {TEXT COLLATE NOCASE|text|VARCHAR(200) COLLATE utf8mb4_unicode_ci}, "pw" {TEXT|text|VARCHAR(200)}, "is_admin" {INTEGER|smallint|BIT(1)}, "state" {TEXT|char(8)|CHAR(8)},
		"seen" {INTEGER|integer|INT}, "order" {TEXT|text|VARCHAR(20)}`,
		`CREATE INDEX ~by_login ON ~member ({login|LOWER(login)|login})`, `CREATE INDEX ~by_mail ON ~member ({mail|LOWER(mail)|mail})`,
		`INSERT INTO ~member VALUES ('6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'Ann', 'Ann@Example.com', 'h', {1|1|b'1'}, 'on', NULL, 'Acme')`,
		`INSERT INTO ~member VALUES ('6ba7b810-9dad-41d1-80b4-00c04fd430c9', 'Bob', NULL, NULL, {0|0|b'0'}, 'off', 1715000000, NULL)`,
		`INSERT INTO ~member VALUES ('6ba7b810-9dad-41d1-80b4-00c04fd430ca', 'Cid', NULL, NULL, NULL, 'odd', NULL, NULL)`)
}

func byHandSchema(p place) sqlstore.Schema {
	fold := sqlstore.Folded
	if p.dialect == sqlstore.Postgres {
		fold = sqlstore.Lower
	}
	return sqlstore.Schema{
		From: "~member m", ID: "m.uid", Username: "login", Email: "mail", PasswordHash: "pw", Fold: fold,
		Name: sqlstore.Absent, Organization: `{"order"|m."order"|` + "`order`}", AWSRegion: sqlstore.Absent,
		Flags:  []sqlstore.RoleFlag{{Column: "is_admin", Role: auth.RoleAdmin}},
		Active: "{state|TRIM(state)|state}", Actives: map[string]bool{"on": true, "off": false},
		CreatedAt: sqlstore.Absent, UpdatedAt: sqlstore.Absent, LastLogin: "seen",
		UpgradePasswords: true, RecordLogins: true,
	}
}

// onForeign runs f on each table and each way to reach each database.
func onForeign(t *testing.T, f func(t *testing.T, p place, db *sql.DB, h foreign, users sqlstore.Users)) {
	eachDSN(t, func(t *testing.T, p place) {
		if p.dialect == sqlstore.MySQL {
			p.dsn = withParam(p.dsn, "sql_mode=%27ANSI_QUOTES,STRICT_TRANS_TABLES%27")
		}
		db := p.db(t)
		for _, h := range foreigns {
			t.Run(h.name, func(t *testing.T) {
				h.make(t, p, db)
				f(t, p, db, h, p.users(t, db, h.schema(p)))
			})
		}
	})
}

// What a row has is what a user has, found by every way.
func TestForeignTables(t *testing.T) {
	onForeign(t, func(t *testing.T, p place, db *sql.DB, h foreign, users sqlstore.Users) {
		noon := time.Date(2024, 5, 6, 12, 0, 0, 5e8, time.UTC)
		want := map[string]auth.User{
			"django":  {ID: "12", Username: "ann", Email: "ann@example.com", Name: "Ann Lee", Role: auth.RoleAdmin, Active: true, CreatedAt: noon, UpdatedAt: noon, Stamp: auth.StampOf("pbkdf2_sha256$1$a$b")},
			"devise":  {ID: "12", Username: "ann@example.com", Email: "ann@example.com", Role: auth.RoleAdmin, Active: true, CreatedAt: noon, UpdatedAt: noon.Add(24*time.Hour - 5e8), Stamp: auth.StampOf("$2a$04$x")},
			"by_hand": {ID: h.ann, Username: "Ann", Email: "Ann@Example.com", Organization: "Acme", Role: auth.RoleAdmin, Active: true, Stamp: auth.StampOf("h")},
		}[h.name]
		logins := map[string][]string{"django": {"ann"}, "devise": {"ann@example.com"}, "by_hand": {"ann", "ann@example.com"}}[h.name]
		for _, login := range logins {
			a, err := users.AccountByLogin(t.Context(), login)
			if err != nil || a.User != want {
				t.Errorf("AccountByLogin(%q):\n     %+v, %v\nwant %+v", login, a, err, want)
			}
		}
		if u, err := users.UserByID(t.Context(), h.ann); err != nil || *u != want {
			t.Errorf("UserByID:\n     %+v, %v\nwant %+v", u, err, want)
		}
		for _, login := range []string{"bob", "bob@example.com"} {
			a, err := users.AccountByLogin(t.Context(), login)
			if errors.Is(err, auth.ErrUserNotFound) {
				continue // by its other name
			}
			if err != nil || a.Active || a.Unknown != "" || a.Role != auth.RoleUser {
				t.Errorf("the disabled user: %+v, %v", a, err)
			}
		}
	})
}

// The two writes change one column of one row, in its own type.
func TestForeignWrites(t *testing.T) {
	onForeign(t, func(t *testing.T, p place, db *sql.DB, h foreign, users sqlstore.Users) {
		ctx := t.Context()
		before, err := users.UserByID(ctx, h.ann)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
		if err := users.(auth.LoginRecorder).RecordLogin(ctx, h.ann, at); err != nil {
			t.Errorf("RecordLogin: %v", err)
		}
		want := *before
		want.LastLogin = at
		if got, err := users.UserByID(ctx, h.ann); err != nil || *got != want {
			t.Errorf("after RecordLogin:\n     %+v, %v\nwant %+v", got, err, want)
		}
		upgrade := users.(auth.PasswordUpgrader).UpgradePassword
		old := map[string]string{"django": "pbkdf2_sha256$1$a$b", "devise": "$2a$04$x", "by_hand": "h"}[h.name]
		for _, near := range []string{"", "H", old + " ", "$2A$04$X"} {
			if err := upgrade(ctx, h.ann, auth.NewSecret(near), auth.NewSecret("new")); !errors.Is(err, auth.ErrUserChanged) {
				t.Errorf("UpgradePassword from %q, which is not the hash: %v", near, err)
			}
		}
		if err := upgrade(ctx, h.ann, auth.NewSecret(old), auth.NewSecret("new")); err != nil {
			t.Errorf("UpgradePassword: %v", err)
		}
		want.Stamp = auth.StampOf("new")
		if got, err := users.UserByID(ctx, h.ann); err != nil || *got != want {
			t.Errorf("after UpgradePassword:\n     %+v, %v\nwant %+v", got, err, want)
		}
		for _, id := range []string{"99", "012", "12abc", " 12", "12 ", "1e1", "0x0c", "99999999999999999999", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8", "", "x", "a\x00"} {
			if err := upgrade(ctx, id, auth.NewSecret("new"), auth.NewSecret("stolen")); !errors.Is(err, auth.ErrUserNotFound) {
				t.Errorf("UpgradePassword of %q: %v", id, err)
			}
			if u, err := users.UserByID(ctx, id); !errors.Is(err, auth.ErrUserNotFound) {
				t.Errorf("UserByID(%q): %+v, %v", id, u, err)
			}
			if err := users.(auth.LoginRecorder).RecordLogin(ctx, id, at); err != nil && !errors.Is(err, auth.ErrUserNotFound) {
				t.Errorf("RecordLogin of %q: %v", id, err)
			}
		}
		if got, err := users.UserByID(ctx, h.ann); err != nil || *got != want {
			t.Errorf("writes to others reached Ann: %+v, %v", got, err)
		}
	})
}
