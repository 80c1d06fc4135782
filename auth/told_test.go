package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// What a login says of itself to the record.
func TestALoginIsToldInFull(t *testing.T) {
	h := newHouse(t)
	g, err := h.Login(t.Context(), auth.LoginRequest{Login: "JOHN", Password: rightPassword, Remote: home, UserAgent: "a\nb\x00c\ufffd é\u202e😀"})
	require.NoError(t, err)
	_, err = h.Login(t.Context(), auth.LoginRequest{Login: "john", Password: "not this one", Remote: home, UserAgent: strings.Repeat("x", 300)})
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	told := h.events.take()
	for i := range told {
		told[i].Time = time.Time{}
	}
	require.Equal(t, []auth.Event{
		{
			Kind: auth.EventLogin, UserID: h.john.ID, Username: "john", SessionID: g.Identity.Session.ID, Remote: home,
			UserAgent: "abc é😀",
		},
		{
			Kind: auth.EventLoginFailed, UserID: h.john.ID, Username: "john", Remote: home, Reason: "wrong password",
			UserAgent: strings.Repeat("x", 256),
		},
	}, told)
}

// Where nothing more can be hashed now, a later login upgrades: that is no fault.
func TestAnUpgradeThatFindsNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		old := auth.NewSecret("v0:" + rightPassword)
		require.NoError(t, h.store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
		svc, err := auth.New(h.store, plainTokens{}, &auth.Options{Hasher: &hashesOnce{}, Auditor: h.events})
		require.NoError(t, err)
		_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []auth.EventKind{auth.EventLogin}, h.events.kinds())
	})
}

// A login whose hash is made anew is good whatever becomes of that; what failed
// is told.
func TestAnUpgradeThatFails(t *testing.T) {
	for _, c := range []struct {
		method   string
		err      error
		compared int64
		want     []auth.EventKind
		reason   string
	}{
		{"", nil, 1, []auth.EventKind{auth.EventPasswordUpgraded, auth.EventLogin}, ""},
		{"UpgradePassword", errDown, 1, []auth.EventKind{auth.EventFault, auth.EventLogin}, "upgrade a hash"},
		{"UpgradePassword", auth.ErrUserChanged, 1, []auth.EventKind{auth.EventLogin}, ""},
		{"UpgradePassword", auth.ErrUserNotFound, 1, []auth.EventKind{auth.EventLogin}, ""},
		{"RestampSessions", errDown, 2, []auth.EventKind{auth.EventFault, auth.EventLogin}, "restamp sessions"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			old := auth.NewSecret("v0:" + rightPassword)
			require.NoError(t, h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &old}))
			if c.method != "" {
				h.store.on(c.method, func() error { return c.err })
			}
			h.mustLogin(t)
			require.Equal(t, c.compared, h.hasher.verified.Load(), "one comparison, and one more for a hash that is not known to be the upgraded one")
			synctest.Wait()
			var kinds []auth.EventKind
			for _, e := range h.events.take() {
				kinds = append(kinds, e.Kind)
				if e.Kind == auth.EventFault {
					require.Equal(t, c.reason, e.Reason)
				}
			}
			require.ElementsMatch(t, c.want, kinds, "%s: %v", c.method, c.err)
			require.LessOrEqual(t, h.store.count("RestampSessions"), 2, "what fails is tried once more")
		})
	}
}

// An account that is another at each read lets nobody in: three sessions are
// made and ended, and the login is a fault.
func TestALoginToAnAccountThatNeverStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		n := 0
		h.store.on("CreatedSession", func() error {
			n++
			hash := auth.NewSecret(fmt.Sprintf("v1:%s", rightPassword))
			if n%2 == 1 {
				hash = auth.NewSecret(fmt.Sprintf("v%d:%s", n+1, rightPassword))
			}
			return h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &hash})
		})
		g, err := h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.Nil(t, g)
		require.Equal(t, 3, h.store.count("CreateSession"))
		require.Equal(t, 3, h.store.count("EndSession"))
		synctest.Wait()
		require.Equal(t, []auth.EventKind{auth.EventFault}, h.events.kinds())
	})
}

