package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

func (h *house) loginInPlaceOf(tokens ...string) (*auth.Grant, error) {
	return h.Login(context.Background(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home, Replaces: tokens})
}

// ended lists the sessions that the record says have ended, with the kind and
// the reason.
func (h *house) ended() (ended [][3]string) {
	for _, e := range h.events.take() {
		if e.Kind == auth.EventLogout || e.Kind == auth.EventSessionEnded {
			ended = append(ended, [3]string{string(e.Kind), e.Reason, e.SessionID})
		}
	}
	return ended
}

// faults lists what the record says has failed.
func (h *house) faults() (operations []string) {
	for _, e := range h.events.take() {
		if e.Kind == auth.EventFault {
			operations = append(operations, e.Reason)
		}
	}
	return operations
}

func TestALoginTakesThePlaceOfTheSessionItReplaces(t *testing.T) {
	h := newHouse(t, most(3))
	oldest, given, other := h.mustLogin(t), h.mustLogin(t), h.mustLogin(t)
	_, err := h.Validate(t.Context(), given.Token, time.Minute)
	require.NoError(t, err)
	h.events.take()
	fresh, err := h.loginInPlaceOf(given.Token)
	require.NoError(t, err)
	_, err = h.Validate(t.Context(), given.Token, time.Minute)
	require.ErrorIs(t, err, auth.ErrInvalidToken, "at once, whatever age a caller accepts")
	for _, g := range []*auth.Grant{oldest, other, fresh} {
		require.True(t, h.admits(t, g), "there was room once the replaced one was gone")
	}
	require.Equal(t, [][3]string{{string(auth.EventLogout), "", given.Identity.Session.ID}}, h.ended())

	unlimited := newHouse(t)
	first, second, third := unlimited.mustLogin(t), unlimited.mustLogin(t), unlimited.mustLogin(t)
	_, err = unlimited.loginInPlaceOf(first.Token, second.Token)
	require.NoError(t, err)
	require.Len(t, unlimited.listed(t), 2, "all that it carried, and no other")
	require.True(t, unlimited.admits(t, third))
	require.Equal(t, 1, unlimited.store.count("SessionsByUser"), "without a limit none are counted")
}

// Whoever's it was, a browser that logs in gives it up.
func TestALoginEndsSomebodyElsesSessionToo(t *testing.T) {
	h := newHouse(t, most(1))
	_, err := h.accounts.Create(t.Context(), auth.NewAccount{Username: "mary", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	marys, err := h.login(t.Context(), "mary", rightPassword)
	require.NoError(t, err)
	johns := h.mustLogin(t)
	h.events.take()
	fresh, err := h.loginInPlaceOf(marys.Token)
	require.NoError(t, err)
	require.False(t, h.admits(t, marys))
	require.False(t, h.admits(t, johns), "hers makes no room for his")
	require.True(t, h.admits(t, fresh))
	require.Equal(t, [][3]string{
		{string(auth.EventSessionEnded), "more sessions than a user may have", johns.Identity.Session.ID},
		{string(auth.EventLogout), "", marys.Identity.Session.ID},
	}, h.ended())
}

func TestATokenThatIsNotOursReplacesNothing(t *testing.T) {
	h := newHouse(t, most(2))
	g := h.mustLogin(t)
	fresh, err := h.loginInPlaceOf("theirs|"+g.Identity.Session.ID+"|x|y|z", "", g.Identity.Session.ID)
	require.NoError(t, err)
	require.True(t, h.admits(t, g))
	require.True(t, h.admits(t, fresh))
}

func TestALoginThatFailsReplacesNothing(t *testing.T) {
	h := newHouse(t, most(2), func(o *auth.Options) { o.AccountLimit.Max = 1 })
	g := h.mustLogin(t)
	for _, want := range []error{auth.ErrInvalidCredentials, auth.ErrThrottled} {
		_, err := h.Login(t.Context(), auth.LoginRequest{Login: "john", Password: "wrong", Remote: home, Replaces: []string{g.Token}})
		require.ErrorIs(t, err, want)
		require.True(t, h.admits(t, g))
	}

	h = newHouse(t, most(2))
	g = h.mustLogin(t)
	h.store.on("SessionsByUser", func() error { return errors.New("connection refused") })
	_, err := h.loginInPlaceOf(g.Token)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	h.store.on("SessionsByUser", nil)
	require.True(t, h.admits(t, g))

	svc, err := auth.New(h.store, noTokens{}, &auth.Options{Hasher: h.hasher, Auditor: h.events})
	require.NoError(t, err)
	_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home, Replaces: []string{g.Token}})
	require.ErrorIs(t, err, auth.ErrUnavailable, "no token can be issued")
	require.True(t, h.admits(t, g))
	require.Len(t, h.listed(t), 1)
}

// What a client gave up for a login that is then refused for a fault is still
// its own.
func TestALoginThatCannotMakeRoomReplacesNothing(t *testing.T) {
	h := newHouse(t)
	given, other := h.mustLogin(t), h.mustLogin(t) // one more than there may be from now on
	svc, err := auth.New(h.store, plainTokens{}, &auth.Options{Hasher: h.hasher, Auditor: h.events, MaxSessions: 1})
	require.NoError(t, err)
	h.store.on("EndSession", func() error { return errors.New("connection refused") })
	_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home, Replaces: []string{other.Token}})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.Equal(t, 2, h.store.count("EndSession"), "the surplus one, and the one just made")
	h.store.on("EndSession", nil)
	require.True(t, h.admits(t, given))
	require.True(t, h.admits(t, other))
}

