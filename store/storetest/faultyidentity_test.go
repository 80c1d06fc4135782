package storetest_test

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// cachedIdentity goes on saying what it once read.
type cachedIdentity struct {
	*memory.Store
	read *auth.Identity
}

func (f *cachedIdentity) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	if f.read != nil && f.read.Session.ID == id {
		return f.read, nil
	}
	found, err := f.Store.IdentityBySession(ctx, id)
	f.read = found
	return found, err
}

// wrongIdentity lets the error of the second of two reads through.
type wrongIdentity struct{ *memory.Store }

func (f wrongIdentity) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	s, err := f.SessionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := f.UserByID(ctx, s.UserID)
	if err != nil {
		return nil, err
	}
	return &auth.Identity{User: *u, Session: *s, ReadAt: time.Now()}, nil
}

// untimedIdentity does not say when it read.
type untimedIdentity struct{ *memory.Store }

func (f untimedIdentity) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	found, err := f.Store.IdentityBySession(ctx, id)
	if err == nil {
		found.ReadAt = time.Time{}
	}
	return found, err
}

// IdentityBySession of keptSessions joins without looking at the time.
func (f keptSessions) IdentityBySession(ctx context.Context, id string) (*auth.Identity, error) {
	s, err := f.SessionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := f.UserByID(ctx, s.UserID)
	if err != nil {
		return nil, auth.ErrSessionNotFound
	}
	return &auth.Identity{User: *u, Session: *s, ReadAt: time.Now()}, nil
}
