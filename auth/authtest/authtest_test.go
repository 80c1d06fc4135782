package authtest_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
)

func TestLogin(t *testing.T) {
	var fake authtest.Fake
	_, err := fake.Login(t.Context(), auth.LoginRequest{Login: "ada", Password: "p"})
	require.ErrorIs(t, err, auth.ErrInvalidCredentials, "the zero Fake knows nobody")

	ada := fake.Add(auth.User{Username: "ada", Email: "ada@example.com"}, "p")
	require.NotEmpty(t, ada.ID)
	require.True(t, ada.Active)
	require.Equal(t, auth.RoleUser, ada.Role)
	fake.Add(auth.User{Username: "grace"}, "")
	for _, c := range []struct {
		login, password string
		want            error
	}{
		{"ada", "p", nil},
		{" Ada@EXAMPLE.com", "p", nil},
		{"ada", "q", auth.ErrInvalidCredentials},
		{"nobody", "p", auth.ErrInvalidCredentials},
		{"\x00", "p", auth.ErrInvalidCredentials},
		{"grace", "p", auth.ErrInvalidCredentials},
		{"grace", "", auth.ErrCredentialsRequired},
		{"", "p", auth.ErrCredentialsRequired},
	} {
		grant, err := fake.Login(t.Context(), auth.LoginRequest{Login: c.login, Password: c.password, UserAgent: "x"})
		require.ErrorIs(t, err, c.want, "%q %q", c.login, c.password)
		require.Equal(t, c.want == nil, grant != nil, "a grant or an error, never both")
		if grant == nil {
			continue
		}
		require.False(t, grant.Identity.User.LastLogin.IsZero(), "last login is the one just made")
		require.Equal(t, "x", grant.Identity.Session.UserAgent)
		id, err := fake.Validate(t.Context(), grant.Token, 0)
		require.NoError(t, err)
		require.Equal(t, grant.Identity.Session, id.Session)
		require.Equal(t, ada.ID, id.User.ID)
	}
}

func TestASessionEndsByLogoutByItsUserAndByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fake authtest.Fake
		ada := fake.Add(auth.User{Username: "ada"}, "p")
		live := func(token string) bool {
			id, err := fake.Validate(t.Context(), token, time.Minute)
			if err != nil {
				require.ErrorIs(t, err, auth.ErrInvalidToken)
				require.Nil(t, id)
			}
			return err == nil
		}
		one, two := fake.SignIn(ada), fake.SignIn(ada)
		require.NotEqual(t, one, two)
		require.NoError(t, fake.Logout(t.Context(), one))
		require.NoError(t, fake.Logout(t.Context(), one), "again is no error")
		require.False(t, live(one))
		require.True(t, live(two))

		ada.Active = false
		fake.Update(ada)
		require.False(t, live(two))
		_, err := fake.Login(t.Context(), auth.LoginRequest{Login: "ada", Password: "p"})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		ada.Active = true
		fake.Update(ada)
		_, err = fake.Login(t.Context(), auth.LoginRequest{Login: "ada", Password: "p"})
		require.NoError(t, err, "the password stays")

		require.True(t, live(two))
		time.Sleep(24 * time.Hour)
		require.False(t, live(two))
	})
}

func TestFail(t *testing.T) {
	var fake authtest.Fake
	token := fake.SignIn(auth.User{Username: "ada"})
	fake.Fail(auth.ErrUnavailable)
	_, err := fake.Login(t.Context(), auth.LoginRequest{})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	_, err = fake.Validate(t.Context(), token, 0)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorIs(t, fake.Logout(t.Context(), token), auth.ErrUnavailable)
	fake.Fail(nil)
	_, err = fake.Validate(t.Context(), token, 0)
	require.NoError(t, err)
}

func TestRequestCarriesTheIdentity(t *testing.T) {
	id := authtest.Identity(auth.User{Username: "ada", Role: auth.RoleAdmin, Stamp: "s"})
	require.Equal(t, id.User.ID, id.Session.UserID)
	require.Equal(t, id.User.Stamp, id.Session.Stamp)
	require.Equal(t, 24*time.Hour, id.Session.ExpiresAt.Sub(id.Session.CreatedAt))

	plain := httptest.NewRequest("GET", "/", nil)
	got, ok := auth.IdentityFrom(authtest.Request(plain, id).Context())
	require.True(t, ok)
	require.Same(t, id, got)
	_, ok = auth.IdentityFrom(plain.Context())
	require.False(t, ok, "the request given is not changed")
}

func TestRecorder(t *testing.T) {
	var r authtest.Recorder
	require.Empty(t, r.Events())
	require.NoError(t, r.Audit(t.Context(), auth.Event{Kind: auth.EventLogin}))
	require.NoError(t, r.Audit(t.Context(), auth.Event{Kind: auth.EventLogout}))
	full := errors.New("disk full")
	r.Fail(full)
	require.ErrorIs(t, r.Audit(t.Context(), auth.Event{Kind: auth.EventFault}), full)
	require.Len(t, r.Events(), 2)
	require.Equal(t, []auth.Event{{Kind: auth.EventLogout}}, r.Events(auth.EventLogout))
}
