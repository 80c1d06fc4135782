package storetest

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// The parts of a store behind Faults, each with the methods of one interface.
type (
	faultyUsers struct {
		f  *Faults
		to auth.UserStore
	}
	faultySessions struct {
		f  *Faults
		to auth.SessionStore
	}
	faultyThrottle struct {
		f  *Faults
		to auth.ThrottleStore
	}
	faultyWriter struct {
		f  *Faults
		to auth.AccountStore
	}
	faultyImporter struct {
		f  *Faults
		to auth.AccountImporter
	}
	faultyLister struct {
		f  *Faults
		to auth.AccountLister
	}
	faultyRecorder struct {
		f  *Faults
		to auth.LoginRecorder
	}
	faultyUpgrader struct {
		f  *Faults
		to auth.PasswordUpgrader
	}
	faultyReader struct {
		f  *Faults
		to auth.IdentityReader
	}
)

func (s faultyUsers) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	return answer(ctx, s.f, "AccountByLogin", func() (*auth.Account, error) { return s.to.AccountByLogin(ctx, login) })
}

func (s faultyUsers) UserByID(ctx context.Context, id string) (*auth.User, error) {
	return answer(ctx, s.f, "UserByID", func() (*auth.User, error) { return s.to.UserByID(ctx, id) })
}

func (s faultySessions) CreateSession(ctx context.Context, given *auth.Session) error {
	return s.f.run(ctx, "CreateSession", func() error { return s.to.CreateSession(ctx, given) })
}

func (s faultySessions) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	return answer(ctx, s.f, "SessionByID", func() (*auth.Session, error) { return s.to.SessionByID(ctx, id) })
}

func (s faultySessions) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	return answer(ctx, s.f, "SessionsByUser", func() ([]auth.Session, error) { return s.to.SessionsByUser(ctx, userID) })
}

func (s faultySessions) TouchSession(ctx context.Context, id string, seen time.Time) error {
	return s.f.run(ctx, "TouchSession", func() error { return s.to.TouchSession(ctx, id, seen) })
}

func (s faultySessions) EndSession(ctx context.Context, id string) error {
	return s.f.run(ctx, "EndSession", func() error { return s.to.EndSession(ctx, id) })
}

func (s faultySessions) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	return s.f.run(ctx, "EndUserSessions", func() error { return s.to.EndUserSessions(ctx, userID, exceptID) })
}

func (s faultySessions) RestampSessions(ctx context.Context, userID, from, to string) error {
	return s.f.run(ctx, "RestampSessions", func() error { return s.to.RestampSessions(ctx, userID, from, to) })
}

func (s faultyThrottle) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	return answer(ctx, s.f, "Reserve", func() (auth.Reservation, error) { return s.to.Reserve(ctx, key, l) })
}

func (s faultyThrottle) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	return s.f.run(ctx, "Settle", func() error { return s.to.Settle(ctx, r, failed) })
}

func (s faultyThrottle) Forget(ctx context.Context, key string) error {
	return s.f.run(ctx, "Forget", func() error { return s.to.Forget(ctx, key) })
}

func (s faultyWriter) CreateAccount(ctx context.Context, a *auth.Account) error {
	return s.f.run(ctx, "CreateAccount", func() error { return s.to.CreateAccount(ctx, a) })
}

func (s faultyWriter) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	return s.f.run(ctx, "UpdateAccount", func() error { return s.to.UpdateAccount(ctx, id, c) })
}

func (s faultyWriter) DeleteAccount(ctx context.Context, id string) error {
	return s.f.run(ctx, "DeleteAccount", func() error { return s.to.DeleteAccount(ctx, id) })
}

func (s faultyWriter) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	return answer(ctx, s.f, "ListUsers", func() ([]auth.User, error) { return s.to.ListUsers(ctx, after, limit) })
}

func (s faultyWriter) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	return answer(ctx, s.f, "Bootstrap", func() (bool, error) { return s.to.Bootstrap(ctx, a) })
}

func (s faultyImporter) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	return answer(ctx, s.f, "ImportAccounts", func() ([]*auth.Account, error) { return s.to.ImportAccounts(ctx, accounts) })
}

func (s faultyLister) ListAccounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	return answer(ctx, s.f, "ListAccounts", func() ([]auth.Account, error) { return s.to.ListAccounts(ctx, after, limit) })
}

func (s faultyRecorder) RecordLogin(ctx context.Context, userID string, at time.Time) error {
	return s.f.run(ctx, "RecordLogin", func() error { return s.to.RecordLogin(ctx, userID, at) })
}

func (s faultyUpgrader) UpgradePassword(ctx context.Context, userID string, from, to auth.Secret) error {
	return s.f.run(ctx, "UpgradePassword", func() error { return s.to.UpgradePassword(ctx, userID, from, to) })
}

func (s faultyReader) IdentityBySession(ctx context.Context, sessionID string) (*auth.Identity, error) {
	return answer(ctx, s.f, "IdentityBySession", func() (*auth.Identity, error) { return s.to.IdentityBySession(ctx, sessionID) })
}
