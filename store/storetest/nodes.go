package storetest

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Nodes makes one store of several handles on the same database, as several
// processes would have them: each call goes to the next handle. What one node
// wrote, the next one must see.
//
// The result is an [IdentityStore] with an [auth.LoginRecorder] and an
// [auth.PasswordUpgrader] if the handles are all of these, and then also an
// [auth.AccountImporter] and an [auth.AccountLister] if they are; else it is an
// [auth.Store] alone. There must be at least one handle.
func Nodes(handles ...auth.Store) auth.Store {
	n := nodes{handles, new(atomic.Uint64)}
	switch {
	case every[bulkStore](handles):
		return bulkNodes{fullNodes{n}}
	case every[fullStore](handles):
		return fullNodes{n}
	}
	return n
}

// every reports whether all handles are of a kind.
func every[S auth.Store](handles []auth.Store) bool {
	return !slices.ContainsFunc(handles, func(h auth.Store) bool {
		_, ok := h.(S)
		return !ok
	})
}

// fullStore has all that a program in use needs.
type fullStore interface {
	auth.Store
	IdentityStore
	auth.LoginRecorder
	auth.PasswordUpgrader
}

// bulkStore has all that the suite knows of.
type bulkStore interface {
	fullStore
	auth.AccountImporter
	auth.AccountLister
}

type nodes struct {
	handles []auth.Store
	calls   *atomic.Uint64
}

// next returns the handle for one call.
func (n nodes) next() auth.Store {
	return n.handles[n.calls.Add(1)%uint64(len(n.handles))]
}

func (n nodes) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	return n.next().AccountByLogin(ctx, login)
}

func (n nodes) UserByID(ctx context.Context, id string) (*auth.User, error) {
	return n.next().UserByID(ctx, id)
}

func (n nodes) CreateSession(ctx context.Context, s *auth.Session) error {
	return n.next().CreateSession(ctx, s)
}

func (n nodes) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	return n.next().SessionByID(ctx, id)
}

func (n nodes) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	return n.next().SessionsByUser(ctx, userID)
}

func (n nodes) TouchSession(ctx context.Context, id string, seen time.Time) error {
	return n.next().TouchSession(ctx, id, seen)
}

func (n nodes) EndSession(ctx context.Context, id string) error {
	return n.next().EndSession(ctx, id)
}

func (n nodes) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	return n.next().EndUserSessions(ctx, userID, exceptID)
}

func (n nodes) RestampSessions(ctx context.Context, userID, from, to string) error {
	return n.next().RestampSessions(ctx, userID, from, to)
}

func (n nodes) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	return n.next().Reserve(ctx, key, l)
}

func (n nodes) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	return n.next().Settle(ctx, r, failed)
}

func (n nodes) Forget(ctx context.Context, key string) error {
	return n.next().Forget(ctx, key)
}

// fullNodes are nodes whose handles are all fullStores.
type fullNodes struct{ nodes }

func (n fullNodes) full() fullStore { return n.next().(fullStore) }

func (n fullNodes) CreateAccount(ctx context.Context, a *auth.Account) error {
	return n.full().CreateAccount(ctx, a)
}

func (n fullNodes) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	return n.full().UpdateAccount(ctx, id, c)
}

func (n fullNodes) DeleteAccount(ctx context.Context, id string) error {
	return n.full().DeleteAccount(ctx, id)
}

func (n fullNodes) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	return n.full().ListUsers(ctx, after, limit)
}

func (n fullNodes) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	return n.full().Bootstrap(ctx, a)
}

func (n fullNodes) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	return n.full().RecordLogin(ctx, userID, at)
}

func (n fullNodes) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	return n.full().UpgradePassword(ctx, userID, from, to)
}

func (n fullNodes) IdentityBySession(ctx context.Context, sessionID string) (*auth.Identity, error) {
	return n.full().IdentityBySession(ctx, sessionID)
}

// bulkNodes are nodes whose handles are all bulkStores.
type bulkNodes struct{ fullNodes }

func (n bulkNodes) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	return n.next().(bulkStore).ImportAccounts(ctx, accounts)
}

func (n bulkNodes) ListAccounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	return n.next().(bulkStore).ListAccounts(ctx, after, limit)
}
