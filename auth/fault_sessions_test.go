package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

func validate(maxAge time.Duration) func(context.Context, *brittle) (any, error) {
	return func(ctx context.Context, b *brittle) (any, error) { return some(b.Validate(ctx, b.token, maxAge)) }
}

func logout(ctx context.Context, b *brittle) (any, error) { return ok(b.Logout(ctx, b.token)) }

var sessionFlows = []flow{
	{name: "validate", prepare: signIn, run: validate(0), after: stillLive},
	{name: "validate in one query", oneQuery: true, prepare: signIn, run: validate(0), after: stillLive},
	{name: "validate with an age", prepare: signIn, run: validate(time.Minute), after: stillLive},
	{name: "validate and touch", prepare: signInLongAgo, run: validate(0), after: stillLive},
	{name: "validate an ended session", prepare: signOut, run: validate(0), want: auth.ErrInvalidToken, after: ended},
	{name: "validate an ended session in one query", oneQuery: true, prepare: signOut, run: validate(time.Minute), want: auth.ErrInvalidToken, after: ended},
	{name: "validate after another password", prepare: changePassword, run: validate(0), want: auth.ErrInvalidToken, after: ended},
	{name: "validate of a disabled account", prepare: signInAndDisable, run: validate(0), want: auth.ErrInvalidToken},
	{name: "logout", prepare: signIn, run: logout, after: endedIfSaid},
	{name: "logout after validate with an age", prepare: signInAndValidate, run: logout, after: endedIfSaid},
	{name: "list sessions", prepare: signIn, after: stillLive,
		run: func(ctx context.Context, b *brittle) (any, error) {
			sessions, err := b.Sessions(ctx, b.john.ID)
			if sessions == nil {
				return nil, err
			}
			return sessions, err
		}},
	{name: "end a session", prepare: signIn, after: endedIfSaid, again: []error{auth.ErrSessionNotFound},
		run: func(ctx context.Context, b *brittle) (any, error) {
			return ok(b.EndSession(ctx, b.john.ID, sessionOf(b.token)))
		}},
	{name: "end a user's sessions", prepare: signInAndValidate, after: endedIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) { return ok(b.EndUserSessions(ctx, b.john.ID, "")) }},
}

func sessionOf(token string) string {
	claims, _ := plainTokens{}.Verify(context.Background(), token)
	return claims.SessionID
}

func signInLongAgo(t *testing.T, b *brittle) {
	signIn(t, b)
	time.Sleep(2 * time.Minute)
}

func signInAndValidate(t *testing.T, b *brittle) {
	signIn(t, b)
	_, err := b.Validate(t.Context(), b.token, time.Minute)
	require.NoError(t, err)
}

func signOut(t *testing.T, b *brittle) {
	signIn(t, b)
	require.NoError(t, b.Logout(t.Context(), b.token))
}

func changePassword(t *testing.T, b *brittle) {
	signIn(t, b)
	require.NoError(t, b.kept.UpdateAccount(t.Context(), b.john.ID, auth.AccountChange{PasswordHash: ptr(auth.NewSecret("v1:another"))}))
}

func signInAndDisable(t *testing.T, b *brittle) {
	signIn(t, b)
	disable(t, b)
}

// stillLive: what went wrong logged nobody out.
func stillLive(t *testing.T, b *brittle, _ error) {
	t.Helper()
	_, err := b.Validate(t.Context(), b.token, 0)
	require.NoError(t, err, "a fault ends no session")
}

// ended: what went wrong let nobody in, at any age that a caller accepts.
func ended(t *testing.T, b *brittle, _ error) {
	t.Helper()
	for _, age := range []time.Duration{0, time.Minute} {
		_, err := b.Validate(t.Context(), b.token, age)
		require.ErrorIs(t, err, auth.ErrInvalidToken)
	}
}

// endedIfSaid: a session that was said to have ended has, and this node
// remembers nothing of one that may have.
func endedIfSaid(t *testing.T, b *brittle, err error) {
	t.Helper()
	if err == nil || len(b.live()) == 0 {
		ended(t, b, err)
		return
	}
	stillLive(t, b, err)
}

