package storetest_test

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// foldedIDs compares session IDs and user IDs as a collation does.
type foldedIDs struct {
	*memory.Store
	sessions, users *sync.Map
}

func foldID(id string) string { return strings.ToLower(strings.TrimSpace(id)) }

func (f foldedIDs) CreateSession(ctx context.Context, s *auth.Session) error {
	if _, taken := f.sessions.LoadOrStore(foldID(s.ID), s.ID); taken {
		return errors.New("duplicate key")
	}
	f.users.Store(foldID(s.UserID), s.UserID)
	return f.Store.CreateSession(ctx, s)
}

func (f foldedIDs) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if stored, ok := f.sessions.Load(foldID(id)); ok {
		id = stored.(string)
	}
	return f.Store.SessionByID(ctx, id)
}

func (f foldedIDs) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	if stored, ok := f.users.Load(foldID(userID)); ok {
		userID = stored.(string)
	}
	return f.Store.SessionsByUser(ctx, userID)
}

// foldedStamp compares stamps as a collation does.
type foldedStamp struct{ *memory.Store }

func (f foldedStamp) RestampSessions(ctx context.Context, userID, from, to string) error {
	list, err := f.SessionsByUser(ctx, userID)
	for _, s := range list {
		if strings.EqualFold(s.Stamp, from) {
			err = errors.Join(err, f.Store.RestampSessions(ctx, userID, s.Stamp, to))
		}
	}
	return err
}
