package auth_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

const newPassword = "gravel tulip monsoon"

// change asks for a new password from the session of g.
func (h *house) change(ctx context.Context, g *auth.Grant, current, next string) error {
	return h.accounts.ChangePassword(ctx, auth.PasswordChange{
		UserID: h.john.ID, SessionID: g.Identity.Session.ID,
		Current: auth.NewSecret(current), New: auth.NewSecret(next),
		Remote: home, UserAgent: "test\n",
	})
}

// admits reports whether a token is good on this node, at once.
func (h *house) admits(t *testing.T, g *auth.Grant) bool {
	t.Helper()
	_, err := h.Validate(t.Context(), g.Token, 0)
	if err != nil {
		require.Equal(t, auth.ErrInvalidToken, err)
	}
	return err == nil
}

// listed returns the IDs of John's live sessions.
func (h *house) listed(t *testing.T) (ids []string) {
	t.Helper()
	sessions, err := h.Sessions(t.Context(), h.john.ID)
	require.NoError(t, err)
	for _, s := range sessions {
		ids = append(ids, s.ID)
	}
	return ids
}

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635).
func TestAPersonChangesTheirPassword(t *testing.T) {
	store := &faulty{Store: memory.New()}
	h, other := openHouse(t, store), openHouse(t, store)
	mine, theirs := h.mustLogin(t), other.mustLogin(t)
	h.events.take()
	require.NoError(t, h.change(t.Context(), mine, rightPassword, newPassword))
	for _, n := range []*house{h, other} {
		require.True(t, n.admits(t, mine), "who changed the password stays signed in")
		require.False(t, n.admits(t, theirs), "the others do not")
		require.Equal(t, []string{mine.Identity.Session.ID}, n.listed(t))
	}
	events := h.events.take()
	require.Len(t, events, 2)
	require.Equal(t, auth.EventPasswordChanged, events[0].Kind)
	require.Equal(t, "john", events[0].Username)
	require.Equal(t, mine.Identity.Session.ID, events[0].SessionID)
	require.Equal(t, home, events[0].Remote)
	require.Equal(t, "test", events[0].UserAgent)
	require.Equal(t, auth.EventSessionEnded, events[1].Kind)
	require.Equal(t, "password.changed", events[1].Reason)
	user, err := h.store.UserByID(t.Context(), h.john.ID)
	require.NoError(t, err)
	require.True(t, user.UpdatedAt.After(h.john.UpdatedAt))
	session, err := h.store.SessionByID(t.Context(), mine.Identity.Session.ID)
	require.NoError(t, err)
	require.Equal(t, user.Stamp, session.Stamp, "the session is good under the new password alone")

	_, err = h.login(t.Context(), "john", rightPassword)
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	_, err = h.login(t.Context(), "john", newPassword)
	require.NoError(t, err)
	require.NoError(t, h.change(t.Context(), mine, newPassword, rightPassword), "and again")
	require.True(t, h.admits(t, mine))
}

// LESSONS 6 (Keycloak CVE-2026-9798, CVE-2026-16103): what checks a password is
// counted, whatever it is asked for.
func TestGuessingTheCurrentPasswordIsGuessing(t *testing.T) {
	tries := map[string]func(h *house, g *auth.Grant) error{
		"login": func(h *house, _ *auth.Grant) error {
			_, err := h.login(context.Background(), "John@example.com", "wrong")
			return err
		},
		"change": func(h *house, g *auth.Grant) error { return h.change(context.Background(), g, "wrong", newPassword) },
	}
	refused := map[string]error{"login": auth.ErrInvalidCredentials, "change": auth.ErrWrongPassword}
	for _, order := range [][]string{{"change"}, {"login", "change"}, {"change", "login"}, {"change", "change", "login"}} {
		h := newHouse(t)
		g := h.mustLogin(t)
		h.hasher.verified.Store(0)
		h.events.take()
		for i := range 10 {
			route := order[i%len(order)]
			require.Equal(t, refused[route], tries[route](h, g))
		}
		require.NotContains(t, h.events.kinds(), auth.EventPasswordChanged)
		for route, try := range tries {
			err := try(h, g)
			require.ErrorIs(t, err, auth.ErrThrottled, "%s after ten of %v", route, order)
			wait, ok := errors.AsType[*auth.RetryAfter](err)
			require.True(t, ok && wait.After > 0)
		}
		require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrThrottled, "nor is the right one looked at")
		require.EqualValues(t, 10, h.hasher.verified.Load(), "%v: exactly the limit is compared", order)
		require.True(t, h.admits(t, g), "live sessions are unaffected")
	}
}

// LESSONS 5 and 6: also for guesses at the same moment, on several nodes.
func TestParallelGuessesOnBothRoutesShareTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		nodes := []*house{openHouse(t, store), openHouse(t, store), openHouse(t, store)}
		g := nodes[0].mustLogin(t)
		for _, n := range nodes {
			n.hasher.cost = 30 * time.Millisecond
			n.hasher.verified.Store(0)
		}
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				n := nodes[i%3]
				if i%2 == 0 {
					_ = n.change(t.Context(), g, "wrong", newPassword)
				} else {
					_, _ = n.login(t.Context(), "john", "wrong")
				}
			})
		}
		wg.Wait()
		var verified int64
		for _, n := range nodes {
			verified += n.hasher.verified.Load()
		}
		require.EqualValues(t, 10, verified)
	})
}

