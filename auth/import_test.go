package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// readingHasher tells which hashes it reads.
type readingHasher struct{ *plainHasher }

func (readingHasher) Reads(hash string) bool { return strings.HasPrefix(hash, "v") }

// importHouse is a house whose hasher is a HashReader.
func importHouse(t *testing.T) *house {
	t.Helper()
	return newHouse(t, func(o *auth.Options) { o.Hasher = readingHasher{o.Hasher.(*plainHasher)} })
}

// brought is the nth account of another system.
func brought(name string) auth.Account {
	return auth.Account{
		User:         auth.User{Username: name, Email: name + "@example.org", Name: "Somebody", Active: true},
		PasswordHash: auth.NewSecret("v0:" + rightPassword),
	}
}

func TestImportedPeopleLogInWithTheirPasswords(t *testing.T) {
	h := importHouse(t)
	old := time.Date(2019, 3, 4, 5, 6, 7, 8900, time.FixedZone("", 3600))
	given := brought("Ｍary")
	given.ID, given.Role, given.CreatedAt, given.LastLogin = "4711", auth.RoleAdmin, old, old
	results, err := h.accounts.Import(t.Context(), []auth.Account{given, brought("nick")})
	require.NoError(t, err)
	require.Equal(t, []error{nil, nil}, results)
	mary, err := h.accounts.Find(t.Context(), "mary@example.org")
	require.NoError(t, err)
	require.Equal(t, "mary", mary.Username, "normalised")
	require.Equal(t, "4711", mary.ID, "a given ID is kept")
	require.Equal(t, old.UTC().Truncate(time.Microsecond), mary.CreatedAt)
	require.Equal(t, old.UTC().Truncate(time.Microsecond), mary.LastLogin)
	require.WithinDuration(t, time.Now(), mary.UpdatedAt, time.Minute)
	nick, err := h.accounts.Find(t.Context(), "nick")
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, nick.ID)
	require.Equal(t, auth.RoleUser, nick.Role)

	events := h.events.take()
	require.Len(t, events, 2, "one event for all, and one for the administrator")
	require.Equal(t, auth.EventAccountCreated, events[0].Kind)
	require.Equal(t, "4711", events[0].UserID)
	require.Equal(t, auth.EventAccountsImported, events[1].Kind)
	require.Equal(t, 2, events[1].Count)

	_, err = h.login(t.Context(), "mary", rightPassword)
	require.NoError(t, err)
	account, err := h.store.AccountByLogin(t.Context(), "mary")
	require.NoError(t, err)
	require.Equal(t, "v1:"+rightPassword, account.PasswordHash.Reveal(), "the old hash is made anew by the first login")
	_, err = h.login(t.Context(), "nick", "wrong")
	require.ErrorIs(t, err, auth.ErrInvalidCredentials)
}

