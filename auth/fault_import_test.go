package auth_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

var importFlows = []flow{
	{name: "import", after: wholeImport, again: []error{auth.ErrUserPresent}, run: importTwo},
	{name: "import one by one", oneByOne: true, after: recordedImport, again: []error{auth.ErrUserPresent}, run: importTwo},
}

// importTwo brings a plain user and an administrator along. Of what became of
// them the first refusal is returned.
func importTwo(ctx context.Context, b *brittle) (any, error) {
	boss := brought("boss")
	boss.Role = auth.RoleAdmin
	results, err := b.accounts.Import(ctx, []auth.Account{boss, brought("mary")})
	for _, refused := range results {
		if refused != nil {
			return nil, refused
		}
	}
	if results == nil {
		return nil, err
	}
	return results, err
}

// there tells who of the two was added.
func (b *brittle) there(t *testing.T) (names []string) {
	for _, name := range []string{"boss", "mary"} {
		if a, err := b.kept.AccountByLogin(t.Context(), name); err == nil {
			require.Equal(t, "v0:"+rightPassword, a.PasswordHash.Reveal())
			names = append(names, name)
		}
	}
	return names
}

// wholeImport: a batch is in wholly or not at all.
func wholeImport(t *testing.T, b *brittle, err error) {
	t.Helper()
	require.NotEqual(t, 1, len(b.there(t)), "both or none")
	recordedImport(t, b, err)
}

// recordedImport: what was said to be added is there, and an administrator who
// is there is in the record, whoever hung up and whatever failed, unless nobody
// could be asked any more.
func recordedImport(t *testing.T, b *brittle, err error) {
	t.Helper()
	there := b.there(t)
	if err == nil {
		require.Len(t, there, 2)
	}
	if len(there) > 0 && !b.down() {
		require.Contains(t, b.told, auth.EventAccountCreated, "no administrator comes in unrecorded")
	}
}

// An auditor gone silent holds an import up no longer than a store would, and
// is told of every administrator, in order, when it is back.
func TestAnImportOutlastsItsAuditor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow = time.Second
		b := newBrittle(t, flow{})
		accounts := slowHouse(t, b, slow)
		var batch []auth.Account
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			boss := brought(name)
			boss.Role = auth.RoleAdmin
			batch = append(batch, boss)
		}
		began := time.Now()
		results, err := accounts.Import(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, make([]error, len(batch)), results)
		require.LessOrEqual(t, time.Since(began), answerWithin)
		time.Sleep(time.Minute)
		var names []string
		for _, e := range b.events.take() {
			names = append(names, e.Username)
		}
		require.Equal(t, []string{"a", "b", "c", "d", "e", "f", "g", "h", ""}, names)
	})
}

// slowHouse has an auditor that takes so long for each event.
func slowHouse(t *testing.T, b *brittle, each time.Duration) *auth.Accounts {
	t.Helper()
	svc, err := auth.New(b.kept, plainTokens{}, &auth.Options{Hasher: b.hasher, Auditor: slowAuditor{b.events, each}})
	require.NoError(t, err)
	return auth.NewAccounts(b.kept, svc)
}

type slowAuditor struct {
	auth.Auditor
	each time.Duration
}

func (a slowAuditor) Audit(ctx context.Context, e auth.Event) error {
	select {
	case <-time.After(a.each):
		return a.Auditor.Audit(ctx, e)
	case <-ctx.Done():
		return ctx.Err()
	}
}
