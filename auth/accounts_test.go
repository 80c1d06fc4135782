package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

func TestCreateNormalisesThenValidates(t *testing.T) {
	h := newHouse(t)
	u, err := h.accounts.Create(t.Context(), auth.NewAccount{
		Username: " Ｍary", Email: "Mary.Doe@Example.COM", AWSRegion: "eu-north-1", Password: auth.NewSecret(rightPassword),
	})
	require.NoError(t, err)
	require.Equal(t, "mary", u.Username)
	require.Equal(t, "mary.doe@example.com", u.Email)
	require.Equal(t, auth.RoleUser, u.Role, "the least role is the default")
	require.True(t, u.Active)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, u.ID)
	require.Equal(t, []auth.EventKind{auth.EventAccountCreated}, h.events.kinds())
}

func TestCreateRefusesWhatNoAccountMayHave(t *testing.T) {
	h := newHouse(t)
	good := auth.NewAccount{Username: "mary", Email: "mary@example.com", Password: auth.NewSecret(rightPassword)}
	for what, change := range map[string]func(*auth.NewAccount){
		"no username":       func(n *auth.NewAccount) { n.Username = "" },
		"long username":     func(n *auth.NewAccount) { n.Username = strings.Repeat("a", 255) },
		"space":             func(n *auth.NewAccount) { n.Username = "mary doe" },
		"NUL":               func(n *auth.NewAccount) { n.Username = "mary\x00" },
		"zero width":        func(n *auth.NewAccount) { n.Username = "ma\u200bry" },
		"not UTF-8":         func(n *auth.NewAccount) { n.Username = "mar\xff" },
		"an e-mail as name": func(n *auth.NewAccount) { n.Username = "john@example.com" }, // LESSONS 22: Grafana CVE-2022-39229
		"a wide at sign":    func(n *auth.NewAccount) { n.Username = "john＠example.com" }, // LESSONS 22: Auth.js GHSA-7rqj
		"e-mail without @":  func(n *auth.NewAccount) { n.Email = "mary" },
		"e-mail with two":   func(n *auth.NewAccount) { n.Email = "mary@x@example.com" },
		"e-mail of nobody":  func(n *auth.NewAccount) { n.Email = "@example.com" },
		"e-mail nowhere":    func(n *auth.NewAccount) { n.Email = "mary@" },
		"e-mail with space": func(n *auth.NewAccount) { n.Email = "mary doe@example.com" },
		"control in name":   func(n *auth.NewAccount) { n.Name = "Mary\nDoe" },
		"long organization": func(n *auth.NewAccount) { n.Organization = strings.Repeat("a", 255) },
		"region":            func(n *auth.NewAccount) { n.AWSRegion = "evil.example.com/" },
		"role":              func(n *auth.NewAccount) { n.Role = "Admin" }, // LESSONS 21: Vault CVE-2025-5999
	} {
		n := good
		change(&n)
		_, err := h.accounts.Create(t.Context(), n)
		require.ErrorIs(t, err, auth.ErrInvalidAccount, what)
	}
	weak := good
	weak.Password = auth.NewSecret("P@ssw0rd123")
	_, err := h.accounts.Create(t.Context(), weak)
	require.ErrorIs(t, err, password.ErrPolicy)
	for _, taken := range []auth.NewAccount{
		{Username: "JOHN", Password: good.Password},
		{Username: "mary", Email: "JOHN@example.com", Password: good.Password},
	} {
		_, err := h.accounts.Create(t.Context(), taken)
		require.ErrorIs(t, err, auth.ErrUserExists)
	}
	require.Empty(t, h.events.kinds(), "what was refused did not happen")
	_, err = h.accounts.Create(t.Context(), good)
	require.NoError(t, err)
}

// LESSONS 18 (Rancher CVE-2019-11202): the first administrator is made once.
func TestBootstrapHappensOnce(t *testing.T) {
	store := memory.New()
	svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder)})
	require.NoError(t, err)
	accounts := auth.NewAccounts(store, svc)
	first := auth.NewAccount{Username: "admin", Role: auth.RoleSuperAdmin, Password: auth.NewSecret(rightPassword)}
	u, err := accounts.Bootstrap(t.Context(), first)
	require.NoError(t, err)
	require.Equal(t, auth.RoleSuperAdmin, u.Role)
	require.NoError(t, accounts.Delete(t.Context(), u.ID))
	u, err = accounts.Bootstrap(t.Context(), first)
	require.NoError(t, err)
	require.Nil(t, u, "a deleted administrator does not come back")
}

