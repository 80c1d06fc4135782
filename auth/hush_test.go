package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// quoter is a store of which one method fails, and says what it was given.
type quoter struct {
	*memory.Store
	failing string
}

func (q *quoter) quote(method string, given ...string) error {
	if method != q.failing {
		return nil
	}
	return fmt.Errorf("near %s, %w", strings.Join(given, " "), errDown)
}

func (q *quoter) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	if err := q.quote("AccountByLogin", login); err != nil {
		return nil, err
	}
	return q.Store.AccountByLogin(ctx, login)
}

func (q *quoter) CreateAccount(ctx context.Context, a *auth.Account) error {
	if err := q.quote("CreateAccount", a.PasswordHash.Reveal()); err != nil {
		return err
	}
	return q.Store.CreateAccount(ctx, a)
}

func (q *quoter) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	var given []string
	for _, a := range accounts {
		given = append(given, a.PasswordHash.Reveal())
	}
	if err := q.quote("ImportAccounts", given...); err != nil {
		return nil, err
	}
	return q.Store.ImportAccounts(ctx, accounts)
}

func (q *quoter) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if err := q.quote("Bootstrap", a.PasswordHash.Reveal()); err != nil {
		return false, err
	}
	return q.Store.Bootstrap(ctx, a)
}

func (q *quoter) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	given := []string{c.PasswordHash.Reveal()}
	if c.IfHash != nil {
		given = append(given, c.IfHash.Reveal())
	}
	if err := q.quote("UpdateAccount", given...); err != nil {
		return err
	}
	return q.Store.UpdateAccount(ctx, id, c)
}

func (q *quoter) UpgradePassword(ctx context.Context, id string, from, to auth.Secret) error {
	if err := q.quote("UpgradePassword", from.Reveal(), to.Reveal()); err != nil {
		return err
	}
	return q.Store.UpgradePassword(ctx, id, from, to)
}

type quotingHasher struct {
	*plainHasher
	*quoter
}

func (h quotingHasher) Hash(ctx context.Context, pw string) (string, error) {
	if err := h.quote("Hash", pw); err != nil {
		return "", err
	}
	return h.plainHasher.Hash(ctx, pw)
}

func (h quotingHasher) Verify(ctx context.Context, hash, pw string) (password.Result, error) {
	if err := h.quote("Verify", hash, pw); err != nil {
		return password.Result{}, err
	}
	return h.plainHasher.Verify(ctx, hash, pw)
}

type quotingTokens struct {
	plainTokens
	*quoter
}

func (q quotingTokens) Verify(ctx context.Context, token string) (auth.Claims, error) {
	if err := q.quote("Token", token); err != nil {
		return auth.Claims{}, err
	}
	return q.plainTokens.Verify(ctx, token)
}

