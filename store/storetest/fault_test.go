package storetest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// Optional interfaces are found by type assertion: a wrapper that had more or
// fewer than what it wraps would test another program.
func TestFaultsHaveWhatTheyWrap(t *testing.T) {
	type (
		account  interface{ auth.AccountStore }
		recorder interface{ auth.LoginRecorder }
		upgrader interface{ auth.PasswordUpgrader }
		reads    struct{ auth.UserStore }
	)
	for _, users := range []auth.UserStore{
		reads{},
		struct{ account }{},
		struct {
			reads
			recorder
		}{},
		struct {
			reads
			upgrader
		}{},
		struct {
			account
			recorder
		}{},
		struct {
			account
			upgrader
		}{},
		struct {
			reads
			recorder
			upgrader
		}{},
		memory.NewUsers(),
	} {
		wrapped := new(storetest.Faults).Users(users)
		if got, want := optional(wrapped), optional(users); got != want {
			t.Errorf("%T is AccountStore, LoginRecorder, PasswordUpgrader: %v, and behind Faults: %v", users, want, got)
		}
	}
}

func TestFaultyAccountsHaveWhatTheyWrap(t *testing.T) {
	type (
		account  interface{ auth.AccountStore }
		importer interface{ auth.AccountImporter }
		lister   interface{ auth.AccountLister }
	)
	for _, accounts := range []auth.AccountStore{
		struct{ account }{},
		struct {
			account
			importer
		}{},
		struct {
			account
			lister
		}{},
		memory.NewUsers(),
	} {
		wrapped := new(storetest.Faults).Accounts(accounts)
		if got, want := bulk(wrapped), bulk(accounts); got != want {
			t.Errorf("%T is AccountImporter, AccountLister: %v, and behind Faults: %v", accounts, want, got)
		}
	}
}

func bulk(a auth.AccountStore) (has [2]bool) {
	_, has[0] = a.(auth.AccountImporter)
	_, has[1] = a.(auth.AccountLister)
	return has
}

func optional(u auth.UserStore) (has [3]bool) {
	_, has[0] = u.(auth.AccountStore)
	_, has[1] = u.(auth.LoginRecorder)
	_, has[2] = u.(auth.PasswordUpgrader)
	return has
}

// Behind Faults that plan nothing, a store is what it was: no method is lost
// or sent to another one.
func TestFaultsInPeaceAreTransparent(t *testing.T) {
	storetest.Run(t, func(*testing.T) auth.Store {
		s, f := memory.New(), new(storetest.Faults)
		users, accounts := f.Users(s), f.Accounts(s)
		return struct {
			auth.AccountStore
			auth.SessionStore
			auth.ThrottleStore
			auth.LoginRecorder
			auth.PasswordUpgrader
			auth.IdentityReader
			auth.AccountImporter
			auth.AccountLister
		}{accounts, f.Sessions(s), f.Throttle(s), users.(auth.LoginRecorder), users.(auth.PasswordUpgrader), f.Identity(s),
			accounts.(auth.AccountImporter), accounts.(auth.AccountLister)}
	})
}

func TestFaultsHappenAsPlanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f storetest.Faults
		kept := memory.NewSessions()
		s := f.Sessions(kept)
		now := time.Now()
		create := func(id string) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return s.CreateSession(ctx, &auth.Session{ID: id, UserID: "jane", CreatedAt: now, ExpiresAt: now.Add(time.Hour)})
		}
		there := func(id string) bool { _, err := kept.SessionByID(t.Context(), id); return err == nil }
		for _, c := range []struct {
			what  string
			fault storetest.Fault
			err   error
			done  bool
			takes time.Duration
		}{
			{"Fail", storetest.Fail, storetest.ErrInjected, false, 0},
			{"TimeOut", storetest.TimeOut, context.DeadlineExceeded, false, time.Second},
			{"Cancel", storetest.Cancel, context.Canceled, false, 0},
			{"LoseAnswer", storetest.LoseAnswer, storetest.ErrInjected, true, 0},
		} {
			f.At(2, c.fault)
			began := time.Now()
			first, second, third := create(c.what+"1"), create(c.what+"2"), create(c.what+"3")
			if first != nil || !errors.Is(second, c.err) || third != nil {
				t.Errorf("At(2, %s): errors %v, %v, %v; want the second to be %v", c.what, first, second, third, c.err)
			}
			if there(c.what+"2") != c.done || time.Since(began) != c.takes {
				t.Errorf("%s: done %v after %v, want %v after %v", c.what, there(c.what+"2"), time.Since(began), c.done, c.takes)
			}
		}
	})
}

func TestFaultsArePlannedByCall(t *testing.T) {
	s := memory.New()
	var f storetest.Faults
	sessions, identity := f.Sessions(s), f.Identity(s)
	failed := func() (failed []bool) {
		for range 2 {
			found, err := sessions.SessionByID(t.Context(), "x")
			if found != nil {
				t.Error("a value came with an error")
			}
			_, err2 := identity.IdentityBySession(t.Context(), "x")
			for _, err := range []error{err, err2} {
				failed = append(failed, errors.Is(err, storetest.ErrInjected))
			}
		}
		return failed
	}
	for _, c := range []struct {
		what string
		plan func()
		want []bool
	}{
		{"nothing", func() {}, []bool{false, false, false, false}},
		{"At(3)", func() { f.At(3, storetest.Fail) }, []bool{false, false, true, false}},
		{"From(3)", func() { f.From(3, storetest.Fail) }, []bool{false, false, true, true}},
		{"On(IdentityBySession, 2)", func() { f.On("IdentityBySession", 2, storetest.Fail) }, []bool{false, false, false, true}},
		{"On(SessionByID, 0)", func() { f.On("SessionByID", 0, storetest.Fail) }, []bool{true, false, true, false}},
		{"Clear", f.Clear, []bool{false, false, false, false}},
	} {
		c.plan()
		if got := failed(); !slices.Equal(got, c.want) {
			t.Errorf("%s: calls failed %v, want %v", c.what, got, c.want)
		}
		if got := f.Calls(); !slices.Equal(got, []string{"SessionByID", "IdentityBySession", "SessionByID", "IdentityBySession"}) {
			t.Errorf("%s: calls %v", c.what, got)
		}
	}
}
