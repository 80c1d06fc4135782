package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635) and 20
// (ZITADEL CVE-2024-47000, Gitea CVE-2026-58422, Grafana CVE-2026-33381): on
// another node, at the very next request.
func TestEveryChangeHoldsAtTheNextRequest(t *testing.T) {
	for what, change := range map[string]func(h *house, g *auth.Grant) error{
		"logout": func(h *house, g *auth.Grant) error { return h.Logout(context.Background(), g.Token) },
		"session ended": func(h *house, g *auth.Grant) error {
			return h.EndSession(context.Background(), h.john.ID, g.Identity.Session.ID)
		},
		"all ended": func(h *house, g *auth.Grant) error {
			return h.EndUserSessions(context.Background(), h.john.ID, "")
		},
		"password": func(h *house, g *auth.Grant) error {
			return h.accounts.SetPassword(context.Background(), h.john.ID, auth.NewSecret("gravel tulip monsoon"))
		},
		"demoted": func(h *house, g *auth.Grant) error {
			return h.accounts.SetRole(context.Background(), h.john.ID, auth.RoleUser)
		},
		"disabled": func(h *house, g *auth.Grant) error {
			return h.accounts.SetActive(context.Background(), h.john.ID, false)
		},
		"deleted": func(h *house, g *auth.Grant) error { return h.accounts.Delete(context.Background(), h.john.ID) },
		"password set by the host's own code": func(h *house, g *auth.Grant) error {
			return h.store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{PasswordHash: ptr(auth.NewSecret("v1:other"))})
		},
		"disabled by the host's own code": func(h *house, g *auth.Grant) error {
			return h.store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Active: ptr(false)})
		},
		"a role nobody knows": func(h *house, g *auth.Grant) error {
			return h.store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Role: ptr(auth.Role("admin "))})
		},
	} {
		for _, reader := range []string{"two reads", "one query"} {
			t.Run(what+", "+reader, func(t *testing.T) {
				store := &faulty{Store: memory.New()}
				a := openHouse(t, store)
				b := openHouse(t, store, func(o *auth.Options) {
					if reader == "one query" {
						o.Identity = store
					}
				})
				g := a.mustLogin(t)
				id, err := b.Validate(t.Context(), g.Token, 0)
				require.NoError(t, err)
				require.Equal(t, auth.RoleAdmin, id.User.Role)
				require.NoError(t, change(a, g))
				id, err = b.Validate(t.Context(), g.Token, 0)
				require.Equal(t, auth.ErrInvalidToken, err)
				require.Nil(t, id)
			})
		}
	}
}

func TestARoleChangedByTheHostHoldsAtTheNextRequest(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Role: ptr(auth.RoleUser)}))
	id, err := h.Validate(t.Context(), g.Token, 0)
	require.NoError(t, err)
	require.Equal(t, auth.RoleUser, id.User.Role, "the role comes from the store, never from the token")
}

// What a store cannot make sense of lets nobody in, whatever else it says, and
// the record names it.
func TestWhatIsUnknownOfAUserIsRefusedAndReported(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.store.unknown = map[string]string{"john": "active value"}
	h.events.take()
	id, err := h.Validate(t.Context(), g.Token, 0)
	require.Nil(t, id)
	require.Equal(t, auth.ErrInvalidToken, err)
	events := h.events.take()
	require.Len(t, events, 1)
	require.Equal(t, auth.EventFault, events[0].Kind)
	require.Equal(t, h.john.ID, events[0].UserID)
	require.Equal(t, "the store answered an unknown active value", events[0].Reason)
	g, err = h.login(t.Context(), "john", rightPassword)
	require.Nil(t, g, "an active user of whom something is unknown")
	require.Equal(t, auth.ErrInvalidCredentials, err)
}

// A client may ask as often as it likes: the record says so seldom, and how
// often it was.
func TestWhatIsUnknownOfAUserIsReportedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		g := h.mustLogin(t)
		ask := func(unknown string, times int) []auth.Event {
			h.events.take()
			h.store.unknown = map[string]string{"john": unknown}
			for range times {
				_, err := h.Validate(t.Context(), g.Token, 0)
				require.Equal(t, auth.ErrInvalidToken, err)
			}
			return h.events.take()
		}
		told := ask("active value", 500)
		require.Len(t, told, 1)
		require.Equal(t, 1, told[0].Count)
		require.Len(t, ask("role", 2), 1, "another thing is news of its own")
		time.Sleep(10 * time.Second)
		told = ask("active value", 2)
		require.Len(t, told, 1)
		require.Equal(t, 500, told[0].Count, "the 499 not told of, and this one")
	})
}