func TestARightChangeIsNotCounted(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 2 })
	g := h.mustLogin(t)
	for range 5 {
		require.NoError(t, h.change(t.Context(), g, rightPassword, newPassword))
		require.NoError(t, h.change(t.Context(), g, newPassword, rightPassword))
	}
}

// duringChange runs f before the nth store call of a change, and lets none of
// the calls from cut on succeed. It returns what the change said and how many
// calls it made.
func (h *house) duringChange(t *testing.T, g *auth.Grant, n, cut int, f func()) (calls int, err error) {
	for _, method := range []string{"AccountByLogin", "UserByID", "SessionByID", "EndUserSessions", "RestampSessions", "UpdateAccount", "Settle", "Reserve"} {
		h.store.on(method, func() error {
			calls++
			if calls == n {
				f()
			}
			if cut > 0 && calls >= cut {
				return errors.New("power cut")
			}
			return nil
		})
	}
	err = h.change(t.Context(), g, rightPassword, newPassword)
	return calls, err
}

// Whenever a change is cut short, and whoever logs in with the old password in
// the midst of it: the session that asked is good at every moment, and no other
// one made under the old password is once the new one is written.
func TestAChangeMayBeCutShortAnywhere(t *testing.T) {
	total := 1
	for cut := 0; cut <= total; cut++ {
		for at := 0; at <= total; at++ {
			synctest.Test(t, func(t *testing.T) {
				store := memory.New()
				h := openHouse(t, &faulty{Store: store})
				watch := openHouse(t, &faulty{Store: store})
				mine, before := h.mustLogin(t), watch.mustLogin(t)
				var between *auth.Grant
				calls, err := h.duringChange(t, mine, at, cut, func() {
					between, _ = watch.login(t.Context(), "john", rightPassword)
					began := time.Now()
					require.True(t, watch.admits(t, mine), "call %d: the session that asked is good", at)
					require.Zero(t, time.Since(began), "call %d: and nothing had to be waited for", at)
				})
				if cut == 0 {
					require.NoError(t, err)
					total = max(total, calls)
				}
				began := time.Now()
				require.True(t, watch.admits(t, mine), "cut at %d: the session that asked lives", cut)
				require.Zero(t, time.Since(began))
				account, err := store.AccountByLogin(t.Context(), "john")
				require.NoError(t, err)
				if account.PasswordHash.Reveal() == "v1:"+newPassword {
					require.False(t, watch.admits(t, before), "cut at %d: a session from before lives on", cut)
					require.False(t, between != nil && watch.admits(t, between), "cut at %d: a session made at call %d with the old password lives on", cut, at)
				} else {
					require.NotZero(t, cut)
				}
				synctest.Wait()
			})
		}
	}
	require.Greater(t, total, 10, "the calls of a change were seen")
}

func TestChangesThatAreRefused(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.hasher.verified.Store(0)
	mary, err := h.accounts.Create(t.Context(), auth.NewAccount{Username: "mary", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	h.events.take()
	good := auth.PasswordChange{UserID: h.john.ID, SessionID: g.Identity.Session.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword), Remote: home}
	for what, c := range map[string]struct {
		change   func(*auth.PasswordChange)
		err      error
		verified int64
	}{
		"no current":             {func(c *auth.PasswordChange) { c.Current = auth.Secret{} }, auth.ErrCredentialsRequired, 0},
		"no new one":             {func(c *auth.PasswordChange) { c.New = auth.Secret{} }, auth.ErrCredentialsRequired, 0},
		"short":                  {func(c *auth.PasswordChange) { c.New = auth.NewSecret("short") }, password.ErrPolicy, 0},
		"made of the username":   {func(c *auth.PasswordChange) { c.New = auth.NewSecret("johnjohnjohnjohn") }, password.ErrPolicy, 0},
		"wrong":                  {func(c *auth.PasswordChange) { c.Current = auth.NewSecret("wrong") }, auth.ErrWrongPassword, 1},
		"nobody":                 {func(c *auth.PasswordChange) { c.UserID = "nobody" }, auth.ErrUserNotFound, 0},
		"an ended session":       {func(c *auth.PasswordChange) { c.SessionID = "ended" }, auth.ErrInvalidToken, 1},
		"somebody else's":        {func(c *auth.PasswordChange) { c.UserID = mary.ID }, auth.ErrInvalidToken, 1},
		"wrong and short: short": {func(c *auth.PasswordChange) { c.Current, c.New = auth.NewSecret("wrong"), auth.NewSecret("short") }, password.ErrPolicy, 0},
	} {
		h.hasher.verified.Store(0)
		changed := good
		c.change(&changed)
		require.ErrorIs(t, h.accounts.ChangePassword(t.Context(), changed), c.err, what)
		require.Equal(t, c.verified, h.hasher.verified.Load(), "%s: hashes", what)
		require.True(t, h.admits(t, g), "%s: nothing was changed", what)
		require.NotContains(t, h.events.kinds(), auth.EventPasswordChanged, what)
	}
	weak := good
	weak.New = auth.NewSecret("short")
	refused, ok := errors.AsType[*auth.PolicyError](h.accounts.ChangePassword(t.Context(), weak))
	require.True(t, ok)
	require.Equal(t, "needs at least 15 characters, has 5", refused.Reason)
	require.Equal(t, "password: needs at least 15 characters, has 5", refused.Error())
}

// LESSONS 20 (ZITADEL CVE-2024-47000): disabled a moment ago.
func TestADisabledUserChangesNothing(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.events.take()
	require.NoError(t, h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Active: ptr(false)}))
	require.Equal(t, auth.ErrWrongPassword, h.change(t.Context(), g, rightPassword, newPassword))
	events := h.events.take()
	require.Len(t, events, 1)
	require.Equal(t, "the account is disabled", events[0].Reason)
}

