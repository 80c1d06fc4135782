package auth_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

func most(n int) func(*auth.Options) { return func(o *auth.Options) { o.MaxSessions = n } }

func idle(d time.Duration) func(*auth.Options) { return func(o *auth.Options) { o.IdleLimit = d } }

func TestALoginBeyondTheLimitEndsTheOldest(t *testing.T) {
	h := newHouse(t, most(3))
	var grants []*auth.Grant
	for range 5 {
		grants = append(grants, h.mustLogin(t))
	}
	h.login(t.Context(), "john", "wrong")
	for i, g := range grants {
		require.Equal(t, i >= 2, h.admits(t, g), "session %d of five, at most three", i+1)
	}
	var ended []string
	for _, e := range h.events.take() {
		if e.Kind == auth.EventSessionEnded {
			require.Equal(t, "more sessions than a user may have", e.Reason)
			require.Equal(t, h.john.ID, e.UserID)
			ended = append(ended, e.SessionID)
		}
	}
	require.Equal(t, []string{grants[0].Identity.Session.ID, grants[1].Identity.Session.ID}, ended)
	mary, err := h.accounts.Create(t.Context(), auth.NewAccount{Username: "mary", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	_, err = h.login(t.Context(), mary.Username, rightPassword)
	require.NoError(t, err)
	require.Len(t, h.listed(t), 3, "another user's logins end nobody else's sessions")
}

func TestWithoutALimitAllSessionsLive(t *testing.T) {
	h := newHouse(t)
	for range 50 {
		h.mustLogin(t)
	}
	require.Len(t, h.listed(t), 50)
	require.Equal(t, 1, h.store.count("SessionsByUser"), "and none are counted")
}

// At the same moment on three nodes: when all have been answered exactly the
// limit is left, and never more than that can be used, which is looked for
// after each login among the tokens shown by then.
func TestParallelLoginsKeepExactlyTheLimit(t *testing.T) {
	const limit = 4
	store := &faulty{Store: memory.New()}
	nodes := []*house{openHouse(t, store, most(limit)), openHouse(t, store, most(limit)), openHouse(t, store, most(limit))}
	var mu sync.Mutex
	shown := map[string]*auth.Grant{}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			g, err := nodes[i%3].login(t.Context(), "john", rightPassword)
			if err != nil {
				t.Errorf("a right login was refused: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			shown[g.Identity.Session.ID] = g
			usable := 0
			for _, id := range nodes[0].listed(t) {
				if shown[id] != nil {
					usable++
				}
			}
			if usable > limit {
				t.Errorf("%d sessions can be used", usable)
			}
		})
	}
	wg.Wait()
	live := 0
	for _, g := range shown {
		if nodes[1].admits(t, g) {
			live++
		}
	}
	require.Equal(t, limit, live)
	require.Len(t, nodes[2].listed(t), limit)
}

// A login on a node whose clock is behind does not end its own session.
func TestClocksThatDifferLockNobodyOut(t *testing.T) {
	h := newHouse(t, most(2))
	now := time.Now().UTC()
	for i := range 2 {
		require.NoError(t, h.store.CreateSession(t.Context(), &auth.Session{
			ID: fmt.Sprintf("ahead-%d", i), UserID: h.john.ID, Stamp: h.john.Stamp,
			CreatedAt: now.Add(time.Minute), LastSeen: now, ExpiresAt: now.Add(time.Hour),
		}))
	}
	g := h.mustLogin(t)
	require.True(t, h.admits(t, g))
	require.Len(t, h.listed(t), 2)
	require.WithinDuration(t, now.Add(24*time.Hour), g.Identity.Session.ExpiresAt, 10*time.Second, "its life is counted from now")
}

// A session that has idled out is no session any more: it takes nobody's place.
func TestAnIdleSessionIsEndedBeforeOneInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, most(2), idle(10*time.Minute))
		used := h.mustLogin(t)
		time.Sleep(time.Second)
		forgotten := h.mustLogin(t)
		for range 3 {
			time.Sleep(4 * time.Minute)
			require.True(t, h.admits(t, used))
		}
		fresh := h.mustLogin(t)
		require.True(t, h.admits(t, used), "the older session is the one in use")
		require.True(t, h.admits(t, fresh))
		require.False(t, h.admits(t, forgotten))
		require.Equal(t, [][3]string{{string(auth.EventSessionEnded), "not used for too long", forgotten.Identity.Session.ID}}, h.ended())
	})
}

// Where CreatedAt has to be ahead, the time of the login is told as it is.
func TestTheLastLoginIsNow(t *testing.T) {
	h := newHouse(t, most(2))
	now := time.Now().UTC()
	require.NoError(t, h.store.CreateSession(t.Context(), &auth.Session{
		ID: "ahead", UserID: h.john.ID, Stamp: h.john.Stamp,
		CreatedAt: now.Add(time.Hour), LastSeen: now, ExpiresAt: now.Add(2 * time.Hour),
	}))
	g := h.mustLogin(t)
	require.WithinDuration(t, now, g.Identity.User.LastLogin, 10*time.Second)
	user, err := h.store.UserByID(t.Context(), h.john.ID)
	require.NoError(t, err)
	require.WithinDuration(t, now, user.LastLogin, 10*time.Second)
}

