package storetest_test

import (
	"context"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

type softDelete struct{ *memory.Store }

func (f softDelete) DeleteAccount(ctx context.Context, id string) error {
	inactive := false
	return f.UpdateAccount(ctx, id, auth.AccountChange{Active: &inactive})
}

// noneDeleted does not look at how many rows there were.
type noneDeleted struct{ *memory.Store }

func (f noneDeleted) DeleteAccount(ctx context.Context, id string) error {
	_ = f.Store.DeleteAccount(ctx, id)
	return nil
}

// deletedFrom deletes by >= what it should delete by =.
type deletedFrom struct{ *memory.Store }

func (f deletedFrom) DeleteAccount(ctx context.Context, id string) error {
	after, _ := f.ListUsers(ctx, id, 1<<20)
	for _, u := range after {
		_ = f.Store.DeleteAccount(ctx, u.ID)
	}
	return f.Store.DeleteAccount(ctx, id)
}

// halfDelete notices after the first of two statements that its caller has gone.
type halfDelete struct{ *memory.Store }

func (f halfDelete) DeleteAccount(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		anonymous := "deleted"
		_ = f.UpdateAccount(ctx, id, auth.AccountChange{Username: &anonymous})
		return err
	}
	return f.Store.DeleteAccount(ctx, id)
}

// keptNames has a unique index that covers deleted rows too.
type keptNames struct {
	*memory.Store
	names *sync.Map
}

func (f keptNames) CreateAccount(ctx context.Context, a *auth.Account) error {
	if _, taken := f.names.LoadOrStore(a.Username, true); taken {
		return auth.ErrUserExists
	}
	return f.Store.CreateAccount(ctx, a)
}
