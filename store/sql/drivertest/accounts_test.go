package drivertest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// LESSONS 18, Rancher CVE-2019-11202, at its hardest: many processes start at
// once on an empty database.
func TestBootstrapAtOnce(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		p.migrated(t)
		stores := make([]*sqlstore.Store, processes)
		for i := range stores {
			stores[i], _ = p.store(t)
		}
		type answer struct {
			made bool
			err  error
		}
		told := 0
		for i, a := range atOnce(processes, func(i int) (a answer) {
			a.made, a.err = stores[i].Bootstrap(t.Context(), account(fmt.Sprint("admin", i)))
			return a
		}) {
			if a.err != nil {
				t.Errorf("Bootstrap of process %d: %v", i, a.err)
			}
			if a.made {
				told++
			}
		}
		users, err := stores[0].ListUsers(t.Context(), "", 100)
		if err != nil || told != 1 || len(users) != 1 {
			t.Errorf("%d of %d were told true and %d users are there (%v), want one and one", told, processes, len(users), err)
		}
	})
}

// Users that a host brought in by SQL are users too: no second admin.
func TestBootstrapOverForeignRows(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		if err := s.CreateAccount(t.Context(), account("imported")); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("DELETE FROM " + p.prefix + "marks"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if made, err := s.Bootstrap(t.Context(), account("admin")); made || err != nil {
				t.Errorf("Bootstrap beside a user that was there: %v, %v", made, err)
			}
		}
	})
}

// MySQL's RowsAffected counts changed rows or matched rows as the DSN says;
// neither may turn an unchanged account into a missing one.
func TestUpdateWithoutChange(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		a := account("one")
		if err := s.CreateAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		same := auth.AccountChange{Name: &a.Name, PasswordHash: &a.PasswordHash, UpdatedAt: &a.UpdatedAt, IfHash: &a.PasswordHash}
		for range 2 {
			if err := s.UpdateAccount(t.Context(), a.ID, same); err != nil {
				t.Errorf("UpdateAccount to what is there: %v", err)
			}
			if err := s.RecordLogin(t.Context(), a.ID, a.CreatedAt); err != nil {
				t.Errorf("RecordLogin of the same moment: %v", err)
			}
		}
		if err := s.RecordLogin(t.Context(), "nobody", a.CreatedAt); !errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("RecordLogin of nobody: %v", err)
		}
	})
}

// What no engine can store is nobody, not a fault: otherwise a stranger could
// tell the engines apart, or fill the log, by a zero byte.
func TestUnstorableText(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		for _, text := range []string{"a\x00b", "\xff", "\xed\xa0\x80"} {
			if _, err := s.AccountByLogin(t.Context(), text); !errors.Is(err, auth.ErrUserNotFound) {
				t.Errorf("AccountByLogin(%q): %v", text, err)
			}
			if _, err := s.UserByID(t.Context(), text); !errors.Is(err, auth.ErrUserNotFound) {
				t.Errorf("UserByID(%q): %v", text, err)
			}
			if _, err := s.SessionByID(t.Context(), text); !errors.Is(err, auth.ErrSessionNotFound) {
				t.Errorf("SessionByID(%q): %v", text, err)
			}
			if _, err := s.IdentityBySession(t.Context(), text); !errors.Is(err, auth.ErrSessionNotFound) {
				t.Errorf("IdentityBySession(%q): %v", text, err)
			}
		}
	})
}

// The unique indexes themselves compare byte by byte: MySQL's usual
// collations would take each of these for the name that is there.
func TestIndexesCompareBytes(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		for i, name := range []string{"jose", "JOSE", "josé", "jose ", "jose\u0301", "ｊｏｓｅ"} {
			a := account(name)
			if err := s.CreateAccount(t.Context(), a); err != nil {
				t.Errorf("CreateAccount(%+q) beside the others: %v", name, err)
			}
			if got, err := s.AccountByLogin(t.Context(), name); err != nil || got.ID != a.ID {
				t.Errorf("AccountByLogin(%+q): %v", name, err)
			}
			var n int
			query := "SELECT COUNT(*) FROM " + p.prefix + "users WHERE username = 'jose'"
			if err := db.QueryRow(query).Scan(&n); err != nil || n != 1 {
				t.Errorf("%d rows equal 'jose' in SQL after %d names, %v; want one", n, i+1, err)
			}
			if err := s.CreateSession(t.Context(), session(name, a.ID, 1e12)); err != nil {
				t.Errorf("CreateSession(%+q): %v", name, err)
			}
		}
		// A name of the same collation ends only itself.
		if err := s.EndSession(t.Context(), "jose "); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SessionByID(t.Context(), "jose"); err != nil {
			t.Errorf("EndSession of another spelling ended it: %v", err)
		}
	})
}