// What is neither ended nor has room is one session too many.
func TestALoginThatCanReplaceNothingAndHasNoRoom(t *testing.T) {
	h := newHouse(t, most(1))
	given := h.mustLogin(t)
	h.store.on("EndSession", func() error { return errors.New("connection refused") })
	_, err := h.loginInPlaceOf(given.Token)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	h.store.on("EndSession", nil)
	require.True(t, h.admits(t, given))
}

func TestALoginThatReplacesNothingListsSessionsTwice(t *testing.T) {
	h := newHouse(t, most(3))
	h.mustLogin(t)
	require.Equal(t, 2, h.store.count("SessionsByUser"), "before it is made, and for what is beyond the limit")
}

// A client that carries many tokens has no more of them looked at than a few,
// and none twice.
func TestALoginReplacesAFew(t *testing.T) {
	h := newHouse(t)
	var tokens []string
	for range 6 {
		g := h.mustLogin(t)
		tokens = append(tokens, g.Token, g.Token)
	}
	h.events.take()
	_, err := h.loginInPlaceOf(tokens...)
	require.NoError(t, err)
	require.Len(t, h.ended(), 4)
	require.Len(t, h.listed(t), 3, "two that were not looked at, and the new one")
	require.Equal(t, 4, h.store.count("EndSession"))
}

// A dead token ends nothing, however often it is shown.
func TestALogoutIsToldOnce(t *testing.T) {
	h := newHouse(t)
	one, two := h.mustLogin(t), h.mustLogin(t)
	h.events.take()
	for range 10 {
		require.NoError(t, h.Logout(t.Context(), one.Token))
		require.NoError(t, h.Logout(t.Context(), two.Token))
	}
	require.Equal(t, [][3]string{
		{string(auth.EventLogout), "", one.Identity.Session.ID}, {string(auth.EventLogout), "", two.Identity.Session.ID},
	}, h.ended())
	require.Equal(t, 20, h.store.count("EndSession"), "and ended each time, since that is what counts")

	h.store.on("EndSession", func() error { return errors.New("connection refused") })
	three := h.mustLogin(t)
	h.events.take()
	require.Error(t, h.Logout(t.Context(), three.Token))
	h.store.on("EndSession", nil)
	require.NoError(t, h.Logout(t.Context(), three.Token))
	require.Equal(t, [][3]string{{string(auth.EventLogout), "", three.Identity.Session.ID}}, h.ended(), "once it has ended")
}

// What is remembered for that has a bound.
func TestLogoutsAreRememberedWithinABound(t *testing.T) {
	h := newHouse(t)
	now := time.Now().Truncate(time.Second)
	for n := range auth.MaxLately + 100 {
		token, err := plainTokens{}.Issue(t.Context(), auth.Claims{
			SessionID: fmt.Sprint("s", n), UserID: h.john.ID, IssuedAt: now, ExpiresAt: now.Add(time.Hour),
		})
		require.NoError(t, err)
		require.NoError(t, h.Logout(t.Context(), token))
	}
	require.Equal(t, auth.MaxLately, auth.Logouts(h.Service))
}

// The login has succeeded by then: what becomes of the other session is for the
// record. A limit holds all the same.
func TestAReplacedSessionThatCannotBeEnded(t *testing.T) {
	for what, c := range map[string]struct {
		token string
		fault func() error
		told  string
	}{
		"the store is down":       {"", func() error { return errors.New("connection refused") }, "end session"},
		"the store panics":        {"", panics, "end a replaced session"},
		"it drops the connection": {"", func() error { panic(http.ErrAbortHandler) }, "end a replaced session"},
		"the keys are down":       {"keys are down", func() error { return nil }, "verify token"},
	} {
		synctest.Test(t, func(t *testing.T) {
			for _, limit := range []int{0, 2} {
				h := newHouse(t, most(limit))
				oldest, given := h.mustLogin(t), h.mustLogin(t)
				token := c.token
				if token == "" {
					token = given.Token
				}
				h.events.take()
				calls := 0
				h.store.on("EndSession", func() error {
					if calls++; calls > 1 {
						return nil
					}
					return c.fault()
				})
				fresh, err := h.loginInPlaceOf(token)
				require.NoError(t, err, what)
				synctest.Wait()
				require.Equal(t, []string{c.told}, h.faults(), what)
				h.store.on("EndSession", nil)
				require.True(t, h.admits(t, fresh), what)
				require.True(t, h.admits(t, given), "%s: it lives", what)
				require.Equal(t, limit == 0, h.admits(t, oldest), "%s: what lives counts", what)
			}
		})
	}
}

// The login is answered in time, and the session ends behind the answer.
func TestAReplacedSessionThatTakesLongToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		given := h.mustLogin(t)
		h.store.on("EndSession", func() error {
			time.Sleep(20 * time.Second) // deaf to its context
			return nil
		})
		began := time.Now()
		fresh, err := h.loginInPlaceOf(given.Token)
		require.NoError(t, err)
		require.LessOrEqual(t, time.Since(began), answerWithin)
		require.True(t, h.admits(t, fresh))
		require.True(t, h.admits(t, given))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.False(t, h.admits(t, given))
	})
}