func TestWithoutASessionNoneLivesOn(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	require.NoError(t, h.accounts.ChangePassword(t.Context(), auth.PasswordChange{
		UserID: h.john.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword),
	}))
	require.False(t, h.admits(t, g))
	require.Empty(t, h.listed(t))
}

// LESSONS 15 (Auth.js GHSA-8fpg): a fault is 503 and counts for nothing.
func TestAFaultInAChangeIs503(t *testing.T) {
	for _, method := range []string{"UserByID", "AccountByLogin", "Reserve", "SessionByID", "RestampSessions", "EndUserSessions", "UpdateAccount"} {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 2 })
		g := h.mustLogin(t)
		for range 5 {
			h.store.on(method, func() error { return errors.New("connection refused") })
			require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable, method)
		}
		h.store.on(method, nil)
		require.NoError(t, h.change(t.Context(), g, rightPassword, newPassword), method)
		require.True(t, h.admits(t, g), method)
	}
	h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
	g := h.mustLogin(t)
	busy := error(password.ErrBusy)
	h.hasher.fail.Store(&busy)
	require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable, "the gate is the same, too")
	h.hasher.fail.Store(nil)
	require.NoError(t, h.change(t.Context(), g, rightPassword, newPassword))
}

// Sessions made meanwhile are ended once the hash is written. Where that fails,
// the change is made and the caller is told.
func TestAChangeAfterWhichTheOthersCannotBeEnded(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	n := 0
	h.store.on("EndUserSessions", func() error {
		if n++; n == 2 {
			return errDown
		}
		return nil
	})
	require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable)
	require.True(t, h.admits(t, g))
	_, err := h.login(t.Context(), "john", newPassword)
	require.NoError(t, err)
}

func TestHangingUpDuringAChange(t *testing.T) {
	h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 3 })
	g := h.mustLogin(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.hasher.during = cancel
	require.NoError(t, h.change(ctx, g, rightPassword, newPassword), "once the hash began, hanging up changes nothing")
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		h.hasher.during = cancel
		require.Equal(t, auth.ErrWrongPassword, h.change(ctx, g, "wrong", rightPassword))
	}
	h.hasher.during = nil
	require.ErrorIs(t, h.change(t.Context(), g, newPassword, rightPassword), auth.ErrThrottled, "and buys no guesses")
}

// otherStamps is a store whose stamps are its own affair, or that has none.
type otherStamps struct {
	*memory.Store
	stamp func(string) string
}

func (s otherStamps) UserByID(ctx context.Context, id string) (*auth.User, error) {
	u, err := s.Store.UserByID(ctx, id)
	if err == nil {
		u.Stamp = s.stamp(u.Stamp)
	}
	return u, err
}

func (s otherStamps) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	a, err := s.Store.AccountByLogin(ctx, login)
	if err == nil {
		a.Stamp = s.stamp(a.Stamp)
	}
	return a, err
}

func TestAChangeWithAnyStamps(t *testing.T) {
	for what, stamp := range map[string]func(string) string{
		"none":     func(string) string { return "" },
		"its own":  func(s string) string { return "its own " + s },
		"a prefix": func(s string) string { return s[:8] },
	} {
		store := otherStamps{memory.New(), stamp}
		svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder)})
		require.NoError(t, err)
		accounts := auth.NewAccounts(store, svc)
		john, err := accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
		login := func() *auth.Grant {
			g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: netip.Addr{}})
			require.NoError(t, err)
			return g
		}
		mine, theirs := login(), login()
		require.NoError(t, accounts.ChangePassword(t.Context(), auth.PasswordChange{
			UserID: john.ID, SessionID: mine.Identity.Session.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword),
		}))
		_, err = svc.Validate(t.Context(), mine.Token, 0)
		require.NoError(t, err, "stamps: %s", what)
		_, err = svc.Validate(t.Context(), theirs.Token, 0)
		require.ErrorIs(t, err, auth.ErrInvalidToken, "stamps: %s", what)
	}
}
