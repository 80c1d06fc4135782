package storetest_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

type strictEnd struct{ *memory.Store }

func (f strictEnd) EndSession(ctx context.Context, id string) error {
	if _, err := f.SessionByID(ctx, id); err != nil {
		return err
	}
	return f.Store.EndSession(ctx, id)
}

type exceptIgnored struct{ *memory.Store }

func (f exceptIgnored) EndUserSessions(ctx context.Context, userID, _ string) error {
	return f.Store.EndUserSessions(ctx, userID, "")
}

type emptyExcept struct{ *memory.Store }

func (f emptyExcept) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	if exceptID == "" {
		return nil
	}
	return f.Store.EndUserSessions(ctx, userID, exceptID)
}

// endedWithOthers ends all sessions of the user.
type endedWithOthers struct{ *memory.Store }

func (f endedWithOthers) EndSession(ctx context.Context, id string) error {
	s, err := f.SessionByID(ctx, id)
	if err != nil {
		return nil
	}
	return f.Store.EndUserSessions(ctx, s.UserID, "")
}

// ownExcept ends nothing unless exceptID is a session of the user.
type ownExcept struct{ *memory.Store }

func (f ownExcept) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	if s, err := f.SessionByID(ctx, exceptID); exceptID != "" && (err != nil || s.UserID != userID) {
		return nil
	}
	return f.Store.EndUserSessions(ctx, userID, exceptID)
}

// noneEnded takes a user without sessions for an error.
type noneEnded struct{ *memory.Store }

func (f noneEnded) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	if list, err := f.SessionsByUser(ctx, userID); err != nil || len(list) == 0 {
		return auth.ErrSessionNotFound
	}
	return f.Store.EndUserSessions(ctx, userID, exceptID)
}

// endedForGood remembers whom it ended and not when.
type endedForGood struct {
	*memory.Store
	users *sync.Map
}

func (f endedForGood) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	f.users.Store(userID, exceptID)
	return f.Store.EndUserSessions(ctx, userID, exceptID)
}

func (f endedForGood) CreateSession(ctx context.Context, s *auth.Session) error {
	row := *s
	if _, ended := f.users.Load(s.UserID); ended {
		row.ExpiresAt = time.Now()
	}
	return f.Store.CreateSession(ctx, &row)
}

// endedHundred ends one batch.
type endedHundred struct{ *memory.Store }

func (f endedHundred) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	list, err := f.SessionsByUser(ctx, userID)
	for _, s := range list[:min(len(list), 100)] {
		if s.ID != exceptID {
			err = errors.Join(err, f.EndSession(ctx, s.ID))
		}
	}
	return err
}
