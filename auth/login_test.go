package auth_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
)

func ptr[T any](v T) *T { return &v }

func TestLoginTakesUsernameAndEmailInAnySpelling(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"john", "JOHN", " john ", "ｊｏｈｎ", "john@example.com", "John@EXAMPLE.com", "ｊohn@example.com"} {
		g, err := h.login(t.Context(), name, rightPassword)
		require.NoError(t, err, "%q names John", name)
		require.Equal(t, h.john.ID, g.Identity.User.ID)
		require.Equal(t, 24*time.Hour, g.Identity.Session.ExpiresAt.Sub(g.Identity.Session.CreatedAt.Truncate(time.Second)), "a session lasts a day")
		require.Equal(t, g.Identity.Session.CreatedAt, g.Identity.User.LastLogin, "last_login is the login just made")
		require.Equal(t, h.john.UpdatedAt, g.Identity.User.UpdatedAt, "a login changes no account")
	}
}

func TestLoginNeedsBoth(t *testing.T) {
	h := newHouse(t)
	for _, c := range [][2]string{{"", ""}, {"john", ""}, {"", rightPassword}} {
		_, err := h.login(t.Context(), c[0], c[1])
		require.ErrorIs(t, err, auth.ErrCredentialsRequired)
	}
	require.Zero(t, h.hasher.verified.Load())
}

// LESSONS 7 (Vault CVE-2025-6011, Django CVE-2024-39329): one answer and one
// hash for each class.
func TestEveryRefusalCostsOneHash(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	add := func(name string, c auth.AccountChange) {
		u, err := h.accounts.Create(ctx, auth.NewAccount{Username: name, Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
		require.NoError(t, h.store.UpdateAccount(ctx, u.ID, c))
	}
	add("inactive", auth.AccountChange{Active: ptr(false)})
	add("nopassword", auth.AccountChange{PasswordHash: &auth.Secret{}})
	add("corrupt", auth.AccountChange{PasswordHash: ptr(auth.NewSecret("garbage"))})
	add("oddrole", auth.AccountChange{Role: ptr(auth.Role("Admin"))})
	add("oddstate", auth.AccountChange{Active: ptr(false)})
	h.store.unknown = map[string]string{"oddstate": "active value"}
	h.store.ambiguous = "twins"
	for _, c := range []struct{ what, login, password, reason string }{
		{"unknown", "nobody", rightPassword, "no such account"},
		{"not a name", "no\x00body", rightPassword, "no such account"},
		{"wrong password", "john", "wrong", "wrong password"},
		{"inactive, right password", "inactive", rightPassword, "the account is disabled"},
		{"inactive, wrong password", "inactive", "wrong", "wrong password"},
		{"no password", "nopassword", rightPassword, "the account has no password"},
		{"corrupt hash", "corrupt", rightPassword, "the stored hash cannot be used"},
		{"unknown role", "oddrole", rightPassword, "the store answered an unknown role"},
		{"unknown active value", "oddstate", rightPassword, "the store answered an unknown active value"},
		{"unknown active value, wrong password", "oddstate", "wrong", "wrong password"},
		{"two accounts", "twins", rightPassword, "ambiguous login"},
	} {
		h.hasher.verified.Store(0)
		h.events.take()
		g, err := h.login(ctx, c.login, c.password)
		require.Nil(t, g, c.what)
		require.Equal(t, auth.ErrInvalidCredentials, err, "%s: the answer tells nothing", c.what)
		require.EqualValues(t, 1, h.hasher.verified.Load(), "%s: exactly one hash", c.what)
		events := h.events.take()
		require.Len(t, events, 1, c.what)
		require.Equal(t, auth.EventLoginFailed, events[0].Kind)
		require.Equal(t, c.reason, events[0].Reason, "%s: the record tells", c.what)
	}
}

func TestARefusalWaitsForTheSlowestFormat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.hasher.cost, h.hasher.floor = 20*time.Millisecond, 250*time.Millisecond
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Active: ptr(false)}))
		for _, name := range []string{"john", "nobody"} {
			began := time.Now()
			_, err := h.login(t.Context(), name, rightPassword)
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
			require.Equal(t, 250*time.Millisecond, time.Since(began), "%s: no earlier than the floor", name)
		}
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Active: ptr(true)}))
		began := time.Now()
		h.mustLogin(t)
		require.Equal(t, 20*time.Millisecond, time.Since(began), "who may enter need not wait")
	})
}

