package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// watched is a store and an Auditor that keeps the context of each call, and
// fails one method by name.
type watched struct {
	*memory.Store
	mu     sync.Mutex
	fail   string
	calls  map[string][]call
	events []auth.Event
}

// call is one call and the time that it had.
type call struct {
	ctx  context.Context
	left time.Duration // 0: as much as it likes
}

var errDown = errors.New("the database is down")

func (w *watched) note(ctx context.Context, method string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string][]call{}
	}
	c := call{ctx: ctx}
	if end, ok := ctx.Deadline(); ok {
		c.left = time.Until(end)
	}
	w.calls[method] = append(w.calls[method], c)
	if method == w.fail {
		return errDown
	}
	return nil
}

func (w *watched) failing(method string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = method
}

func watch[T any](ctx context.Context, w *watched, method string, call func() (T, error)) (T, error) {
	if err := w.note(ctx, method); err != nil {
		var zero T
		return zero, err
	}
	return call()
}

func (w *watched) only(ctx context.Context, method string, call func() error) error {
	_, err := watch(ctx, w, method, func() (any, error) { return nil, call() })
	return err
}

func (w *watched) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	return watch(ctx, w, "AccountByLogin", func() (*auth.Account, error) { return w.Store.AccountByLogin(ctx, login) })
}

func (w *watched) UserByID(ctx context.Context, id string) (*auth.User, error) {
	return watch(ctx, w, "UserByID", func() (*auth.User, error) { return w.Store.UserByID(ctx, id) })
}

func (w *watched) CreateAccount(ctx context.Context, a *auth.Account) error {
	return w.only(ctx, "CreateAccount", func() error { return w.Store.CreateAccount(ctx, a) })
}

func (w *watched) UpdateAccount(ctx context.Context, id string, c auth.AccountChange) error {
	return w.only(ctx, "UpdateAccount", func() error { return w.Store.UpdateAccount(ctx, id, c) })
}

func (w *watched) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	return watch(ctx, w, "ImportAccounts", func() ([]*auth.Account, error) { return w.Store.ImportAccounts(ctx, accounts) })
}

func (w *watched) DeleteAccount(ctx context.Context, id string) error {
	return w.only(ctx, "DeleteAccount", func() error { return w.Store.DeleteAccount(ctx, id) })
}

func (w *watched) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	return watch(ctx, w, "ListUsers", func() ([]auth.User, error) { return w.Store.ListUsers(ctx, after, limit) })
}

func (w *watched) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	return watch(ctx, w, "Bootstrap", func() (bool, error) { return w.Store.Bootstrap(ctx, a) })
}

func (w *watched) CreateSession(ctx context.Context, s *auth.Session) error {
	return w.only(ctx, "CreateSession", func() error { return w.Store.CreateSession(ctx, s) })
}

func (w *watched) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	return watch(ctx, w, "SessionByID", func() (*auth.Session, error) { return w.Store.SessionByID(ctx, id) })
}

func (w *watched) SessionsByUser(ctx context.Context, id string) ([]auth.Session, error) {
	return watch(ctx, w, "SessionsByUser", func() ([]auth.Session, error) { return w.Store.SessionsByUser(ctx, id) })
}

func (w *watched) TouchSession(ctx context.Context, id string, seen time.Time) error {
	return w.only(ctx, "TouchSession", func() error { return w.Store.TouchSession(ctx, id, seen) })
}

func (w *watched) EndSession(ctx context.Context, id string) error {
	return w.only(ctx, "EndSession", func() error { return w.Store.EndSession(ctx, id) })
}

func (w *watched) EndUserSessions(ctx context.Context, user, except string) error {
	return w.only(ctx, "EndUserSessions", func() error { return w.Store.EndUserSessions(ctx, user, except) })
}

func (w *watched) RestampSessions(ctx context.Context, user, from, to string) error {
	return w.only(ctx, "RestampSessions", func() error { return w.Store.RestampSessions(ctx, user, from, to) })
}

func (w *watched) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	return watch(ctx, w, "Reserve", func() (auth.Reservation, error) { return w.Store.Reserve(ctx, key, l) })
}

func (w *watched) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	return w.only(ctx, "Settle", func() error { return w.Store.Settle(ctx, r, failed) })
}