func TestAFaultWhileMakingRoomIs503(t *testing.T) {
	for _, method := range []string{"SessionsByUser", "EndSession"} {
		h := newHouse(t, most(1), func(o *auth.Options) { o.AccountLimit.Max = 2 })
		first := h.mustLogin(t)
		for range 5 {
			h.store.on(method, func() error { return errors.New("connection refused") })
			g, err := h.login(t.Context(), "john", rightPassword)
			require.Nil(t, g)
			require.ErrorIs(t, err, auth.ErrUnavailable)
		}
		h.store.on(method, nil)
		require.True(t, h.admits(t, first), method)
		h.mustLogin(t)
		require.Len(t, h.listed(t), 1, method)
	}
}

// Sessions that cannot be counted before a login are not counted on after it:
// none is made that may be one too many.
func TestALoginThatCannotCountSessionsIs503(t *testing.T) {
	for nth, made := range map[int]int{1: 0, 2: 1} {
		h := newHouse(t, most(1))
		n := 0
		h.store.on("SessionsByUser", func() error {
			if n++; n == nth {
				return errDown
			}
			return nil
		})
		g, err := h.login(t.Context(), "john", rightPassword)
		require.Nil(t, g)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.Equal(t, made, h.store.count("CreateSession"))
		require.Empty(t, h.listed(t))
	}
}

// crowd is a store that has four more sessions of the moment of each login, and
// gives those of one moment in any order.
type crowd struct {
	*faulty
	seed uint64
}

func (s crowd) CreateSession(ctx context.Context, session *auth.Session) error {
	for _, id := range []string{"0", "1", "a", "b"} {
		rival := *session
		rival.ID = id
		if err := s.Store.CreateSession(ctx, &rival); err != nil {
			return err
		}
	}
	return s.Store.CreateSession(ctx, session)
}

func (s crowd) SessionsByUser(ctx context.Context, id string) ([]auth.Session, error) {
	sessions, err := s.Store.SessionsByUser(ctx, id)
	rand.New(rand.NewPCG(s.seed, 0)).Shuffle(len(sessions), func(i, j int) { sessions[i], sessions[j] = sessions[j], sessions[i] })
	return sessions, err
}

// Of the logins at the same moment each keeps those that the others keep, in
// whatever order a store has them.
func TestLoginsAtTheSameMomentRankAlike(t *testing.T) {
	for seed := range uint64(100) {
		h := newHouse(t)
		svc, err := auth.New(crowd{h.store, seed}, plainTokens{}, &auth.Options{Hasher: h.hasher, Auditor: h.events, MaxSessions: 3})
		require.NoError(t, err)
		g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"0", "1", g.Identity.Session.ID}, h.listed(t), "those with the first IDs")
	}
}

func TestAnIdleSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		h := openHouse(t, store, idle(10*time.Minute))
		fast := openHouse(t, store, idle(10*time.Minute), func(o *auth.Options) { o.Identity = store })
		used, left := h.mustLogin(t), h.mustLogin(t)
		h.events.take()
		for range 12 {
			time.Sleep(9*time.Minute - time.Second)
			require.True(t, fast.admits(t, used), "what is used lives, for hours")
			if time.Since(left.Identity.Session.CreatedAt) < 9*time.Minute {
				require.Len(t, h.listed(t), 2)
				continue
			}
			require.Equal(t, []string{used.Identity.Session.ID}, h.listed(t), "an idle session is not in the list")
		}
		require.Empty(t, h.events.take(), "nobody has asked yet")
		_, err := h.store.SessionByID(t.Context(), left.Identity.Session.ID)
		require.NoError(t, err)
		require.False(t, h.admits(t, left), "it is refused when it is used")
		_, err = h.store.SessionByID(t.Context(), left.Identity.Session.ID)
		require.ErrorIs(t, err, auth.ErrSessionNotFound, "and ended")
		events := h.events.take()
		require.Len(t, events, 1)
		require.Equal(t, auth.EventSessionEnded, events[0].Kind)
		require.Equal(t, "not used for too long", events[0].Reason)
		require.Equal(t, left.Identity.Session.ID, events[0].SessionID)
		time.Sleep(10 * time.Minute)
		require.False(t, fast.admits(t, used), "exactly the limit is too long")
	})
}

func TestTheAbsoluteLimitHoldsForWhoIsNeverIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, idle(time.Hour))
		g := h.mustLogin(t)
		for range 47 {
			time.Sleep(30 * time.Minute)
			require.True(t, h.admits(t, g))
		}
		time.Sleep(30 * time.Minute)
		require.False(t, h.admits(t, g))
	})
}

