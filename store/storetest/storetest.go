package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
)

// IdentityStore is a store whose users and sessions share a database.
type IdentityStore interface {
	auth.AccountStore
	auth.SessionStore
	auth.IdentityReader
}

// Run checks every part of a store. open is called once a case and returns a
// fresh, empty store; it cleans up by t.Cleanup.
//
// The cases of [Users] and [Identity] are skipped, visibly, for a store that
// is no [auth.AccountStore] or no [IdentityStore]: one made by [auth.Compose]
// is neither, so check its users on their own.
func Run(t *testing.T, open func(t *testing.T) auth.Store) {
	probe := open(t)
	t.Run("Users", func(t *testing.T) {
		if _, ok := probe.(auth.AccountStore); !ok {
			t.Skipf("%T is no auth.AccountStore: give its users to storetest.Users", probe)
		}
		Users(t, func(t *testing.T) auth.AccountStore { return open(t).(auth.AccountStore) })
	})
	t.Run("Sessions", func(t *testing.T) {
		Sessions(t, func(t *testing.T) auth.SessionStore { return open(t) })
	})
	t.Run("Throttle", func(t *testing.T) {
		Throttle(t, func(t *testing.T) auth.ThrottleStore { return open(t) })
	})
	t.Run("Identity", func(t *testing.T) {
		if _, ok := probe.(IdentityStore); !ok {
			t.Skipf("%T is no storetest.IdentityStore: nothing reads session and user in one query", probe)
		}
		Identity(t, func(t *testing.T) IdentityStore { return open(t).(IdentityStore) })
	})
}

// Users checks an [auth.AccountStore] and, where the value has them, its
// [auth.LoginRecorder], [auth.PasswordUpgrader], [auth.AccountImporter] and
// [auth.AccountLister].
func Users(t *testing.T, open func(t *testing.T) auth.AccountStore) {
	run(t, open, slices.Concat(
		lookupCases, valueCases, exactCases(), fieldCases(), createCases, deleteCases, listCases,
		updateCases, updateFieldCases(), swapCases, bootstrapCases, recorderCases, upgraderCases,
		importCases, listAccountCases,
		accountCancelCases, readCancelCases,
	))
}

// Reads checks an [auth.UserStore] whose accounts others write. open returns
// one without users, and a function that adds an account in the way of those
// others; IDs are UUIDs in lower case.
func Reads(t *testing.T, open func(t *testing.T) (users auth.UserStore, add func(*auth.Account) error)) {
	run(t, func(t *testing.T) auth.AccountStore {
		users, add := open(t)
		return readOnly{UserStore: users, add: add}
	}, slices.Concat(lookupCases, exactCases(), readCancelCases))
}

// readOnly lets the cases about reading add what is to be read.
type readOnly struct {
	auth.UserStore
	unasked
	add func(*auth.Account) error
}

// unasked is what no case about reading calls.
type unasked struct{ auth.AccountStore }

func (s readOnly) CreateAccount(_ context.Context, a *auth.Account) error { return s.add(a) }

// Sessions checks an [auth.SessionStore].
func Sessions(t *testing.T, open func(t *testing.T) auth.SessionStore) {
	run(t, open, slices.Concat(
		sessionCases, sessionFieldCases(), sessionListCases, touchCases, endCases, endUserCases,
		restampCases, sessionCancelCases,
	))
}

// Throttle checks an [auth.ThrottleStore].
func Throttle(t *testing.T, open func(t *testing.T) auth.ThrottleStore) {
	run(t, open, slices.Concat(reserveCases, settleCases, forgetCases, clockCases, crowdCases, throttleCancelCases))
}

// Identity checks an [auth.IdentityReader] against the two reads it replaces.
func Identity(t *testing.T, open func(t *testing.T) IdentityStore) {
	run(t, open, identityCases)
}