func (w *watched) Forget(ctx context.Context, key string) error {
	return w.only(ctx, "Forget", func() error { return w.Store.Forget(ctx, key) })
}

func (w *watched) RecordLogin(ctx context.Context, id string, at time.Time) error {
	return w.only(ctx, "RecordLogin", func() error { return w.Store.RecordLogin(ctx, id, at) })
}

func (w *watched) UpgradePassword(ctx context.Context, id string, from, to auth.Secret) error {
	return w.only(ctx, "UpgradePassword", func() error { return w.Store.UpgradePassword(ctx, id, from, to) })
}

func (w *watched) Audit(ctx context.Context, e auth.Event) error {
	err := w.note(ctx, "Audit")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
	return err
}

func (w *watched) count(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls[method])
}

// faults are the operations that failed since it was asked last.
func (w *watched) faults() (operations []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e.Kind == auth.EventFault {
			operations = append(operations, e.Reason)
		}
	}
	w.events = nil
	return operations
}

// watchedHouse is a Service over a watched store, with one account.
func watchedHouse(t *testing.T) (*watched, *auth.Service, *auth.Accounts, *auth.User) {
	t.Helper()
	w := &watched{Store: memory.New()}
	svc, err := auth.New(w, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: w, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	accounts := auth.NewAccounts(w, svc)
	john, err := accounts.Create(t.Context(), auth.NewAccount{Username: "john", Role: auth.RoleAdmin, Password: auth.NewSecret(rightPassword)})
	require.NoError(t, err)
	return w, svc, accounts, john
}

// Every call to a store and to the auditor has an end of 3 seconds, and its
// timer goes when the call has returned.
func TestEveryCallIsBoundedAndLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, svc, accounts, john := watchedHouse(t)
		ctx := t.Context()
		login := auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home}
		g, err := svc.Login(ctx, login)
		require.NoError(t, err)
		time.Sleep(2 * time.Minute) // so that it is due to be touched
		_, err = svc.Validate(ctx, g.Token, 0)
		require.NoError(t, err)
		wrong := login
		wrong.Password = "not this one at all"
		_, err = svc.Login(ctx, wrong)
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		require.NoError(t, svc.Logout(ctx, g.Token))
		g, err = svc.Login(ctx, login)
		require.NoError(t, err)
		_, err = svc.Sessions(ctx, john.ID)
		require.NoError(t, err)
		require.NoError(t, svc.EndSession(ctx, john.ID, g.Identity.Session.ID))
		require.NoError(t, svc.EndUserSessions(ctx, john.ID, ""))
		require.NoError(t, svc.Unlock(ctx, john.ID))
		_, err = accounts.Find(ctx, "john")
		require.NoError(t, err)
		_, err = accounts.List(ctx, "", 10)
		require.NoError(t, err)
		_, err = accounts.Bootstrap(ctx, auth.NewAccount{Username: "root", Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
		require.NoError(t, accounts.SetRole(ctx, john.ID, auth.RoleUser))
		require.NoError(t, accounts.SetActive(ctx, john.ID, false))
		require.NoError(t, accounts.SetPassword(ctx, john.ID, auth.NewSecret("violet anchor prairie")))
		require.NoError(t, accounts.Delete(ctx, john.ID))
		w.letGo(t, "AccountByLogin", "UserByID", "CreateAccount", "UpdateAccount", "DeleteAccount", "ListUsers",
			"Bootstrap", "CreateSession", "SessionByID", "EndSession", "EndUserSessions", "Reserve", "Settle", "RecordLogin", "TouchSession", "SessionsByUser", "Forget", "Audit")
	})
}

