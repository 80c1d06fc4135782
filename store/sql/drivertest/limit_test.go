package drivertest

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
)

// cheap is a hasher for tests that are about something else.
type cheap struct{}

func (cheap) Hash(_ context.Context, pw string) (string, error) { return "cheap:" + pw, nil }

func (cheap) Verify(_ context.Context, hash, pw string) (password.Result, error) {
	return password.Result{OK: hash == "cheap:"+pw}, nil
}

// plain tokens are the IDs of sessions.
type plain struct{}

func (plain) Issue(_ context.Context, c auth.Claims) (string, error) { return c.SessionID, nil }

func (plain) Verify(context.Context, string) (auth.Claims, error) {
	return auth.Claims{}, auth.ErrInvalidToken
}

// Of logins at the same moment on three nodes exactly as many sessions are left
// as a user may have, and all are the user's newest.
func TestSessionLimitOverNodes(t *testing.T) {
	const most, logins = 4, 40
	eachDSN(t, func(t *testing.T, p place) {
		var services []*auth.Service
		stores := nodes(t, p)
		for _, s := range stores {
			svc, err := auth.New(s, plain{}, &auth.Options{Hasher: cheap{}, MaxSessions: most})
			if err != nil {
				t.Fatal(err)
			}
			services = append(services, svc)
		}
		const secret = "lantern orbit walnut"
		user, err := auth.NewAccounts(stores[0], services[0]).Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(secret)})
		if err != nil {
			t.Fatal(err)
		}
		grants := make([]*auth.Grant, logins)
		errs := atOnce(logins, func(i int) (err error) {
			grants[i], err = services[i%3].Login(t.Context(), auth.LoginRequest{Login: "john", Password: secret})
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("a right login was refused: %v", err)
		}
		live, err := services[1].Sessions(t.Context(), user.ID)
		if err != nil || len(live) != most {
			t.Fatalf("%d sessions live after %d logins, want %d: %v", len(live), logins, most, err)
		}
		for _, g := range grants {
			one := g.Identity.Session
			_, err := stores[2].SessionByID(t.Context(), one.ID)
			if newer := one.CreatedAt.After(live[most-1].CreatedAt); newer && err != nil {
				t.Errorf("a session newer than one that lives was ended: %v", err)
			}
		}
	})
}

// A change of one's own password on one node, seen from another.
func TestPasswordChangeOverNodes(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		stores := nodes(t, p)
		svc, err := auth.New(stores[0], plain{}, &auth.Options{Hasher: cheap{}})
		if err != nil {
			t.Fatal(err)
		}
		accounts := auth.NewAccounts(stores[0], svc)
		const before, after = "lantern orbit walnut", "gravel tulip monsoon"
		user, err := accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(before)})
		if err != nil {
			t.Fatal(err)
		}
		var mine *auth.Grant
		for range 3 {
			if mine, err = svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: before}); err != nil {
				t.Fatal(err)
			}
		}
		for _, pair := range [][2]string{{before, after}, {after, before}} {
			err = accounts.ChangePassword(t.Context(), auth.PasswordChange{
				UserID: user.ID, SessionID: mine.Identity.Session.ID, Current: auth.NewSecret(pair[0]), New: auth.NewSecret(pair[1]),
			})
			if err != nil {
				t.Fatal(err)
			}
			left, err := stores[1].SessionsByUser(t.Context(), user.ID)
			if err != nil || len(left) != 1 || left[0].ID != mine.Identity.Session.ID {
				t.Fatalf("%d sessions are left, want the one that asked: %v", len(left), err)
			}
			id, err := stores[2].IdentityBySession(t.Context(), left[0].ID)
			if err != nil || id.Session.Stamp != id.User.Stamp {
				t.Fatalf("the session has the stamp %q, its user %q: %v", id.Session.Stamp, id.User.Stamp, err)
			}
		}
	})
}