// Of those who wait in line for one account, nobody asks a silent store again.
func TestOneSilenceAnswersAllWhoWaitInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrittle(t, flow{limit: auth.Limit{Max: 1000, Window: time.Hour}})
		b.faults.On("Reserve", 0, storetest.TimeOut)
		began := time.Now()
		got := make(chan error)
		for range 50 {
			go func() {
				_, err := b.login(t.Context(), "john", rightPassword)
				got <- err
			}()
		}
		for range 50 {
			require.ErrorIs(t, <-got, auth.ErrUnavailable)
		}
		require.LessOrEqual(t, time.Since(began), answerWithin, "503 comes in time for the last in line too")
		b.faults.Clear()
		signIn(t, b)
	})
}

// Where each call is slow and none fails, a request does not take the sum.
func TestASlowStoreIsAnsweredForInTime(t *testing.T) {
	for _, latency := range []time.Duration{400 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			b := newBrittle(t, flow{})
			b.faults.From(1, func(ctx context.Context, do func() error) error {
				select {
				case <-time.After(latency):
					return do()
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			for _, password := range []string{rightPassword, "wrong"} {
				began := time.Now()
				_, err := b.login(t.Context(), "john", password)
				require.LessOrEqual(t, time.Since(began), answerWithin, "latency %v, error %v", latency, err)
			}
			for _, change := range []func() error{
				func() error { return b.accounts.SetPassword(t.Context(), b.john.ID, auth.NewSecret(rightPassword)) },
				func() error { return b.accounts.SetRole(t.Context(), b.john.ID, auth.RoleUser) },
				func() error { return b.accounts.SetRole(t.Context(), b.john.ID, auth.RoleAdmin) },
				func() error { return b.accounts.SetActive(t.Context(), b.john.ID, true) },
				func() error { return b.accounts.Delete(t.Context(), b.john.ID) },
			} {
				began := time.Now()
				err := change()
				require.LessOrEqual(t, time.Since(began), answerWithin, "latency %v, error %v", latency, err)
			}
			time.Sleep(time.Minute)
		})
	}
}

// So it is with an auditor that says nothing at all.
func TestASlowStoreAndASilentAuditorAreAnsweredForInTime(t *testing.T) {
	for what, c := range map[string]struct {
		latency time.Duration
		ask     func(ctx context.Context, svc *auth.Service, b *brittle) error
	}{
		"logout": {2900 * time.Millisecond, func(ctx context.Context, svc *auth.Service, b *brittle) error { return svc.Logout(ctx, b.token) }},
		"end a session": {2 * time.Second, func(ctx context.Context, svc *auth.Service, b *brittle) error {
			return svc.EndSession(ctx, b.john.ID, sessionOf(b.token))
		}},
		"end a user's sessions": {2900 * time.Millisecond, func(ctx context.Context, svc *auth.Service, b *brittle) error {
			return svc.EndUserSessions(ctx, b.john.ID, "")
		}},
		"unlock": {2 * time.Second, func(ctx context.Context, svc *auth.Service, b *brittle) error { return svc.Unlock(ctx, b.john.ID) }},
		"validate after another password": {1400 * time.Millisecond, func(ctx context.Context, svc *auth.Service, b *brittle) error {
			_, err := svc.Validate(ctx, b.token, 0)
			return err
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBrittle(t, flow{prepare: changePassword})
			svc, err := auth.New(auth.Compose(b.faults.Users(b.kept), b.faults.Sessions(b.kept), b.faults.Throttle(b.kept)), plainTokens{},
				&auth.Options{Hasher: b.hasher, Auditor: slowAuditor{b.events, time.Hour}, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			b.faults.From(1, func(ctx context.Context, do func() error) error {
				time.Sleep(c.latency)
				return errors.Join(ctx.Err(), do())
			})
			began := time.Now()
			err = c.ask(t.Context(), svc, b)
			require.LessOrEqual(t, time.Since(began), answerWithin, "%s: %v", what, err)
			time.Sleep(time.Minute)
		})
	}
}

// The calls of one request have a third more than one call may take.
func TestTheCallsOfARequestHaveFourSecondsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrittle(t, flow{})
		b.faults.From(1, func(ctx context.Context, do func() error) error {
			b.faults.From(1, storetest.TimeOut)
			time.Sleep(2 * time.Second)
			return do()
		})
		began := time.Now()
		require.ErrorIs(t, b.Unlock(t.Context(), b.john.ID), auth.ErrUnavailable)
		require.Equal(t, 4*time.Second, time.Since(began))
	})
}