func TestTheCallsOfWhatIsRarerAreBoundedAndLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, svc, accounts, john := watchedHouse(t)
		ctx := t.Context()
		old := auth.NewSecret("v0:" + rightPassword)
		require.NoError(t, w.Store.UpdateAccount(ctx, john.ID, auth.AccountChange{PasswordHash: &old}))
		g, err := svc.Login(ctx, auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
		require.NoError(t, err)
		require.NoError(t, accounts.ChangePassword(ctx, auth.PasswordChange{
			UserID: john.ID, SessionID: g.Identity.Session.ID, Current: auth.NewSecret(rightPassword), New: auth.NewSecret(newPassword),
		}))
		batch := []auth.Account{brought("mary"), brought("nick")}
		_, err = accounts.Import(ctx, batch)
		require.NoError(t, err)
		_, err = auth.NewAccounts(struct{ auth.AccountStore }{w}, svc).Import(ctx, batch)
		require.NoError(t, err)
		w.failing("ImportAccounts")
		batch[0].Role = auth.RoleAdmin
		_, err = accounts.Import(ctx, batch)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		w.failing("CreateAccount")
		_, err = accounts.Create(ctx, auth.NewAccount{Username: "fresh", Password: auth.NewSecret(rightPassword)})
		require.ErrorIs(t, err, auth.ErrUnavailable)
		w.failing("")
		limited, err := auth.New(w, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: w, MaxSessions: 1})
		require.NoError(t, err)
		_, err = limited.Login(ctx, auth.LoginRequest{Login: "john", Password: newPassword, Remote: home})
		require.NoError(t, err)
		w.failing("CreateSession")
		_, err = limited.Login(ctx, auth.LoginRequest{Login: "john", Password: newPassword, Remote: home})
		require.ErrorIs(t, err, auth.ErrUnavailable)
		w.letGo(t, "SessionsByUser", "UpgradePassword", "RestampSessions", "SessionByID", "EndUserSessions", "UpdateAccount", "ImportAccounts", "CreateAccount", "UserByID", "Audit")
	})
}

// letGo holds the calls so far to their bounds. Each of methods is among them.
func (w *watched) letGo(t *testing.T, methods ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, method := range methods {
		require.NotEmpty(t, w.calls[method], method)
	}
	for method, calls := range w.calls {
		for _, c := range calls {
			require.NotZero(t, c.left, "%s may take for ever", method)
			require.LessOrEqual(t, c.left, 3*time.Second, method)
			require.ErrorIs(t, c.ctx.Err(), context.Canceled, "%s has returned and its timer still runs", method)
		}
	}
}