// What changes between the password check and the answer ends the session.
func TestTheAccountIsReadAgainAfterTheSessionIsMade(t *testing.T) {
	for what, change := range map[string]func(*house) error{
		"disabled": func(h *house) error {
			return h.store.Store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Active: ptr(false)})
		},
		"deleted": func(h *house) error { return h.store.DeleteAccount(context.Background(), h.john.ID) },
		"another password": func(h *house) error {
			return h.store.Store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{PasswordHash: ptr(auth.NewSecret("v1:another"))})
		},
		"an unknown role": func(h *house) error {
			return h.store.Store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Role: ptr(auth.Role("root"))})
		},
		"renamed": func(h *house) error {
			return h.store.Store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Username: ptr("jack")})
		},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t)
			h.store.on("CreateSession", once(func() { require.NoError(t, change(h)) }))
			g, err := h.login(t.Context(), "john", rightPassword)
			require.Nil(t, g)
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
			sessions, err := h.Sessions(t.Context(), h.john.ID)
			require.NoError(t, err)
			require.Empty(t, sessions, "no session outlives what was changed under it")
		})
	}
}

func TestAStaleHashIsMadeAnew(t *testing.T) {
	h := newHouse(t)
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	before := h.mustLogin(t) // upgrades
	account, err := h.store.AccountByLogin(t.Context(), "john")
	require.NoError(t, err)
	require.Equal(t, "v1:"+rightPassword, account.PasswordHash.Reveal())
	require.Equal(t, h.john.UpdatedAt, account.UpdatedAt, "an upgrade is no change of the account")
	_, err = h.Validate(t.Context(), before.Token, 0)
	require.NoError(t, err, "the session was made under the new hash")
}

// Hashing is on no store's time: what comes after it has as long as ever.
func TestAnUpgradeMayTakeLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		old := auth.NewSecret("v0:" + rightPassword)
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
		h.hasher.cost, h.hasher.making = 5*time.Second, 5*time.Second
		h.mustLogin(t)
	})
}

func TestAnUpgradeKeepsTheOtherSessions(t *testing.T) {
	h := newHouse(t)
	first := h.mustLogin(t)
	// The hash goes stale under a live session, which is restamped as the
	// host's migration would.
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	require.NoError(t, h.store.RestampSessions(t.Context(), h.john.ID, first.Identity.Session.Stamp, auth.StampOf(old.Reveal())))
	_, err := h.Validate(t.Context(), first.Token, 0)
	require.NoError(t, err)
	second := h.mustLogin(t)
	for _, g := range []*auth.Grant{first, second} {
		_, err := h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err, "our own upgrade ends no session")
	}
}

// Two logins at once find the same stale hash; whoever loses the
// compare-and-swap still holds the right password.
func TestParallelLoginsSurviveAnUpgrade(t *testing.T) {
	h := newHouse(t)
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	h.store.on("UpgradePassword", once(func() {
		require.NoError(t, h.store.Store.UpgradePassword(t.Context(), h.john.ID, old, auth.NewSecret("v2:"+rightPassword)))
	}))
	g := h.mustLogin(t)
	_, err := h.Validate(t.Context(), g.Token, 0)
	require.NoError(t, err)
}

func TestAClientThatHangsUp(t *testing.T) {
	t.Run("before the hash is not counted", func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			h.store.on("Reserve", func() error { cancel(); return nil })
			_, err := h.login(ctx, "john", "wrong")
			require.ErrorIs(t, err, auth.ErrUnavailable)
		}
		require.Zero(t, h.hasher.verified.Load())
		h.store.on("Reserve", nil)
		h.mustLogin(t)
	})
	t.Run("after the hash began is counted", func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 3 })
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			h.hasher.during = cancel
			_, err := h.login(ctx, "john", "wrong")
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		}
		_, err := h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrThrottled, "hanging up buys no guesses")
	})
}