// LESSONS 20 (Gitea CVE-2026-58422, Grafana CVE-2026-33381): a login that is
// under way while a user is demoted and disabled writes neither back.
func TestALoginWritesNeitherRoleNorActive(t *testing.T) {
	h := newHouse(t)
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
	for _, method := range []string{"UpgradePassword", "RecordLogin"} {
		h.store.on(method, func() error {
			return h.store.Store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{Active: ptr(false), Role: ptr(auth.RoleUser)})
		})
		_, _ = h.login(t.Context(), "john", rightPassword)
		require.Positive(t, h.store.count(method), "the login got so far")
		user, err := h.store.UserByID(t.Context(), h.john.ID)
		require.NoError(t, err)
		require.False(t, user.Active, method)
		require.Equal(t, auth.RoleUser, user.Role, method)
		h.store.on(method, nil)
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{Active: ptr(true), Role: ptr(auth.RoleAdmin)}))
	}
}

func TestADisabledUsersSessionsDoNotComeBack(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	require.NoError(t, h.accounts.SetActive(t.Context(), h.john.ID, false))
	require.NoError(t, h.accounts.SetActive(t.Context(), h.john.ID, true))
	_, err := h.Validate(t.Context(), g.Token, 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
	h.mustLogin(t)
}

func TestASessionEndsAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		g := h.mustLogin(t)
		time.Sleep(24*time.Hour - time.Second)
		_, err := h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err)
		time.Sleep(time.Second)
		for _, age := range []time.Duration{0, time.Minute} {
			_, err = h.Validate(t.Context(), g.Token, age)
			require.ErrorIs(t, err, auth.ErrInvalidToken)
		}
	})
}

func TestAnExpiredTokenStillLogsOut(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	p := strings.Split(g.Token, "|")
	p[4] = "2001-01-01T00:00:00Z"
	expired := strings.Join(p, "|")
	_, err := h.Validate(t.Context(), expired, 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
	require.NoError(t, h.Logout(t.Context(), expired))
	_, err = h.Validate(t.Context(), g.Token, 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
}

func TestLogoutTakesAnything(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.events.take()
	for _, token := range []string{"", "garbage", "theirs|1|2|3|4"} {
		require.NoError(t, h.Logout(t.Context(), token))
	}
	require.Empty(t, h.events.kinds(), "a token that is not ours touches nothing")
	require.NoError(t, h.Logout(t.Context(), g.Token))
	require.NoError(t, h.Logout(t.Context(), g.Token), "again is no error")
}

func TestATokenOfAnotherUserIsRefused(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	_, err := h.Validate(t.Context(), strings.Replace(g.Token, h.john.ID, "somebody-else", 1), 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
}

func TestMaxAgeBoundsWhatIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		a, b := openHouse(t, store), openHouse(t, store)
		g := a.mustLogin(t)
		valid := func(n *house, age time.Duration) bool {
			_, err := n.Validate(t.Context(), g.Token, age)
			return err == nil
		}
		require.True(t, valid(b, 1))
		read := store.count("SessionByID")
		require.True(t, valid(b, 1), "a nanosecond is an age too")
		require.Equal(t, read, store.count("SessionByID"))
		time.Sleep(4 * time.Second)
		require.True(t, valid(b, 5*time.Second))
		require.Equal(t, read, store.count("SessionByID"), "what is recent enough is not read again")
		require.True(t, valid(a, 5*time.Second))
		require.NoError(t, a.Logout(t.Context(), g.Token))
		require.False(t, valid(a, 5*time.Second), "this node knows at once")
		require.True(t, valid(b, 5*time.Second), "the other within the age the caller accepts")
		require.False(t, valid(b, 0), "the caller chooses")
		require.False(t, valid(b, 3*time.Second))
		time.Sleep(time.Second)
		require.False(t, valid(b, 5*time.Second))
	})
}