func TestImportRefusesWhatNoAccountMayHave(t *testing.T) {
	h := importHouse(t)
	const secret = "5e4d0c0d9b5cf1b6"
	for what, change := range map[string]func(*auth.Account){
		"no username":         func(a *auth.Account) { a.Username = "" },
		"an e-mail as name":   func(a *auth.Account) { a.Username = "john@example.com" }, // LESSONS 22: Grafana CVE-2022-39229
		"a wide at sign":      func(a *auth.Account) { a.Username = "john＠example.com" }, // LESSONS 22: Auth.js GHSA-7rqj
		"e-mail without @":    func(a *auth.Account) { a.Email = "john" },
		"control in name":     func(a *auth.Account) { a.Name = "Mary\x1b[2J" },
		"NUL":                 func(a *auth.Account) { a.Organization = "a\x00b" },
		"role":                func(a *auth.Account) { a.Role = "Admin" }, // LESSONS 21: Vault CVE-2025-5999
		"a hash for a role":   func(a *auth.Account) { a.Role = auth.Role("v1:" + secret) },
		"region":              func(a *auth.Account) { a.AWSRegion = "evil.example.com/" },
		"long ID":             func(a *auth.Account) { a.ID = strings.Repeat("a", 255) },
		"ID with a line end":  func(a *auth.Account) { a.ID = "a\nb" },
		"ID that is not text": func(a *auth.Account) { a.ID = "a\xff" },
		"an unknown hash":     func(a *auth.Account) { a.PasswordHash = auth.NewSecret("md5:" + secret) },
		"a hash with NUL":     func(a *auth.Account) { a.PasswordHash = auth.NewSecret("v1:" + secret + "\x00") },
		"a long hash":         func(a *auth.Account) { a.PasswordHash = auth.NewSecret("v1:" + strings.Repeat(secret, 100)) },
		"a time beyond":       func(a *auth.Account) { a.CreatedAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"a time before":       func(a *auth.Account) { a.LastLogin = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		bad := brought("mary")
		change(&bad)
		results, err := h.accounts.Import(t.Context(), []auth.Account{brought("first"), bad, brought("last")})
		require.NoError(t, err, what)
		require.ErrorIs(t, results[1], auth.ErrInvalidAccount, what)
		require.NotContains(t, results[1].Error(), secret[:8], "%s: a reason holds no hash", what)
		for _, i := range []int{0, 2} {
			require.True(t, results[i] == nil || errors.Is(results[i], auth.ErrUserPresent), "%s: the others are added: %v", what, results[i])
		}
		_, err = h.accounts.Find(t.Context(), "mary")
		require.ErrorIs(t, err, auth.ErrUserNotFound, what)
	}
	plain := newHouse(t)
	long := brought("mary")
	long.PasswordHash = auth.NewSecret(strings.Repeat("x", 513))
	results, err := plain.accounts.Import(t.Context(), []auth.Account{brought("first"), long})
	require.NoError(t, err)
	require.NoError(t, results[0])
	require.ErrorIs(t, results[1], auth.ErrInvalidAccount, "bounded, whatever the hasher can tell")
}

// Each kind of store answers alike: one with ImportAccounts and one without.
func TestImportTellsTheSameAccountFromAnother(t *testing.T) {
	for what, narrow := range map[string]func(auth.AccountStore) auth.AccountStore{
		"at once":    func(s auth.AccountStore) auth.AccountStore { return s },
		"one by one": func(s auth.AccountStore) auth.AccountStore { return struct{ auth.AccountStore }{s} },
	} {
		t.Run(what, func(t *testing.T) {
			h := importHouse(t)
			accounts := auth.NewAccounts(narrow(h.store), h.Service)
			again := func(given auth.Account) error {
				t.Helper()
				results, err := accounts.Import(t.Context(), []auth.Account{given})
				require.NoError(t, err)
				return results[0]
			}
			first := brought("mary")
			first.CreatedAt = time.Unix(0, 0) // none, to most databases
			require.NoError(t, again(first))
			require.ErrorIs(t, again(first), auth.ErrUserPresent)
			for field, change := range map[string]func(*auth.Account){
				"username":      func(a *auth.Account) { a.Username = "marie" },
				"e-mail":        func(a *auth.Account) { a.Email = "" },
				"ID":            func(a *auth.Account) { a.ID = "4711" },
				"name":          func(a *auth.Account) { a.Name = "Mary" },
				"organization":  func(a *auth.Account) { a.Organization = "Acme" },
				"AWS region":    func(a *auth.Account) { a.AWSRegion = "eu-north-1" },
				"role":          func(a *auth.Account) { a.Role = auth.RoleAdmin },
				"state":         func(a *auth.Account) { a.Active = false },
				"creation time": func(a *auth.Account) { a.CreatedAt = time.Unix(1, 0) },
				"update time":   func(a *auth.Account) { a.UpdatedAt = time.Unix(1, 0) },
				"last login":    func(a *auth.Account) { a.LastLogin = time.Unix(1, 0) },
				"password hash": func(a *auth.Account) { a.PasswordHash = auth.NewSecret("v0:another") },
			} {
				other := first
				change(&other)
				err := again(other)
				require.ErrorIs(t, err, auth.ErrUserExists, field)
				require.ErrorContains(t, err, "another "+field)
			}
			before, err := h.store.AccountByLogin(t.Context(), "mary")
			require.NoError(t, err)
			require.Equal(t, first.PasswordHash.Reveal(), before.PasswordHash.Reveal(), "nothing was changed")

			_, err = h.login(t.Context(), "mary", rightPassword)
			require.NoError(t, err)
			require.ErrorIs(t, again(first), auth.ErrUserPresent, "who has logged in meanwhile is the same, with a better hash")

			taken := brought("other")
			taken.ID = h.john.ID
			require.ErrorContains(t, again(taken), "the ID is that of an account with another username")
			taken = brought("other")
			taken.Email = "John@example.com"
			require.ErrorContains(t, again(taken), "the e-mail is that of an account with another username")
		})
	}
}

func TestImportTwiceInOneFile(t *testing.T) {
	h := importHouse(t)
	same, other := brought("mary"), brought("mary")
	other.Role = auth.RoleSuperAdmin
	results, err := h.accounts.Import(t.Context(), []auth.Account{same, same, other})
	require.NoError(t, err)
	require.NoError(t, results[0])
	require.ErrorIs(t, results[1], auth.ErrUserPresent)
	require.ErrorIs(t, results[2], auth.ErrUserExists)
}

// LESSONS 15: a fault is no answer about any account. LESSONS 18 (Rancher
// CVE-2019-11202): who was brought along is a user too.
func TestImportFaultsAndBootstrap(t *testing.T) {
	for _, store := range []auth.AccountStore{failingImport{memory.New()}, struct{ auth.AccountStore }{failingImport{memory.New()}}} {
		svc, err := auth.New(memory.New(), plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder)})
		require.NoError(t, err)
		results, err := auth.NewAccounts(store, svc).Import(t.Context(), []auth.Account{brought("mary")})
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.Nil(t, results)
	}
	store := memory.New()
	svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder)})
	require.NoError(t, err)
	accounts := auth.NewAccounts(store, svc)
	_, err = accounts.Import(t.Context(), []auth.Account{brought("mary")})
	require.NoError(t, err)
	admin, err := accounts.Bootstrap(t.Context(), auth.NewAccount{Username: "admin", Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	require.Nil(t, admin, "a store that had a user gets no administrator")
}

var errBroken = errors.New("connection refused")

type failingImport struct{ *memory.Store }

func (failingImport) ImportAccounts(context.Context, []auth.Account) ([]*auth.Account, error) {
	return nil, errBroken
}

func (failingImport) CreateAccount(context.Context, *auth.Account) error { return errBroken }