func TestAClientThatHangsUpWithTheRightPasswordIsLoggedIn(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.hasher.during = cancel
	g, err := h.login(ctx, "john", rightPassword)
	require.NoError(t, err, "once the hash began, hanging up changes nothing")
	_, err = h.Validate(t.Context(), g.Token, 0)
	require.NoError(t, err)
}

func TestAFullHashingQueueIs503(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
	busy := error(password.ErrBusy)
	h.hasher.fail.Store(&busy)
	for range 3 {
		_, err := h.login(t.Context(), "john", "wrong")
		require.ErrorIs(t, err, auth.ErrUnavailable)
		var retry *auth.RetryAfter
		require.ErrorAs(t, err, &retry)
		require.Positive(t, retry.After)
	}
	require.Empty(t, h.events.kinds(), "a full queue is no fault")
	busy = &password.BusyError{After: 4 * time.Second}
	_, err := h.login(t.Context(), "john", "wrong")
	var retry *auth.RetryAfter
	require.ErrorAs(t, err, &retry)
	require.Equal(t, 4*time.Second, retry.After, "a queue that knows how long it is")
	h.hasher.fail.Store(nil)
	h.mustLogin(t)
}

// LESSONS 15 (Auth.js GHSA-8fpg, ArgoCD CVE-2022-29165): a fault is 503, lets
// nobody in and counts for nothing. LESSONS 14 (golang-jwt CVE-2024-51744):
// nothing comes together with an error.
func TestAFaultBeforeTheSessionIs503(t *testing.T) {
	for _, method := range []string{"AccountByLogin", "Reserve", "CreateSession", "CreatedSession"} {
		t.Run(method, func(t *testing.T) {
			h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 2 })
			for range 5 {
				h.store.on(method, func() error { return errors.New("connection refused") })
				g, err := h.login(t.Context(), "john", rightPassword)
				require.Nil(t, g)
				require.ErrorIs(t, err, auth.ErrUnavailable)
				var retry *auth.RetryAfter
				require.ErrorAs(t, err, &retry)
			}
			h.store.on(method, nil)
			h.mustLogin(t)
		})
	}
}

func TestAFaultInTheSecondReadEndsTheSession(t *testing.T) {
	h := newHouse(t)
	h.store.on("CreateSession", once(func() {
		h.store.on("AccountByLogin", func() error { return errors.New("connection reset") })
	}))
	_, err := h.login(t.Context(), "john", rightPassword)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	sessions, err := h.Sessions(t.Context(), h.john.ID)
	require.NoError(t, err)
	require.Empty(t, sessions)
}

func TestAFaultAfterTheSessionIsAnEvent(t *testing.T) {
	for _, method := range []string{"Settle", "RecordLogin"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.store.on(method, func() error { return errors.New("connection reset") })
				g := h.mustLogin(t)
				synctest.Wait()
				require.Contains(t, h.events.kinds(), auth.EventFault)
				_, err := h.Validate(t.Context(), g.Token, 0)
				require.NoError(t, err)
			})
		})
	}
}

func TestAWrongGuessWhoseCountIsLostIs503(t *testing.T) {
	h := newHouse(t)
	h.store.on("Settle", func() error { return errors.New("connection reset") })
	_, err := h.login(t.Context(), "john", "wrong")
	require.ErrorIs(t, err, auth.ErrUnavailable)
}

func TestAnOutageIsOneEventATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("AccountByLogin", func() error { return errors.New("connection refused") })
		for range 100 {
			_, err := h.login(t.Context(), "john", rightPassword)
			require.ErrorIs(t, err, auth.ErrUnavailable)
		}
		synctest.Wait()
		require.Len(t, h.events.take(), 1)
		time.Sleep(11 * time.Second)
		_, _ = h.login(t.Context(), "john", rightPassword)
		synctest.Wait()
		events := h.events.take()
		require.Len(t, events, 1)
		require.Equal(t, 100, events[0].Count, "the rest is told with the next")
	})
}

func TestAnAuditorThatFailsKeepsNobodyOut(t *testing.T) {
	h := newHouse(t)
	h.events.fail = errors.New("disk full")
	h.mustLogin(t)
}
