package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// open returns a store on a fake database.
func open(t *testing.T, d sqlstore.Dialect, answer func(text string) error) (*sqlstore.Store, *fakeDriver) {
	t.Helper()
	db, f := fake(t, answer)
	s, err := sqlstore.New(db, d, &sqlstore.Options{Prefix: "zz_"})
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

// callAll calls what runs statements; on a fake database some of it finds
// nothing, which does not matter here.
func callAll(ctx context.Context, s *sqlstore.Store) {
	a, text := &auth.Account{}, "x"
	s.CreateAccount(ctx, a)
	s.Bootstrap(ctx, a)
	s.AccountByLogin(ctx, text)
	s.UserByID(ctx, text)
	s.ListUsers(ctx, "", 10)
	s.ListAccounts(ctx, "", 10)
	s.ImportAccounts(ctx, []auth.Account{*a, {User: auth.User{ID: "y"}}})
	s.RecordLogin(ctx, text, time.Now())
	s.UpdateAccount(ctx, text, auth.AccountChange{
		Username: &text, Email: &text, Name: &text, Organization: &text, AWSRegion: &text, Role: new(auth.Role),
		Active: new(bool), PasswordHash: new(auth.Secret), UpdatedAt: new(time.Time), IfHash: new(auth.Secret),
	})
	s.DeleteAccount(ctx, text)
	s.CreateSession(ctx, &auth.Session{})
	s.SessionByID(ctx, text)
	s.SessionsByUser(ctx, text)
	s.CountSessions(ctx)
	s.IdentityBySession(ctx, text)
	s.TouchSession(ctx, text, time.Now())
	s.EndSession(ctx, text)
	s.EndUserSessions(ctx, text, "")
	s.RestampSessions(ctx, text, "", "")
	s.Reserve(ctx, text, auth.Limit{Max: 1, Window: time.Hour, Lease: time.Hour})
	s.Settle(ctx, auth.Reservation{Key: text}, true)
	s.Forget(ctx, text)
	s.Purge(ctx, 10)
	s.Check(ctx)
}

var argument = regexp.MustCompile(`\$(\d+)`)

// Every statement is in the store's dialect: names and clock are filled in,
// and arguments are ? or numbered from 1 without a gap.
func TestStatementsAreRendered(t *testing.T) {
	for _, d := range dialects {
		s, f := open(t, d, nil)
		callAll(t.Context(), s)
		for _, text := range f.statements() {
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%v: a placeholder is left in %s", d, text)
			}
			foreign := "$"
			if d == sqlstore.Postgres {
				foreign = "?"
			}
			if strings.Contains(text, foreign) {
				t.Errorf("%v: arguments of another dialect in %s", d, text)
			}
			for i, n := range argument.FindAllStringSubmatch(text, -1) {
				if n[1] != fmt.Sprint(i+1) {
					t.Errorf("%v: argument %d is numbered %s in %s", d, i+1, n[1], text)
				}
			}
		}
		if n := len(f.statements()); n < 20 {
			t.Errorf("%v: only %d statements were run", d, n)
		}
	}
}

// What lost to another is run again, at most ten times; all else is returned
// at once.
func TestRetry(t *testing.T) {
	for _, tc := range []struct {
		dialect sqlstore.Dialect
		err     error
		want    int // times the statement is run
	}{
		{sqlstore.Postgres, stateError("40001"), 10},
		{sqlstore.Postgres, stateError("40P01"), 10},
		{sqlstore.Postgres, fmt.Errorf("wrapped: %w", stateError("40001")), 10},
		{sqlstore.Postgres, stateError("53300"), 1},
		{sqlstore.Postgres, codeError(5), 1},
		{sqlstore.MySQL, errors.New("Error 1213 (40001): Deadlock found"), 10},
		{sqlstore.MySQL, errors.New("Error 1213: Deadlock found"), 10},
		{sqlstore.MySQL, errors.New("Error 1205 (HY000): Lock wait timeout exceeded"), 10},
		{sqlstore.MySQL, errors.New("Error 1020 (HY000): Record has changed since last read"), 10},
		{sqlstore.MySQL, errors.New("Error 12130 (HY000): no such"), 1},
		{sqlstore.MySQL, errors.New("Error 1366 (22007): Incorrect value: 'Error 1213 (40001): '"), 1},
		{sqlstore.SQLite, codeError(5), 10},
		{sqlstore.SQLite, codeError(517), 10}, // SQLITE_BUSY_SNAPSHOT
		{sqlstore.SQLite, codeError(262), 10}, // SQLITE_LOCKED_SHAREDCACHE
		{sqlstore.SQLite, codeError(13), 1},   // SQLITE_FULL
		{sqlstore.SQLite, errors.New("database is locked"), 10},
		{sqlstore.SQLite, errors.New("database table is locked: users"), 10},
		{sqlstore.SQLite, errors.New("no such table: database is locked"), 1},
		{sqlstore.SQLite, errPlain, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, f := open(t, tc.dialect, func(string) error { return tc.err })
			err := s.EndSession(t.Context(), "x")
			if n := len(f.statements()); n != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("%v: %v was run %d times and ended in %v, want %d times and that error", tc.dialect, tc.err, n, err, tc.want)
			}
		})
	}
}

func TestRetrySucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		s, _ := open(t, sqlstore.Postgres, func(string) error {
			if runs++; runs < 4 {
				return stateError("40001")
			}
			return nil
		})
		if err := s.EndSession(t.Context(), "x"); err != nil || runs != 4 {
			t.Errorf("three conflicts and a success: %v after %d runs", err, runs)
		}
	})
}

// A caller who has gone is not worked for.
func TestRetryEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := open(t, sqlstore.Postgres, func(string) error { return stateError("40001") })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := s.EndSession(ctx, "x"); err == nil {
			t.Error("EndSession that never succeeded reports success")
		}
		if took, n := time.Since(start), len(f.statements()); took > 10*time.Millisecond || n > 6 {
			t.Errorf("with 10 ms to go it was run %d times in %v", n, took)
		}
	})
}

// A name that is taken is told from a fault by what the drivers offer.
func TestDuplicates(t *testing.T) {
	for _, tc := range []struct {
		dialect sqlstore.Dialect
		err     error
		taken   bool
	}{
		{sqlstore.Postgres, stateError("23505"), true},
		{sqlstore.Postgres, stateError("23502"), false},
		{sqlstore.MySQL, errors.New("Error 1062 (23000): Duplicate entry 'x' for key 'PRIMARY'"), true},
		{sqlstore.MySQL, errors.New("Error 1406 (22001): Data too long for column 'Error 1062 (23000): '"), false},
		{sqlstore.SQLite, codeError(2067), true},
		{sqlstore.SQLite, codeError(1555), true},
		{sqlstore.SQLite, codeError(1299), false}, // SQLITE_CONSTRAINT_NOTNULL
		{sqlstore.SQLite, errors.New("UNIQUE constraint failed: users.email"), true},
		{sqlstore.SQLite, errPlain, false},
	} {
		s, _ := open(t, tc.dialect, func(text string) error {
			if strings.Contains(text, "zz_users") {
				return tc.err
			}
			return nil
		})
		err := s.CreateAccount(t.Context(), &auth.Account{})
		if errors.Is(err, auth.ErrUserExists) != tc.taken || !tc.taken && !errors.Is(err, tc.err) {
			t.Errorf("%v: CreateAccount that fails by %v: %v; is the name taken: want %v", tc.dialect, tc.err, err, tc.taken)
		}
	}
}

// LESSONS 15: a fault is never "there is no such", on any read.
func TestFaultsAreNoRefusals(t *testing.T) {
	for _, d := range dialects {
		s, _ := open(t, d, func(string) error { return errPlain })
		ctx := t.Context()
		for call, f := range map[string]func() error{
			"AccountByLogin":    func() error { _, err := s.AccountByLogin(ctx, "x"); return err },
			"UserByID":          func() error { _, err := s.UserByID(ctx, "x"); return err },
			"ListUsers":         func() error { _, err := s.ListUsers(ctx, "", 1); return err },
			"ListAccounts":      func() error { _, err := s.ListAccounts(ctx, "", 1); return err },
			"ImportAccounts":    func() error { _, err := s.ImportAccounts(ctx, make([]auth.Account, 1)); return err },
			"SessionByID":       func() error { _, err := s.SessionByID(ctx, "x"); return err },
			"SessionsByUser":    func() error { _, err := s.SessionsByUser(ctx, "x"); return err },
			"IdentityBySession": func() error { _, err := s.IdentityBySession(ctx, "x"); return err },
			"UpdateAccount":     func() error { return s.UpdateAccount(ctx, "x", auth.AccountChange{}) },
			"DeleteAccount":     func() error { return s.DeleteAccount(ctx, "x") },
			"Settle":            func() error { return s.Settle(ctx, auth.Reservation{}, true) },
			"Reserve": func() error {
				r, err := s.Reserve(ctx, "x", auth.Limit{Max: 1, Window: 1e9, Lease: 1e9})
				if r != (auth.Reservation{}) {
					t.Errorf("%v: Reserve returns %+v together with an error", d, r)
				}
				return err
			},
		} {
			if err := f(); !errors.Is(err, errPlain) {
				t.Errorf("%v: %s on a database at fault: %v, want the fault", d, call, err)
			}
		}
	}
}

// A limit of nothing would grant the first attempt of every window.
func TestReserveNeedsALimit(t *testing.T) {
	s, f := open(t, sqlstore.SQLite, nil)
	for _, l := range []auth.Limit{{}, {Max: 1, Window: time.Hour}, {Max: 1, Lease: time.Hour}, {Window: time.Hour, Lease: time.Hour}} {
		if r, err := s.Reserve(t.Context(), "x", l); err == nil || r.Decision != auth.Denied || len(f.statements()) > 0 {
			t.Errorf("Reserve with %+v: %+v, %v; want an error", l, r, err)
		}
	}
}