// A caller that accepts an older identity neither ends a session early nor
// keeps an idle one, and its session's use is noted no more often.
func TestTheIdleLimitWithACache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, idle(5*time.Minute))
		g := h.mustLogin(t)
		time.Sleep(30 * time.Second) // what is cached then was last seen before that
		for range 3600 {
			time.Sleep(time.Second)
			_, err := h.Validate(t.Context(), g.Token, time.Minute)
			require.NoError(t, err)
		}
		require.InDelta(t, 60, h.store.count("TouchSession"), 1, "once a minute")
		for range 20 {
			time.Sleep(5*time.Minute - touchSlack)
			_, err := h.Validate(t.Context(), g.Token, time.Minute)
			require.NoError(t, err, "used within the limit, less what LastSeen may lag")
		}
		time.Sleep(5 * time.Minute)
		_, err := h.Validate(t.Context(), g.Token, time.Minute)
		require.ErrorIs(t, err, auth.ErrInvalidToken)
	})
}

// touchSlack is how much LastSeen may lag: a minute.
const touchSlack = time.Minute

// A store that does not take the note would have the session end later,
// although it was used.
func TestWithAnIdleLimitAUseThatCannotBeNotedIs503(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, idle(5*time.Minute))
		g := h.mustLogin(t)
		time.Sleep(2 * time.Minute)
		h.store.on("TouchSession", func() error { return errors.New("read only") })
		_, err := h.Validate(t.Context(), g.Token, 0)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		h.store.on("TouchSession", nil)
		require.True(t, h.admits(t, g))
		synctest.Wait()
	})
}

func TestAnIdleSessionThatCannotBeEndedIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, idle(5*time.Minute))
		g := h.mustLogin(t)
		time.Sleep(5 * time.Minute)
		h.store.on("EndSession", func() error { return errors.New("read only") })
		require.False(t, h.admits(t, g))
		synctest.Wait()
	})
}

// LESSONS 19 and 20: the list is what Validate would say of each.
func TestTheListTellsWhatLives(t *testing.T) {
	for what, c := range map[string]struct {
		change func(h *house, g *auth.Grant) error
		left   int
	}{
		"one ended": {func(h *house, g *auth.Grant) error {
			return h.EndSession(context.Background(), h.john.ID, g.Identity.Session.ID)
		}, 1},
		"logout": {func(h *house, g *auth.Grant) error { return h.Logout(context.Background(), g.Token) }, 1},
		"the others ended": {func(h *house, g *auth.Grant) error {
			return h.EndUserSessions(context.Background(), h.john.ID, g.Identity.Session.ID)
		}, 1},
		"password": {func(h *house, _ *auth.Grant) error {
			return h.accounts.SetPassword(context.Background(), h.john.ID, auth.NewSecret(newPassword))
		}, 0},
		"own password": {func(h *house, g *auth.Grant) error {
			return h.change(context.Background(), g, rightPassword, newPassword)
		}, 1},
		"role": {func(h *house, _ *auth.Grant) error {
			return h.accounts.SetRole(context.Background(), h.john.ID, auth.RoleUser)
		}, 0},
		"disabled": {func(h *house, _ *auth.Grant) error {
			return h.accounts.SetActive(context.Background(), h.john.ID, false)
		}, 0},
		"deleted": {func(h *house, _ *auth.Grant) error { return h.accounts.Delete(context.Background(), h.john.ID) }, 0},
		"deleted by the host's own code": {func(h *house, _ *auth.Grant) error {
			return h.store.DeleteAccount(context.Background(), h.john.ID)
		}, 0},
		"password set by the host's own code": {func(h *house, _ *auth.Grant) error {
			return h.store.UpdateAccount(context.Background(), h.john.ID, auth.AccountChange{PasswordHash: ptr(auth.NewSecret("v1:other"))})
		}, 0},
	} {
		h := newHouse(t)
		g, _ := h.mustLogin(t), h.mustLogin(t)
		require.Len(t, h.listed(t), 2)
		require.NoError(t, c.change(h, g), what)
		require.Len(t, h.listed(t), c.left, what)
	}
	h := newHouse(t)
	for _, method := range []string{"SessionsByUser", "UserByID"} {
		h.store.on(method, func() error { return errors.New("connection refused") })
		_, err := h.Sessions(t.Context(), h.john.ID)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		h.store.on(method, nil)
	}
}

func TestLimitsThatCannotBe(t *testing.T) {
	for _, o := range []auth.Options{{MaxSessions: -1}, {IdleLimit: -1}, {IdleLimit: time.Second}, {IdleLimit: 5*time.Minute - 1}} {
		_, err := auth.New(memory.New(), plainTokens{}, &o)
		require.Error(t, err, "%+v", o)
	}
	_, err := auth.New(memory.New(), plainTokens{}, &auth.Options{Hasher: new(plainHasher), MaxSessions: 1, IdleLimit: 5 * time.Minute})
	require.NoError(t, err)
}