func TestThisNodeForgetsAUsersSessionsAtOnce(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	_, err := h.Validate(t.Context(), g.Token, time.Minute)
	require.NoError(t, err)
	require.NoError(t, h.EndUserSessions(t.Context(), h.john.ID, ""))
	_, err = h.Validate(t.Context(), g.Token, time.Minute)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
}

func TestMaxAgeIsAtMostAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		a, b := openHouse(t, store), openHouse(t, store)
		g := a.mustLogin(t)
		_, err := b.Validate(t.Context(), g.Token, time.Hour)
		require.NoError(t, err)
		require.NoError(t, a.Logout(t.Context(), g.Token))
		time.Sleep(time.Minute)
		_, err = b.Validate(t.Context(), g.Token, time.Hour)
		require.ErrorIs(t, err, auth.ErrInvalidToken)
	})
}

// A cached identity is nobody's to change.
func TestCallersCannotChangeWhatIsRemembered(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	for range 3 {
		id, err := h.Validate(t.Context(), g.Token, time.Minute)
		require.NoError(t, err)
		require.Equal(t, auth.RoleAdmin, id.User.Role)
		id.User.Role = auth.RoleSuperAdmin
	}
}

// A login that upgrades a hash changes the user a moment before the sessions;
// a request in between waits that moment out.
func TestAnUpgradeInFlightLogsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		g := h.mustLogin(t)
		upgraded := auth.NewSecret("v2:" + rightPassword)
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &upgraded}))
		go func() {
			time.Sleep(50 * time.Millisecond)
			_ = h.store.RestampSessions(context.Background(), h.john.ID, g.Identity.Session.Stamp, auth.StampOf(upgraded.Reveal()))
		}()
		id, err := h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err)
		require.Equal(t, time.Now(), id.ReadAt, "what is cached is as old as the last read, not as the first")
	})
}

func TestAFaultInValidationIs503AndLogsNobodyOut(t *testing.T) {
	for _, method := range []string{"SessionByID", "UserByID"} {
		h := newHouse(t)
		g := h.mustLogin(t)
		h.store.on(method, func() error { return errors.New("connection refused") })
		id, err := h.Validate(t.Context(), g.Token, 0)
		require.Nil(t, id)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.NotErrorIs(t, err, auth.ErrInvalidToken)
		h.store.on(method, nil)
		_, err = h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err)
	}
}

func TestAFaultOfTheKeySourceIs503(t *testing.T) {
	h := newHouse(t)
	_, err := h.Validate(t.Context(), "keys are down", 0)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorIs(t, h.Logout(t.Context(), "keys are down"), auth.ErrUnavailable)
}

func TestAFaultInLogoutIsSaid(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.store.on("EndSession", func() error { return errors.New("connection refused") })
	require.ErrorIs(t, h.Logout(t.Context(), g.Token), auth.ErrUnavailable)
	require.ErrorIs(t, h.EndSession(t.Context(), h.john.ID, g.Identity.Session.ID), auth.ErrUnavailable)
}

func TestAStoreCallIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		g := h.mustLogin(t)
		h.store.on("SessionByID", func() error { time.Sleep(4 * time.Second); return context.DeadlineExceeded })
		_, err := h.Validate(t.Context(), g.Token, 0)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		synctest.Wait()
	})
}

func TestLastSeenMovesAboutOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		g := h.mustLogin(t)
		for range 600 {
			time.Sleep(time.Second)
			_, err := h.Validate(t.Context(), g.Token, 0)
			require.NoError(t, err)
			synctest.Wait()
		}
		require.Equal(t, 10, h.store.count("TouchSession"))
		sessions, err := h.Sessions(t.Context(), h.john.ID)
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), sessions[0].LastSeen, time.Minute)

		h.store.on("TouchSession", func() error { return errors.New("read only") })
		time.Sleep(2 * time.Minute)
		_, err = h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err, "what is only noted keeps nobody out")
		synctest.Wait()
	})
}

func TestSomebodyElsesSessionCannotBeEnded(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	require.ErrorIs(t, h.EndSession(t.Context(), "somebody-else", g.Identity.Session.ID), auth.ErrSessionNotFound)
	require.ErrorIs(t, h.EndSession(t.Context(), h.john.ID, "unknown"), auth.ErrSessionNotFound)
	_, err := h.Validate(t.Context(), g.Token, 0)
	require.NoError(t, err)
}