func TestAPasswordIsWrittenBeforeSessionsEnd(t *testing.T) {
	h := newHouse(t)
	g := h.mustLogin(t)
	h.store.on("EndUserSessions", func() error { return errors.New("connection refused") })
	err := h.accounts.SetPassword(t.Context(), h.john.ID, auth.NewSecret("gravel tulip monsoon"))
	require.ErrorIs(t, err, auth.ErrUnavailable, "a half-done change is said")
	_, err = h.Validate(t.Context(), g.Token, 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken, "and yet no old session lives on")
	_, err = h.login(t.Context(), "john", rightPassword)
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	_, err = h.login(t.Context(), "john", "gravel tulip monsoon")
	require.NoError(t, err)
}

func TestChangesAreAuditedWithWhoMadeThem(t *testing.T) {
	h := newHouse(t)
	ctx := auth.WithIdentity(t.Context(), &auth.Identity{User: auth.User{ID: "the-admin"}})
	require.NoError(t, h.accounts.SetRole(ctx, h.john.ID, auth.RoleUser))
	events := h.events.take()
	require.Len(t, events, 2)
	require.Equal(t, auth.EventRoleChanged, events[0].Kind)
	require.Equal(t, "user", events[0].Reason)
	require.Equal(t, auth.EventSessionEnded, events[1].Kind)
	for _, e := range events {
		require.Equal(t, "the-admin", e.ActorID)
		require.Equal(t, h.john.ID, e.UserID)
		require.False(t, e.Time.IsZero())
	}
	require.NoError(t, h.accounts.SetRole(ctx, h.john.ID, auth.RoleUser))
	require.Empty(t, h.events.kinds(), "the same role again is no change")
}

func TestAccountsThatAreNotThere(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	require.ErrorIs(t, h.accounts.SetPassword(ctx, "x", auth.NewSecret(rightPassword)), auth.ErrUserNotFound)
	require.ErrorIs(t, h.accounts.SetRole(ctx, "x", auth.RoleUser), auth.ErrUserNotFound)
	require.ErrorIs(t, h.accounts.SetActive(ctx, "x", true), auth.ErrUserNotFound)
	require.ErrorIs(t, h.accounts.Delete(ctx, "x"), auth.ErrUserNotFound)
	for _, name := range []string{"nobody", "", "no\x00body"} {
		_, err := h.accounts.Find(ctx, name)
		require.ErrorIs(t, err, auth.ErrUserNotFound)
	}
	require.ErrorIs(t, h.accounts.SetRole(ctx, h.john.ID, "Admin"), auth.ErrInvalidAccount)
}

func TestListPages(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		_, err := h.accounts.Create(t.Context(), auth.NewAccount{Username: name, Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
	}
	seen := map[string]bool{}
	for after := ""; ; {
		page, err := h.accounts.List(t.Context(), after, 2)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, u := range page {
			require.False(t, seen[u.Username])
			seen[u.Username] = true
		}
		after = page[len(page)-1].ID
	}
	require.Len(t, seen, 5)
}

// LESSONS 17 (Navidrome CVE-2023-51442): what is missing is refused at start.
func TestNewSaysAllThatIsWrong(t *testing.T) {
	_, err := auth.New(nil, nil, &auth.Options{StoreTimeout: -1, Lifetime: -1, AccountLimit: auth.Limit{Max: -1}, AddressLimit: auth.Limit{Window: -1}})
	require.Error(t, err)
	for _, part := range []string{"Store", "Tokens", "StoreTimeout", "Lifetime", "AccountLimit", "AddressLimit"} {
		require.ErrorContains(t, err, part)
	}
	_, err = auth.New(auth.Compose(nil, nil, nil), plainTokens{}, nil)
	require.ErrorContains(t, err, "Compose")
}
