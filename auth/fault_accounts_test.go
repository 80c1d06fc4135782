package auth_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

var mary = auth.NewAccount{Username: "mary", Email: "mary@example.com", Password: auth.NewSecret(rightPassword)}

var accountFlows = []flow{
	{name: "create an account", again: []error{auth.ErrUserExists}, after: maryIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) { return some(b.accounts.Create(ctx, mary)) }},
	{name: "bootstrap", empty: true, after: maryIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) {
			u, err := b.accounts.Bootstrap(ctx, mary)
			if u == nil && err == nil {
				return "made before", nil
			}
			return some(u, err)
		}},
	{name: "find", run: func(ctx context.Context, b *brittle) (any, error) { return some(b.accounts.Find(ctx, "john")) }},
	{name: "list", run: func(ctx context.Context, b *brittle) (any, error) {
		users, err := b.accounts.List(ctx, "", 10)
		if users == nil {
			return nil, err
		}
		return users, err
	}},
	{name: "set a password", prepare: signInAndValidate, after: passwordIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) {
			return ok(b.accounts.SetPassword(ctx, b.john.ID, auth.NewSecret(newPassword)))
		}},
	{name: "set a role", prepare: signInAndValidate, after: roleIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) {
			return ok(b.accounts.SetRole(ctx, b.john.ID, auth.RoleUser))
		}},
	{name: "disable", prepare: signInAndValidate, after: disabledIfSaid,
		run: func(ctx context.Context, b *brittle) (any, error) {
			return ok(b.accounts.SetActive(ctx, b.john.ID, false))
		}},
	{name: "delete", prepare: signInAndValidate, after: deletedIfSaid, again: []error{auth.ErrUserNotFound},
		run: func(ctx context.Context, b *brittle) (any, error) { return ok(b.accounts.Delete(ctx, b.john.ID)) }},
}

// row is John as the store has him.
func (b *brittle) row(t *testing.T) auth.Account {
	t.Helper()
	a, err := b.kept.AccountByLogin(t.Context(), "john")
	require.NoError(t, err)
	return *a
}

// maryIfSaid: an account is there wholly or not at all, and whoever was told
// that it is not can find it only where nobody could be asked any more.
func maryIfSaid(t *testing.T, b *brittle, err error) {
	t.Helper()
	found, missing := b.kept.AccountByLogin(t.Context(), "mary")
	if err == nil {
		require.NoError(t, missing)
	} else if !b.down() {
		require.ErrorIs(t, missing, auth.ErrUserNotFound, "what was said not to be made is not there")
	}
	if missing == nil {
		require.Equal(t, "v1:"+rightPassword, found.PasswordHash.Reveal())
		require.Equal(t, "mary@example.com", found.Email)
		require.True(t, found.Active)
	}
}

// whole: a change is made wholly or not at all, and what it took away is gone
// wherever it was made.
func (b *brittle) whole(t *testing.T, err error, changed bool, refused error) {
	t.Helper()
	require.True(t, err != nil || changed, "what was said to be done is done")
	for _, age := range []time.Duration{time.Minute, 0} {
		id, invalid := b.Validate(t.Context(), b.token, age)
		switch {
		case !changed:
			require.NoError(t, invalid, "without the change nobody is logged out")
		case refused != nil || err == nil:
			require.ErrorIs(t, invalid, auth.ErrInvalidToken, "with it, nobody goes on as before")
		case invalid == nil:
			require.Equal(t, auth.RoleUser, id.User.Role, "whoever goes on does so with what is left")
		}
	}
}

func passwordIfSaid(t *testing.T, b *brittle, err error) {
	hash := b.row(t).PasswordHash.Reveal()
	require.Contains(t, []string{"v1:" + rightPassword, "v1:" + newPassword}, hash)
	b.whole(t, err, hash == "v1:"+newPassword, auth.ErrInvalidToken)
}

func roleIfSaid(t *testing.T, b *brittle, err error) {
	b.whole(t, err, b.row(t).Role == auth.RoleUser, nil)
}

func disabledIfSaid(t *testing.T, b *brittle, err error) {
	b.whole(t, err, !b.row(t).Active, auth.ErrInvalidToken)
}

func deletedIfSaid(t *testing.T, b *brittle, err error) {
	_, missing := b.kept.UserByID(t.Context(), b.john.ID)
	b.whole(t, err, missing != nil, auth.ErrInvalidToken)
}

// An administrator who closes the window has changed the account or not.
func TestAChangeOnceMadeIsFinished(t *testing.T) {
	for _, f := range accountFlows {
		if f.after == nil || f.prepare == nil {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBrittle(t, f)
				ctx, hangUp := context.WithCancel(t.Context())
				b.faults.On("EndUserSessions", 1, func(ctx context.Context, do func() error) error {
					hangUp()
					if ctx.Err() != nil {
						return ctx.Err()
					}
					return do()
				})
				_, err := f.run(ctx, b)
				require.NoError(t, err)
				require.Empty(t, b.live(), "hanging up keeps no session")
			})
		})
	}
}
