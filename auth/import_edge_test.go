package auth_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// importer notes what it is given to import. Where after is set, it says what
// becomes of the answer.
type importer struct {
	*faulty
	given [][]auth.Account
	after func() error
}

func (s *importer) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	s.given = append(s.given, accounts)
	held, err := s.Store.ImportAccounts(ctx, accounts)
	if s.after != nil {
		return nil, s.after()
	}
	return held, err
}

func (s *importer) UserByID(ctx context.Context, id string) (*auth.User, error) {
	u, err := s.faulty.UserByID(ctx, id)
	if gone := ctx.Err(); gone != nil {
		return nil, gone // as a database does
	}
	return u, err
}

func newImporter(t *testing.T) (*importer, *house, *auth.Accounts) {
	t.Helper()
	h := newHouse(t)
	s := &importer{faulty: h.store}
	return s, h, auth.NewAccounts(s, h.Service)
}

// What a store is given needs no more care: it may keep it as it is.
func TestAStoreIsGivenWhatItCanKeep(t *testing.T) {
	s, _, accounts := newImporter(t)
	given := brought("Mary")
	given.Stamp = "forged"
	given.CreatedAt = time.Unix(0, 0)
	given.UpdatedAt = time.Unix(0, 1000)
	given.LastLogin = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC).In(time.FixedZone("", -3600))
	results, err := accounts.Import(t.Context(), []auth.Account{given})
	require.NoError(t, err)
	require.Equal(t, []error{nil}, results)
	require.Len(t, s.given, 1)
	row := s.given[0][0]
	require.Equal(t, auth.StampOf(given.PasswordHash.Reveal()), row.Stamp)
	require.WithinDuration(t, time.Now(), row.CreatedAt, time.Minute, "the first second of 1970 is none")
	require.Equal(t, time.UnixMicro(1).UTC(), row.UpdatedAt, "the next microsecond is one")
	require.Equal(t, time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC), row.LastLogin)

	results, err = accounts.Import(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, results)
	results, err = accounts.Import(t.Context(), []auth.Account{brought("no name")})
	require.NoError(t, err)
	require.ErrorIs(t, results[0], auth.ErrInvalidAccount)
	require.Len(t, s.given, 1, "a store is not asked to add nobody")
}

func TestImportAtTheEdge(t *testing.T) {
	_, _, accounts := newImporter(t)
	long := brought("mary")
	long.ID = strings.Repeat("a", 254)
	long.PasswordHash = auth.NewSecret(strings.Repeat("x", 512))
	results, err := accounts.Import(t.Context(), []auth.Account{long})
	require.NoError(t, err)
	require.Equal(t, []error{nil}, results)
	same := brought("mary")
	same.Name = "Another"
	results, err = accounts.Import(t.Context(), []auth.Account{same})
	require.NoError(t, err)
	require.EqualError(t, results[0], auth.ErrUserExists.Error()+": the username is that of an account with another name")
}

// Who stands in the way has to be read, and that may fail too.
func TestImportWhenTheOtherAccountCannotBeRead(t *testing.T) {
	h := newHouse(t)
	accounts := auth.NewAccounts(struct{ auth.AccountStore }{h.store}, h.Service)
	sameName, sameID := brought("john"), brought("mary")
	sameID.ID = h.john.ID
	for method, given := range map[string]auth.Account{"AccountByLogin": sameName, "UserByID": sameID} {
		h.store.on(method, func() error { return errDown })
		results, err := accounts.Import(t.Context(), []auth.Account{given})
		require.ErrorIs(t, err, auth.ErrUnavailable, method)
		require.Nil(t, results, method)
		h.store.on(method, nil)
	}
}

// When an answer is lost, the administrators are looked for, and they alone,
// also for a client that hung up; a store that is down is not asked on and on.
func TestAnImportWhoseAnswerIsLost(t *testing.T) {
	added := []auth.EventKind{auth.EventAccountCreated, auth.EventAccountCreated, auth.EventAccountsImported}
	for what, c := range map[string]struct {
		hangsUp bool
		down    error // from then on
		asked   int
		told    []auth.EventKind
	}{
		"one answer":            {asked: 2, told: append(added, auth.EventFault)},
		"that nobody waits for": {hangsUp: true, asked: 2, told: added},
		"and all further":       {down: errDown, asked: 1, told: []auth.EventKind{auth.EventFault, auth.EventFault}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, h, accounts := newImporter(t)
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			s.after = func() error {
				if c.hangsUp {
					hangUp()
				}
				return errDown
			}
			h.store.on("UserByID", func() error { return c.down })
			batch := []auth.Account{brought("a"), brought("b"), brought("c"), brought("d")}
			batch[1].Role, batch[3].Role = auth.RoleAdmin, auth.RoleSuperAdmin
			results, err := accounts.Import(ctx, batch)
			require.ErrorIs(t, err, auth.ErrUnavailable, what)
			require.Nil(t, results)
			synctest.Wait()
			require.Equal(t, c.asked, h.store.count("UserByID"), what)
			var kinds []auth.EventKind
			for _, e := range h.events.take() {
				kinds = append(kinds, e.Kind)
				if e.Kind == auth.EventAccountsImported {
					require.Equal(t, 2, e.Count, "of whom it is known that they are there")
				}
			}
			require.ElementsMatch(t, c.told, kinds, what)
		})
	}
}
