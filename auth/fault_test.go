package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// LESSONS 15 (Auth.js GHSA-8fpg, ArgoCD CVE-2022-29165) and 14 (golang-jwt
// CVE-2024-51744): at every store call of every flow, whatever goes wrong is
// answered 503 in time, lets nobody in, logs nobody out, counts for nothing,
// leaves nothing half-done, and is over when the store is back.
func TestAFaultAtEveryCallOfEveryFlow(t *testing.T) {
	for _, f := range flows() {
		t.Run(f.name, func(t *testing.T) {
			for i, call := range f.calls(t) {
				for _, k := range failings {
					for _, outage := range []bool{false, true} {
						name := fmt.Sprintf("%d %s %s, all after it too: %v", i+1, call, k.name, outage)
						synctest.Test(t, func(t *testing.T) {
							defer explain(t, name)
							b := newBrittle(t, f)
							b.plan(i+1, outage, k.fault)
							err := f.at(t, t.Context(), b, false)
							f.recovers(t, b, err)
						})
					}
				}
			}
		})
	}
}

// A client may hang up at any call; the store then gives up on it, or does not
// notice. Nobody counts as having failed for it, once a hash has begun the
// login is settled by its outcome, and nothing is left behind.
func TestAHangUpAtEveryCallOfEveryFlow(t *testing.T) {
	for _, f := range flows() {
		t.Run(f.name, func(t *testing.T) {
			for i, call := range f.calls(t) {
				for _, notices := range []bool{false, true} {
					name := fmt.Sprintf("%d %s, the store notices: %v", i+1, call, notices)
					synctest.Test(t, func(t *testing.T) {
						defer explain(t, name)
						b := newBrittle(t, f)
						ctx, hangUp := context.WithCancel(t.Context())
						b.hungUp = true
						b.plan(i+1, true, func(ctx context.Context, do func() error) error {
							hangUp()
							if notices && ctx.Err() != nil {
								return ctx.Err()
							}
							return do()
						})
						err := f.at(t, ctx, b, true)
						f.recovers(t, b, err)
					})
				}
			}
		})
	}
}

// explain names the point at which a bubble failed.
func explain(t *testing.T, name string) {
	if t.Failed() {
		t.Log("broken when call ", name)
	}
}

// recovers checks what is left when the store is healthy again, and runs the
// flow once more.
func (f flow) recovers(t *testing.T, b *brittle, err error) {
	t.Helper()
	calls := b.hit()
	b.faults.Clear()
	if f.after != nil {
		f.after(t, b, err)
	}
	if f.guess {
		return // John's slots may be used up
	}
	got, again := f.run(t.Context(), b)
	if again != nil && slices.ContainsFunc(f.again, func(e error) bool { return errors.Is(again, e) }) {
		return
	}
	require.ErrorIs(t, again, f.want, "it works again: after %v failed", calls)
	require.Equal(t, f.want == nil, got != nil)
}

func flows() []flow {
	return slices.Concat(loginFlows, sessionFlows, accountFlows, changeFlows, importFlows)
}

// ok is the result of a call that has none.
func ok(err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return true, nil
}

// some is got without the nil that is none.
func some[T any](got *T, err error) (any, error) {
	if got == nil {
		return nil, err
	}
	return got, err
}

func loginAs(name, password string) func(context.Context, *brittle) (any, error) {
	return func(ctx context.Context, b *brittle) (any, error) {
		g, err := b.login(ctx, name, password)
		if g != nil {
			b.token = g.Token
		}
		return some(g, err)
	}
}

