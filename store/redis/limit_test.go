package redisstore_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// cheap is a hasher for tests that are about something else.
type cheap struct{}

func (cheap) Hash(_ context.Context, pw string) (string, error) { return "cheap:" + pw, nil }

func (cheap) Verify(_ context.Context, hash, pw string) (password.Result, error) {
	return password.Result{OK: hash == "cheap:"+pw}, nil
}

// plain tokens are the IDs of sessions.
type plain struct{}

func (plain) Issue(_ context.Context, c auth.Claims) (string, error) { return c.SessionID, nil }

func (plain) Verify(context.Context, string) (auth.Claims, error) {
	return auth.Claims{}, auth.ErrInvalidToken
}

// Of logins at the same moment on three nodes exactly as many sessions are left
// as a user may have; a change of the password leaves the one that asked.
func TestSessionLimitAndPasswordChangeOverNodes(t *testing.T) {
	const most, before, after = 4, "lantern orbit walnut", "gravel tulip monsoon"
	users, prefix := memory.NewUsers(), newPrefix(t)
	var services []*auth.Service
	for range 3 {
		s := open(t, dial(t), prefix)
		svc, err := auth.New(auth.Compose(users, s, s), plain{}, &auth.Options{Hasher: cheap{}, MaxSessions: most})
		require.NoError(t, err)
		services = append(services, svc)
	}
	accounts := auth.NewAccounts(users, services[0])
	user, err := accounts.Create(t.Context(), auth.NewAccount{Username: "john", Password: auth.NewSecret(before)})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := services[i%3].Login(t.Context(), auth.LoginRequest{Login: "john", Password: before}); err != nil {
				t.Errorf("a right login was refused: %v", err)
			}
		})
	}
	wg.Wait()
	live, err := services[1].Sessions(t.Context(), user.ID)
	require.NoError(t, err)
	require.Len(t, live, most)

	require.NoError(t, accounts.ChangePassword(t.Context(), auth.PasswordChange{
		UserID: user.ID, SessionID: live[2].ID, Current: auth.NewSecret(before), New: auth.NewSecret(after),
	}))
	left, err := services[2].Sessions(t.Context(), user.ID)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.Equal(t, live[2].ID, left[0].ID)
	now, err := users.UserByID(t.Context(), user.ID)
	require.NoError(t, err)
	require.Equal(t, now.Stamp, left[0].Stamp)
}
