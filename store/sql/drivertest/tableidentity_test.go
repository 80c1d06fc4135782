package drivertest

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// sessions makes our own tables beside a host's, on its handle.
func (p place) sessions(t *testing.T, db *sql.DB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Prefix: p.prefix})
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// One query answers what two would, also where a session's user cannot be in
// the table any more.
func TestForeignIdentity(t *testing.T) {
	onForeign(t, func(t *testing.T, p place, db *sql.DB, h foreign, users sqlstore.Users) {
		ctx, s := t.Context(), p.sessions(t, db)
		reader, err := users.Identity(s)
		if err != nil {
			t.Fatal(err)
		}
		want := session("live-"+h.name, h.ann, time.Hour)
		begin(t, s, want)
		user, err := users.UserByID(ctx, h.ann)
		if err != nil {
			t.Fatal(err)
		}
		id, err := reader.IdentityBySession(ctx, want.ID)
		if err != nil || id.User != *user || id.Session != *want || time.Since(id.ReadAt) > time.Minute {
			t.Errorf("IdentityBySession:\n     %+v, %v\nwant %+v of %+v", id, err, want, user)
		}
		begin(t, s, session("over-"+h.name, h.ann, -time.Second))
		gone := []string{"over-" + h.name, "none", "", "a\x00", "LIVE-" + h.name}
		for i, id := range []string{"99", "012", "12abc", " 12", "12 ", "x", "99999999999999999999", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8", "6ba7b810"} {
			name := h.name + string(rune('a'+i))
			begin(t, s, session(name, id, time.Hour))
			gone = append(gone, name)
		}
		for _, name := range gone {
			if id, err := reader.IdentityBySession(ctx, name); !errors.Is(err, auth.ErrSessionNotFound) {
				t.Errorf("IdentityBySession(%q): %+v, %v; want ErrSessionNotFound", name, id, err)
			}
		}
	})
}

func TestIdentityNeedsTheSameDatabase(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.whole(t, db)
		users := p.users(t, db, sqlstore.Schema{From: "~people"})
		other, _ := p.store(t)
		for what, s := range map[string]*sqlstore.Store{"none": nil, "one on another handle": other} {
			if reader, err := users.Identity(s); err == nil || reader != nil {
				t.Errorf("Identity with a store, %s: %v, %v; want an error", what, reader, err)
			}
		}
	})
}

// Tenants of one table may share sessions and key: whoever the Where of one
// leaves out is nobody there, whatever another tenant let in.
func TestASessionOfAnotherTenantIsNobodys(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		db := p.db(t)
		p.table(t, db, "people", "id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(20) UNIQUE, password_hash VARCHAR(20), tenant INTEGER NULL",
			"INSERT INTO ~people VALUES (1, 'ann', 'h', 1), (2, 'ben', 'h', 2), (3, 'cho', 'h', NULL)")
		s := p.sessions(t, db)
		begin(t, s, session("ann's", "1", time.Hour))
		begin(t, s, session("cho's", "3", time.Hour))
		for tenant, where := range map[string]string{"ann's": "tenant = 1", "nobody's": "tenant <> 1"} {
			schema := namesOnly
			schema.Email, schema.Where = sqlstore.Absent, where
			users := p.users(t, db, schema)
			reader, err := users.Identity(s)
			if err != nil {
				t.Fatal(err)
			}
			for name, userID := range map[string]string{"ann's": "1", "cho's": "3"} {
				_, err := reader.IdentityBySession(t.Context(), name)
				_, err2 := users.UserByID(t.Context(), userID)
				in := err == nil && err2 == nil
				out := errors.Is(err, auth.ErrSessionNotFound) && errors.Is(err2, auth.ErrUserNotFound)
				if in != (name == tenant) || out == in {
					t.Errorf("session %s where %s: %v, %v", name, where, err, err2)
				}
			}
		}
	})
}