var loginFlows = []flow{
	{name: "login", run: loginAs("john", rightPassword), after: oneSessionOrNone},
	{name: "login in one query", oneQuery: true, run: loginAs("john@example.com", rightPassword), after: oneSessionOrNone},
	{name: "login with a stale hash", prepare: staleHash, run: loginAs("john", rightPassword), after: othersLiveOn},
	{name: "login in the place of a session", prepare: signIn, run: loginInPlace, after: givenUpForANewOne},
	{name: "login in the place of the one session", most: 1, prepare: signIn, run: loginInPlace, after: givenUpForANewOne},
	{name: "login with a wrong password", guess: true, run: loginAs("john", "wrong"), want: auth.ErrInvalidCredentials, after: noSession},
	{name: "login of nobody", guess: true, run: loginAs("nobody", "wrong"), want: auth.ErrInvalidCredentials, after: noSession},
	{name: "login of a disabled account", guess: true, prepare: disable, run: loginAs("john", rightPassword), want: auth.ErrInvalidCredentials, after: noSession},
	{name: "login too often", limit: auth.Limit{Max: 1, Window: time.Hour}, prepare: guessOnce, run: loginAs("john", rightPassword), want: auth.ErrThrottled, after: noSession},
	{name: "unlock", limit: auth.Limit{Max: 1, Window: time.Hour}, prepare: guessOnce,
		run:   func(ctx context.Context, b *brittle) (any, error) { return ok(b.Unlock(ctx, b.john.ID)) },
		after: noSession},
}

// oneSessionOrNone: who was let in has the one session there is; who was not
// has left none, unless the store would not end it either.
func oneSessionOrNone(t *testing.T, b *brittle, err error) {
	t.Helper()
	live := b.live()
	if err == nil {
		require.Len(t, live, 1)
		_, err := b.Validate(t.Context(), b.token, 0)
		require.NoError(t, err, "a login that was answered holds")
		return
	}
	if b.down() {
		require.LessOrEqual(t, len(live), 1, "of a session that could be neither used nor ended, nobody has the token")
		return
	}
	require.Empty(t, live, "no session is left that nobody has the token of")
}

func loginInPlace(ctx context.Context, b *brittle) (any, error) {
	g, err := b.Login(ctx, auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home, Replaces: []string{b.token}})
	if g != nil {
		b.token = g.Token
	}
	return some(g, err)
}

// givenUpForANewOne: only a login that was answered ends the session it takes
// the place of.
func givenUpForANewOne(t *testing.T, b *brittle, err error) {
	t.Helper()
	if b.down() && err != nil {
		return
	}
	_, err2 := b.Validate(t.Context(), b.token, 0)
	require.NoError(t, err2, "the new session, or the old one after: %v", err)
	if err != nil {
		require.Len(t, b.live(), 1, "no session is left that nobody has the token of")
	}
}

func noSession(t *testing.T, b *brittle, _ error) {
	t.Helper()
	require.Empty(t, b.live(), "a refusal opens nothing")
}

// staleHash has John's hash go stale under a live session.
func staleHash(t *testing.T, b *brittle) {
	old := auth.NewSecret("v0:" + rightPassword)
	require.NoError(t, b.kept.UpdateAccount(t.Context(), b.john.ID, auth.AccountChange{PasswordHash: &old}))
	b.john.Stamp = auth.StampOf(old.Reveal())
	require.NoError(t, b.kept.CreateSession(t.Context(), &auth.Session{
		ID: "other", UserID: b.john.ID, Stamp: b.john.Stamp, CreatedAt: time.Now(), LastSeen: time.Now(), ExpiresAt: time.Now().Add(24 * time.Hour),
	}))
}

// othersLiveOn: an upgrade is no change of password. Where one call went wrong,
// the user's other sessions are still good.
func othersLiveOn(t *testing.T, b *brittle, err error) {
	t.Helper()
	if b.down() {
		return
	}
	want := 1
	if err == nil {
		want++
	}
	require.Len(t, b.live(), want, "no session is left that nobody has the token of")
	_, err = b.Validate(t.Context(), tokenOf("other", b.john.ID), 0)
	require.NoError(t, err, "our own upgrade ends no session")
}

// tokenOf is what plainTokens would have issued.
func tokenOf(sessionID, userID string) string {
	token, _ := plainTokens{}.Issue(context.Background(), auth.Claims{SessionID: sessionID, UserID: userID, IssuedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)})
	return token
}

func disable(t *testing.T, b *brittle) {
	require.NoError(t, b.kept.UpdateAccount(t.Context(), b.john.ID, auth.AccountChange{Active: ptr(false)}))
}

// guessOnce uses up a limit of one, and waits until this process has forgotten
// that.
func guessOnce(t *testing.T, b *brittle) {
	_, err := b.login(t.Context(), "john", "wrong")
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	time.Sleep(10 * time.Second)
}