// What fails below an administrator's call is an error of that call, and gives
// nothing beside it.
func TestAFaultInAccountsIsReturned(t *testing.T) {
	w, svc, accounts, john := watchedHouse(t)
	ctx := t.Context()
	g, err := svc.Login(ctx, auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
	require.NoError(t, err)
	require.ErrorIs(t, accounts.SetPassword(ctx, john.ID, auth.NewSecret("short")), password.ErrPolicy)
	session := g.Identity.Session.ID
	fresh := auth.NewAccount{Username: "fresh", Password: auth.NewSecret(rightPassword)}
	for _, c := range []struct {
		method string
		call   func() (any, error)
	}{
		{"CreateAccount", func() (any, error) { return accounts.Create(ctx, fresh) }},
		{"Bootstrap", func() (any, error) { return accounts.Bootstrap(ctx, fresh) }},
		{"AccountByLogin", func() (any, error) { return accounts.Find(ctx, "john") }},
		{"ListUsers", func() (any, error) { return accounts.List(ctx, "", 1) }},
		{"UserByID", func() (any, error) { return nil, accounts.SetRole(ctx, john.ID, auth.RoleUser) }},
		{"UserByID", func() (any, error) { return nil, accounts.SetActive(ctx, john.ID, false) }},
		{"UserByID", func() (any, error) {
			return nil, accounts.SetPassword(ctx, john.ID, auth.NewSecret("violet anchor prairie"))
		}},
		{"UserByID", func() (any, error) { return nil, accounts.Delete(ctx, john.ID) }},
		{"UpdateAccount", func() (any, error) { return nil, accounts.SetRole(ctx, john.ID, auth.RoleUser) }},
		{"UpdateAccount", func() (any, error) { return nil, accounts.SetActive(ctx, john.ID, false) }},
		{"UpdateAccount", func() (any, error) {
			return nil, accounts.SetPassword(ctx, john.ID, auth.NewSecret("violet anchor prairie"))
		}},
		{"DeleteAccount", func() (any, error) { return nil, accounts.Delete(ctx, john.ID) }},
		{"SessionsByUser", func() (any, error) { return svc.Sessions(ctx, john.ID) }},
		{"SessionByID", func() (any, error) { return nil, svc.EndSession(ctx, john.ID, session) }},
		{"EndSession", func() (any, error) { return nil, svc.EndSession(ctx, john.ID, session) }},
		{"EndSession", func() (any, error) { return nil, svc.Logout(ctx, g.Token) }},
		{"EndUserSessions", func() (any, error) { return nil, svc.EndUserSessions(ctx, john.ID, "") }},
		{"UserByID", func() (any, error) { return nil, svc.Unlock(ctx, john.ID) }},
		{"Forget", func() (any, error) { return nil, svc.Unlock(ctx, john.ID) }},
		{"EndUserSessions", func() (any, error) { return nil, accounts.SetRole(ctx, john.ID, auth.RoleUser) }},
		{"EndUserSessions", func() (any, error) { return nil, accounts.SetActive(ctx, john.ID, false) }},
		{"EndUserSessions", func() (any, error) { return nil, accounts.Delete(ctx, john.ID) }},
	} {
		w.failing(c.method)
		got, err := c.call()
		require.ErrorIs(t, err, auth.ErrUnavailable, "%s failed", c.method)
		require.ErrorIs(t, err, errDown, c.method)
		require.Empty(t, got, "%s: nothing beside an error", c.method)
	}
	w.failing("")
	_, err = accounts.Bootstrap(ctx, auth.NewAccount{Username: "a b", Password: auth.NewSecret(rightPassword)})
	require.ErrorIs(t, err, auth.ErrInvalidAccount)
	w.failing("Audit")
	require.ErrorIs(t, svc.Audit(ctx, auth.Event{Kind: auth.EventLogin}), errDown, "a caller that needs the record hears that there is none")
}

// The default auditor writes all that an event says, and nothing that it does
// not, at the level that the event deserves.
func TestTheLogAuditor(t *testing.T) {
	record := func(level slog.Level, e auth.Event) (got map[string]any) {
		var out bytes.Buffer
		l := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: level}))
		require.NoError(t, auth.NewLogAuditor(l).Audit(t.Context(), e))
		if out.Len() == 0 {
			return nil
		}
		require.NoError(t, json.Unmarshal(out.Bytes(), &got))
		delete(got, "time")
		return got
	}
	require.Equal(t, map[string]any{"level": "INFO", "msg": "auth " + string(auth.EventLogin), "event": string(auth.EventLogin)},
		record(slog.LevelDebug, auth.Event{Kind: auth.EventLogin}), "what is empty is left out")
	require.Equal(t, map[string]any{
		"level": "ERROR", "msg": "auth " + string(auth.EventFault), "event": string(auth.EventFault), "user_id": "u", "username": "john",
		"actor_id": "a", "session_id": "s", "remote": "192.0.2.7", "user_agent": "curl", "reason": "r", "count": 1.0, "err": errDown.Error(),
	}, record(slog.LevelDebug, auth.Event{
		Kind: auth.EventFault, UserID: "u", Username: "john", ActorID: "a", SessionID: "s", Remote: netip.MustParseAddr("192.0.2.7"),
		UserAgent: "curl", Reason: "r", Count: 1, Err: errDown,
	}))
	for kind, level := range map[auth.EventKind]string{
		auth.EventLogin: "INFO", auth.EventLogout: "INFO", auth.EventLoginFailed: "WARN", auth.EventLoginThrottled: "WARN",
		auth.EventProxyUnset: "WARN", auth.EventFault: "ERROR",
	} {
		require.Equal(t, level, record(slog.LevelDebug, auth.Event{Kind: kind})["level"], kind)
	}
	require.Nil(t, record(slog.LevelError, auth.Event{Kind: auth.EventLogin}), "a level that is off is not written")
}