// A session that could not be ended is told; a password that could not be
// compared again is a fault, and nobody is let in by it.
func TestASessionThatCannotBeDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("CreatedSession", func() error {
			hash := auth.NewSecret("v1:another one")
			h.hasher.fail.Store(&errDown)
			return h.store.Store.UpdateAccount(t.Context(), h.john.ID, auth.AccountChange{PasswordHash: &hash})
		})
		h.store.on("EndSession", func() error { return errDown })
		g, err := h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.Nil(t, g)
		synctest.Wait()
		var reasons []string
		for _, e := range h.events.take() {
			require.Equal(t, auth.EventFault, e.Kind)
			reasons = append(reasons, e.Reason)
		}
		require.ElementsMatch(t, []string{"end session", "hash a password"}, reasons)
	})
}

// noTokens cannot mint.
type noTokens struct{ plainTokens }

func (noTokens) Issue(context.Context, auth.Claims) (string, error) { return "", errDown }

// LESSONS 14 (golang-jwt CVE-2024-51744): a token that cannot be minted leaves
// no grant and no session.
func TestATokenThatCannotBeMinted(t *testing.T) {
	store := &faulty{Store: memory.New()}
	h := openHouse(t, store)
	svc, err := auth.New(store, noTokens{}, &auth.Options{Hasher: h.hasher, Auditor: h.events, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.Nil(t, g)
	sessions, err := store.Store.SessionsByUser(t.Context(), h.john.ID)
	require.NoError(t, err)
	require.Empty(t, sessions)
}

// A full queue is no fault, and says when to come back; what else stops the
// hasher is one.
func TestAFullQueueIsNoFault(t *testing.T) {
	for cause, want := range map[error][]auth.EventKind{
		fmt.Errorf("wait: %w", password.ErrBusy): nil, errDown: {auth.EventFault},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.hasher.fail.Store(&cause)
			_, err := h.login(t.Context(), "john", rightPassword)
			require.ErrorIs(t, err, auth.ErrUnavailable)
			require.ErrorIs(t, err, cause)
			var later *auth.RetryAfter
			require.ErrorAs(t, err, &later)
			require.Equal(t, time.Second, later.After)
			synctest.Wait()
			require.Equal(t, want, h.events.kinds(), "%v", cause)
		})
	}
}

// An event that the auditor did not take is in the log, with what it said and
// how many there were.
func TestAnEventThatIsNotKept(t *testing.T) {
	var out bytes.Buffer
	h := newHouse(t, func(o *auth.Options) { o.Logger = slog.New(slog.NewJSONHandler(&out, nil)) })
	h.mustLogin(t)
	require.Empty(t, out.String(), "what is kept is not logged as well")
	h.events.fail = errors.New("the disk is full")
	for n := range 2 {
		out.Reset()
		h.mustLogin(t)
		var line map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &line))
		require.Equal(t, []any{"auth event was not kept", "ERROR", "login", h.john.ID, "the disk is full", float64(n + 1)},
			[]any{line["msg"], line["level"], line["event"], line["user_id"], line["audit_err"], line["not_kept"]})
	}
}

// An outage is told at once and then every ten seconds, with the count.
func TestAnOutageIsToldEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("AccountByLogin", func() error { return errDown })
		var counts []int
		for range 21 {
			_, err := h.login(t.Context(), "john", rightPassword)
			require.ErrorIs(t, err, auth.ErrUnavailable)
			synctest.Wait()
			count := 0
			for _, e := range h.events.take() {
				count += e.Count
			}
			counts = append(counts, count)
			time.Sleep(time.Second)
		}
		want := make([]int, 21)
		want[0], want[10], want[20] = 1, 10, 10
		require.Equal(t, want, counts)
	})
}

func TestWhatIsPrintedInstead(t *testing.T) {
	id := auth.Identity{User: auth.User{ID: "u"}, Session: auth.Session{ID: "s"}}
	require.Equal(t, "[redacted]", fmt.Sprint(auth.NewSecret("x")))
	require.Equal(t, "{Login:[redacted] Password:[redacted] Remote:192.0.2.7}", fmt.Sprint(auth.LoginRequest{Login: "x", Password: "x", Remote: home}))
	require.Equal(t, "{Token:[redacted] UserID:u SessionID:s}", fmt.Sprint(auth.Grant{Token: "x", Identity: id}))
}
