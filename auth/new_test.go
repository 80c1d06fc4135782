package auth_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// LESSONS 17 (Navidrome CVE-2023-51442): each part that New needs is missed by
// name, and nothing stands in for it.
func TestNewMissesEachPart(t *testing.T) {
	m := memory.New()
	for says, made := range map[string]func() (*auth.Service, error){
		"needs a Store":    func() (*auth.Service, error) { return auth.New(nil, plainTokens{}, nil) },
		"needs Tokens":     func() (*auth.Service, error) { return auth.New(m, nil, nil) },
		"give it users, s": func() (*auth.Service, error) { return auth.New(auth.Compose(nil, m, m), plainTokens{}, nil) },
		"users, sessions":  func() (*auth.Service, error) { return auth.New(auth.Compose(m, nil, m), plainTokens{}, nil) },
		"and throttle":     func() (*auth.Service, error) { return auth.New(auth.Compose(m, m, nil), plainTokens{}, nil) },
		"whole seconds":    func() (*auth.Service, error) { return auth.New(m, plainTokens{}, &auth.Options{Lifetime: -time.Hour}) },
		"number of whole":  func() (*auth.Service, error) { return auth.New(m, plainTokens{}, &auth.Options{Lifetime: 1}) },
		"cannot hash":      func() (*auth.Service, error) { return auth.New(m, plainTokens{}, &auth.Options{Hasher: noHasher{}}) },
	} {
		svc, err := made()
		require.ErrorContains(t, err, says)
		require.Nil(t, svc, says)
	}
	_, err := auth.New(auth.Compose(m, m, m), plainTokens{}, &auth.Options{Hasher: new(plainHasher)})
	require.NoError(t, err)
}

// noHasher cannot hash.
type noHasher struct{}

func (noHasher) Hash(context.Context, string) (string, error) { return "", errDown }

func (noHasher) Verify(context.Context, string, string) (password.Result, error) {
	return password.Result{}, errDown
}

// With no Hasher there is argon2id, and with no policy the default one.
func TestDefaultsOfNew(t *testing.T) {
	store := memory.New()
	svc, err := auth.New(store, plainTokens{}, &auth.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	accounts := auth.NewAccounts(store, svc)
	_, err = accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret("passwordpassword")})
	require.ErrorIs(t, err, password.ErrPolicy)
	_, err = accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	account, err := store.AccountByLogin(t.Context(), "john")
	require.NoError(t, err)
	require.Contains(t, account.PasswordHash.Reveal(), "$argon2id$")
}

// A password that cannot be hashed changes nothing.
func TestAPasswordThatCannotBeHashed(t *testing.T) {
	h := newHouse(t)
	svc, err := auth.New(h.store, plainTokens{}, &auth.Options{Hasher: &hashesOnce{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	accounts := auth.NewAccounts(h.store, svc)
	err = accounts.SetPassword(t.Context(), h.john.ID, auth.NewSecret("violet anchor prairie"))
	require.ErrorIs(t, err, auth.ErrUnavailable)
	user, err := accounts.Create(t.Context(), auth.NewAccount{Username: "mary", Password: auth.NewSecret(rightPassword)})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.Nil(t, user)
	err = accounts.ChangePassword(t.Context(), auth.PasswordChange{
		UserID: h.john.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword),
	})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	h.mustLogin(t)
}

// hashesOnce makes the decoy and nothing more.
type hashesOnce struct {
	plainHasher
	made bool
}

func (h *hashesOnce) Hash(ctx context.Context, pw string) (string, error) {
	if h.made {
		return "", password.ErrBusy
	}
	h.made = true
	return h.plainHasher.Hash(ctx, pw)
}

// A store that does not answer is given up after three seconds, or what the
// host says.
func TestTheStoreTimeout(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{0: 3 * time.Second, 100 * time.Millisecond: 100 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			svc, err := auth.New(asleep{memory.New()}, plainTokens{}, &auth.Options{
				Hasher: new(plainHasher), StoreTimeout: given, Logger: slog.New(slog.DiscardHandler),
			})
			require.NoError(t, err)
			began := time.Now()
			_, err = svc.Sessions(t.Context(), "u")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, want, time.Since(began))
		})
	}
}

// asleep never answers.
type asleep struct{ *memory.Store }

func (asleep) UserByID(ctx context.Context, _ string) (*auth.User, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// Whose session was ended, and which, is told.
func TestEndedSessionsAreTold(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.events.take()
	require.ErrorIs(t, h.EndSession(t.Context(), "somebody else", g.Identity.Session.ID), auth.ErrSessionNotFound)
	require.NoError(t, h.EndSession(t.Context(), h.john.ID, g.Identity.Session.ID))
	g2 := h.mustLogin(t)
	h.events.take()
	require.NoError(t, h.Logout(t.Context(), g2.Token))
	told := h.events.take()
	require.Len(t, told, 1)
	require.Equal(t, []any{auth.EventLogout, h.john.ID, g2.Identity.Session.ID}, []any{told[0].Kind, told[0].UserID, told[0].SessionID})
}
