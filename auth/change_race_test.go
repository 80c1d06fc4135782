package auth_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

func TestAnUpgradeInTheMidstOfAChange(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.store.on("UpdateAccount", once(func() {
		require.NoError(t, h.store.Store.UpgradePassword(t.Context(), h.john.ID, auth.NewSecret("v1:"+rightPassword), auth.NewSecret("v2:"+rightPassword)))
	}))
	require.NoError(t, h.change(t.Context(), g, rightPassword, newPassword), "it is the same password still")
	require.True(t, h.admits(t, g))
	_, err := h.login(t.Context(), "john", newPassword)
	require.NoError(t, err)
}

func TestTwoChangesAtOnce(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.events.take()
	h.store.on("UpdateAccount", once(func() {
		other := auth.NewSecret("v1:set by another")
		require.NoError(t, h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &other}))
	}))
	require.Equal(t, auth.ErrWrongPassword, h.change(t.Context(), g, rightPassword, newPassword), "who was first wins")
	events := h.events.take()
	require.Len(t, events, 1)
	require.Equal(t, auth.EventPasswordRefused, events[0].Kind)
	require.Equal(t, "the password was changed meanwhile", events[0].Reason)
	_, err := h.login(t.Context(), "john", newPassword)
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	require.False(t, h.admits(t, g))
}

// The session that asked is fitted to the password it set, and to no later one.
func TestAPasswordSetRightAfterEndsTheSession(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	reads := 0
	h.store.on("AccountByLogin", func() error {
		if reads++; reads == 2 {
			other := auth.NewSecret("v1:set by the host")
			require.NoError(t, h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &other}))
		}
		return nil
	})
	require.NoError(t, h.change(t.Context(), g, rightPassword, newPassword))
	require.Equal(t, 2, reads, "the account is read again once the hash is written")
	require.False(t, h.admits(t, g))
}

func TestAnAccountThatNeverStandsStill(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	version := "v1:"
	h.store.on("UpdateAccount", func() error {
		next := "x" + version
		require.NoError(t, h.store.Store.UpgradePassword(t.Context(), h.john.ID, auth.NewSecret(version+rightPassword), auth.NewSecret(next+rightPassword)))
		version = next
		return nil
	})
	require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable)
	require.Equal(t, 3, h.store.count("UpdateAccount"), "it is tried three times")
}

// What fails once the account has moved on fails the change.
func TestAFaultAfterAnUpgradeInTheMidstOfAChange(t *testing.T) {
	for what, fail := range map[string]func(h *house){
		"the account cannot be read again":      func(h *house) { h.store.on("AccountByLogin", func() error { return errDown }) },
		"the password cannot be compared again": func(h *house) { h.hasher.fail.Store(&errDown) },
	} {
		h := newHouse(t)
		g := h.mustLogin(t)
		h.store.on("UpdateAccount", once(func() {
			require.NoError(t, h.store.Store.UpgradePassword(t.Context(), h.john.ID, auth.NewSecret("v1:"+rightPassword), auth.NewSecret("v2:"+rightPassword)))
			fail(h)
		}))
		require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable, what)
	}
}

// A name that changes hands between two reads leads to nobody else's account.
func TestAChangeOfAnAccountWhoseNameIsAnothersNow(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.store.on("AccountByLogin", once(func() {
		require.NoError(t, h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Username: ptr("johnny")}))
		_, err := auth.NewAccounts(h.store.Store, h.Service).Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
	}))
	require.ErrorIs(t, h.change(t.Context(), g, rightPassword, newPassword), auth.ErrUnavailable)
	for _, name := range []string{"john", "johnny"} {
		a, err := h.store.Store.AccountByLogin(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, "v1:"+rightPassword, a.PasswordHash.Reveal(), name)
	}
}

// aged is two nodes, and a session on the first that was made under John's
// hash, which then went stale: the next login makes it anew.
func aged(t *testing.T) (h, other *house, mine *auth.Grant) {
	t.Helper()
	store := &faulty{Store: memory.New()}
	h, other = openHouse(t, store), openHouse(t, store)
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	mine = h.mustLogin(t)
	require.NoError(t, store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	require.NoError(t, store.Store.RestampSessions(t.Context(), h.john.ID, auth.StampOf("v1:"+rightPassword), auth.StampOf(old.Reveal())))
	require.True(t, h.admits(t, mine))
	return h, other, mine
}

// A login on another node upgrades the hash and restamps the sessions at any
// call of a change: who changes the password stays signed in.
func TestALoginUpgradesAtAnyCallOfAChange(t *testing.T) {
	for _, method := range []string{"UserByID", "AccountByLogin", "SessionByID", "RestampSessions", "EndUserSessions", "UpdateAccount"} {
		h, other, mine := aged(t)
		h.store.on(method, func() error {
			h.store.on(method, nil)
			other.mustLogin(t)
			return nil
		})
		require.NoError(t, h.change(t.Context(), mine, rightPassword, newPassword), method)
		require.True(t, h.admits(t, mine), "an upgrade at %s ended the session that asked", method)
		require.Len(t, h.listed(t), 1, method)
	}
}

// Between the two steps of an upgrade no session has the user's stamp.
func TestAChangeBetweenTheStepsOfAnUpgrade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other, mine := aged(t)
		changed := make(chan error, 1)
		h.store.on("RestampSessions", func() error {
			h.store.on("RestampSessions", nil)
			go func() { changed <- h.change(t.Context(), mine, rightPassword, newPassword) }()
			time.Sleep(30 * time.Millisecond)
			return nil
		})
		other.mustLogin(t)
		require.NoError(t, <-changed)
		require.True(t, h.admits(t, mine))
	})
}

// Somebody clicks twice: the first change is made, the second finds another
// password, and the session they share lives on.
func TestTheSameChangeAskedForTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		h, other := openHouse(t, store), openHouse(t, store)
		mine := h.mustLogin(t)
		second, made := make(chan error, 1), make(chan struct{})
		writes := 0
		store.on("UpdateAccount", func() error {
			if writes++; writes == 2 {
				<-made
				return nil
			}
			go func() { second <- other.change(t.Context(), mine, rightPassword, newPassword+"!") }()
			time.Sleep(time.Millisecond)
			return nil
		})
		require.NoError(t, h.change(t.Context(), mine, rightPassword, newPassword))
		close(made)
		require.Equal(t, auth.ErrWrongPassword, <-second)
		require.True(t, h.admits(t, mine), "the one session is fitted to the password that was set")
	})
}

// later runs f once the session that asks has been looked at, and before the
// first step that touches it.
func later(h *house, f func()) {
	reads := 0
	h.store.on("SessionByID", func() error {
		if reads++; reads == 2 {
			h.store.on("SessionByID", nil)
			f()
		}
		return nil
	})
}

func TestAChangeThatComesLateSpoilsNothing(t *testing.T) {
	h := newHouse(t)
	mine := h.mustLogin(t)
	later(h, func() { require.NoError(t, h.change(t.Context(), mine, rightPassword, newPassword)) })
	require.Equal(t, auth.ErrWrongPassword, h.change(t.Context(), mine, rightPassword, newPassword+"!"))
	require.True(t, h.admits(t, mine), "it is not fitted to a hash that is no more")
}

func TestASessionThatEndedMeanwhileChangesNothing(t *testing.T) {
	h := newHouse(t)
	mine := h.mustLogin(t)
	later(h, func() { require.NoError(t, h.Logout(t.Context(), mine.Token)) })
	require.Equal(t, auth.ErrInvalidToken, h.change(t.Context(), mine, rightPassword, newPassword))
	h.mustLogin(t)
}