// What an administrator did is told, with what changed.
func TestChangesOfAccountsAreTold(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	require.NoError(t, h.accounts.SetRole(ctx, h.john.ID, auth.RoleUser))
	require.NoError(t, h.accounts.SetRole(ctx, h.john.ID, auth.RoleUser), "the role there is")
	require.NoError(t, h.accounts.SetActive(ctx, h.john.ID, false))
	require.NoError(t, h.accounts.SetActive(ctx, h.john.ID, true))
	before, err := h.accounts.Find(ctx, "john")
	require.NoError(t, err)
	require.False(t, before.UpdatedAt.Before(h.john.UpdatedAt))
	require.NotEqual(t, h.john.UpdatedAt, before.UpdatedAt, "a change is dated")
	require.NoError(t, h.accounts.SetPassword(ctx, h.john.ID, auth.NewSecret("violet anchor prairie")))
	require.NoError(t, h.accounts.Delete(ctx, h.john.ID))
	var told []auth.Event
	for _, e := range h.events.take() {
		if e.Kind != auth.EventSessionEnded {
			told = append(told, auth.Event{Kind: e.Kind, UserID: e.UserID, Username: e.Username, Reason: e.Reason})
		}
	}
	id := h.john.ID
	require.Equal(t, []auth.Event{
		{Kind: auth.EventRoleChanged, UserID: id, Username: "john", Reason: "user"},
		{Kind: auth.EventActiveChanged, UserID: id, Username: "john", Reason: "disabled"},
		{Kind: auth.EventActiveChanged, UserID: id, Username: "john", Reason: "enabled"},
		{Kind: auth.EventPasswordChanged, UserID: id, Username: "john"},
		{Kind: auth.EventAccountDeleted, UserID: id, Username: "john"},
	}, told)
}

// A session whose stamp is another than its user's is read again, since a login
// may be changing both; when they stay apart it is ended.
func TestAStampThatStaysAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, svc, _, john := watchedHouse(t)
		g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
		require.NoError(t, err)
		hash := auth.NewSecret("v1:set by the host's own form")
		require.NoError(t, w.Store.UpdateAccount(t.Context(), john.ID, auth.AccountChange{PasswordHash: &hash}))

		short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		id, err := svc.Validate(short, g.Token, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded, "given up while it waits")
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.Nil(t, id)
		require.Zero(t, w.count("EndSession"))

		reads, began := w.count("SessionByID"), time.Now()
		id, err = svc.Validate(t.Context(), g.Token, 0)
		require.Equal(t, auth.ErrInvalidToken, err)
		require.Nil(t, id)
		require.Equal(t, 280*time.Millisecond, time.Since(began), "20, 60 and 200 ms apart")
		require.Equal(t, 4, w.count("SessionByID")-reads)
		require.Equal(t, 1, w.count("EndSession"))
	})
}

// Whether a session could be touched decides nothing, and is told.
func TestATouchThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, svc, _, _ := watchedHouse(t)
		g, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
		require.NoError(t, err)
		for _, c := range []struct {
			fail string
			want []string
		}{{"", nil}, {"TouchSession", []string{"touch session"}}} {
			time.Sleep(2 * time.Minute)
			w.failing(c.fail)
			touched := w.count("TouchSession")
			_, err := svc.Validate(t.Context(), g.Token, 0)
			require.NoError(t, err)
			synctest.Wait()
			require.Equal(t, 1, w.count("TouchSession")-touched)
			require.Equal(t, c.want, w.faults())
		}
	})
}

// identityReader is a host's one query, which knows nothing of ReadAt.
type identityReader struct{ *memory.Store }

func (r identityReader) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	s, err := r.SessionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := r.UserByID(ctx, s.UserID)
	if err != nil {
		return nil, err
	}
	return &auth.Identity{User: *u, Session: *s}, nil
}

func TestWhatOneQueryReadIsDated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		h := newHouse(t, func(o *auth.Options) { o.Identity = identityReader{store} })
		h.store.Store = store
		_, err := auth.NewAccounts(store, h.Service).Create(t.Context(), auth.NewAccount{Username: "mary", Password: auth.NewSecret(rightPassword)})
		require.NoError(t, err)
		g, err := h.login(t.Context(), "mary", rightPassword)
		require.NoError(t, err)
		id, err := h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err)
		require.Equal(t, time.Now(), id.ReadAt)
	})
}

func TestNoIdentityInAContext(t *testing.T) {
	for _, ctx := range []context.Context{t.Context(), auth.WithIdentity(t.Context(), nil)} {
		id, ok := auth.IdentityFrom(ctx)
		require.False(t, ok)
		require.Nil(t, id)
	}
}
