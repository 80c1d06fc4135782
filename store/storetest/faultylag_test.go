package storetest_test

import (
	"context"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// lagging reads where the last write has not come yet: what is new is found
// when asked for again.
type lagging struct {
	*memory.Store
	fresh *sync.Map
}

func (f lagging) CreateAccount(ctx context.Context, a *auth.Account) error {
	f.fresh.Store(a.Username, true)
	return f.Store.CreateAccount(ctx, a)
}

func (f lagging) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	if _, fresh := f.fresh.LoadAndDelete(login); fresh {
		return nil, auth.ErrUserNotFound
	}
	return f.Store.AccountByLogin(ctx, login)
}

func (f lagging) CreateSession(ctx context.Context, s *auth.Session) error {
	f.fresh.Store(s.ID, true)
	return f.Store.CreateSession(ctx, s)
}

func (f lagging) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if _, fresh := f.fresh.LoadAndDelete(id); fresh {
		return nil, auth.ErrSessionNotFound
	}
	return f.Store.SessionByID(ctx, id)
}