// quotingHouse has John, and after that method fails.
func quotingHouse(t *testing.T, method string) (*quoter, *auth.Service, *auth.Accounts, *recorder, string) {
	t.Helper()
	q, events := &quoter{Store: memory.New()}, new(recorder)
	svc, err := auth.New(q, quotingTokens{quoter: q}, &auth.Options{
		Hasher: quotingHasher{new(plainHasher), q}, Auditor: events, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	accounts := auth.NewAccounts(q, svc)
	john, err := accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	events.take()
	q.failing = method
	return q, svc, accounts, events, john.ID
}

// LESSONS 23 (OpenBao CVE-2025-62513, Vault CVE-2025-4166): drivers quote what
// they were given. Neither the error nor the record repeats what is secret.
func TestADriverThatQuotesIsHushed(t *testing.T) {
	const typed = "Hunter2Ｈunter2"
	boss := auth.NewAccount{Username: "boss", Password: auth.NewSecret(newPassword)}
	login := func(name, pw string) func(context.Context, *auth.Service, *auth.Accounts, string) error {
		return func(ctx context.Context, svc *auth.Service, _ *auth.Accounts, _ string) error {
			_, err := svc.Login(ctx, auth.LoginRequest{Login: name, Password: pw, Remote: home})
			return err
		}
	}
	change := func(ctx context.Context, _ *auth.Service, accounts *auth.Accounts, john string) error {
		return accounts.ChangePassword(ctx, auth.PasswordChange{UserID: john, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword)})
	}
	set := func(ctx context.Context, _ *auth.Service, accounts *auth.Accounts, john string) error {
		return accounts.SetPassword(ctx, john, auth.NewSecret(newPassword))
	}
	create := func(ctx context.Context, _ *auth.Service, accounts *auth.Accounts, _ string) error {
		_, err := accounts.Create(ctx, boss)
		return err
	}
	for _, c := range []struct {
		method string
		ask    func(context.Context, *auth.Service, *auth.Accounts, string) error
		stale  bool // John's hash: the login then works
	}{
		{method: "AccountByLogin", ask: login(typed, rightPassword)},
		{method: "Verify", ask: login("john", newPassword)},
		{method: "UpgradePassword", ask: login("john", rightPassword), stale: true},
		{method: "Hash", ask: login("john", rightPassword), stale: true},
		{method: "Verify", ask: change},
		{method: "Hash", ask: change},
		{method: "UpdateAccount", ask: change},
		{method: "Hash", ask: set},
		{method: "UpdateAccount", ask: set},
		{method: "Hash", ask: create},
		{method: "CreateAccount", ask: create},
		{method: "Bootstrap", ask: func(ctx context.Context, _ *auth.Service, accounts *auth.Accounts, _ string) error {
			_, err := accounts.Bootstrap(ctx, boss)
			return err
		}},
		{method: "ImportAccounts", ask: func(ctx context.Context, _ *auth.Service, accounts *auth.Accounts, _ string) error {
			one, two := brought("mary"), brought("nick")
			two.PasswordHash = auth.NewSecret("v0:" + newPassword)
			_, err := accounts.Import(ctx, []auth.Account{one, two})
			return err
		}},
		{method: "Token", ask: func(ctx context.Context, svc *auth.Service, _ *auth.Accounts, _ string) error {
			_, err := svc.Validate(ctx, "ours|"+newPassword, 0)
			return err
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			q, svc, accounts, events, john := quotingHouse(t, c.method)
			if c.stale {
				old := auth.NewSecret("v0:" + rightPassword)
				require.NoError(t, q.Store.UpdateAccount(t.Context(), john, auth.AccountChange{PasswordHash: &old}))
			}
			err := c.ask(t.Context(), svc, accounts, john)
			said := fmt.Sprint(err)
			if c.stale {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errDown, c.method)
			}
			synctest.Wait()
			faults := 0
			for _, e := range events.take() {
				if e.Kind == auth.EventFault {
					faults++
					require.ErrorIs(t, e.Err, errDown)
					require.ErrorContains(t, e.Err, "near [redacted]")
					said += e.Err.Error()
				}
			}
			require.Equal(t, 1, faults, "%s is on record", c.method)
			require.NotRegexp(t, "v[01]", said, "%s: nothing of a hash is left", c.method)
			for _, secret := range []string{rightPassword, newPassword, typed, "hunter2hunter2"} {
				for i := range len(secret) - 7 {
					require.NotContains(t, said, secret[i:i+8], c.method)
				}
			}
		})
	}
}

// The hash that is compared again is another one.
func TestAHasherThatQuotesTheSecondHashIsHushed(t *testing.T) {
	h := newHouse(t)
	h.store.on("CreatedSession", func() error {
		hash := auth.NewSecret("v1:" + newPassword)
		err := fmt.Errorf("near %s, %w", hash.Reveal(), errDown)
		h.hasher.fail.Store(&err)
		return h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &hash})
	})
	_, err := h.login(t.Context(), "john", rightPassword)
	require.ErrorIs(t, err, errDown)
	require.ErrorContains(t, err, "near [redacted], ")
}

// What is taken out is eight bytes in a row or more, or the whole of what is
// shorter, but for what is in any text.
func TestWhatIsTakenOutOfAnError(t *testing.T) {
	long := strings.Repeat("-", 2048)
	for _, c := range []struct{ login, said, kept string }{
		{"abcdefghij", "the abcdefghij", "the [redacted]"},
		{"abcdefghij", "abcdefghij, abcdefghij", "[redacted], [redacted]"},
		{"abcdefghij", "abcdefghijabcdefghij", "[redacted]"},
		{"abcdefghij", "bcdefghi!", "[redacted]!"},
		{"abcdefghij", "cdefghij", "[redacted]"},
		{"abcdefghij", "abcdefg hij cdefghi", "abcdefg hij cdefghi"},
		{"abcdefgh", "abcdefgh", "[redacted]"},
		{"abcdefg", "xabcdefgx", "x[redacted]x"},
		{"abcd", "abcd abc", "[redacted] abc"},
		{"abc", "abc", "abc"},
		{"abcdefghij", "", ""},
		{"abcdefghij", "abcdefghij" + long, "[redacted]" + long[10:]},
		{"abcdefghij", long + "abcdefghij", long},
		{"abcdefghij", long[10:] + "abcdefghij", long[10:] + "[redacted]"},
		{"abcdefghij", long, long},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.store.on("AccountByLogin", func() error { return said(c.said) })
			_, err := h.login(t.Context(), c.login, rightPassword)
			require.ErrorIs(t, err, said(c.said), "it is still the error it was")
			synctest.Wait()
			events := h.events.take()
			require.Len(t, events, 1)
			require.Equal(t, c.kept, events[0].Err.Error(), "of %q", c.said)
			require.ErrorContains(t, err, ": "+c.kept)
		})
	}
}

// said is an error with this text.
type said string

func (s said) Error() string { return string(s) }
