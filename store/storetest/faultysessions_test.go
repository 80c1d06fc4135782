package storetest_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// keptSessions finds sessions whatever their time is, until they end.
type keptSessions struct {
	*memory.Store
	kept *sync.Map
}

func keepingSessions() keptSessions { return keptSessions{memory.New(), new(sync.Map)} }

func (f keptSessions) CreateSession(ctx context.Context, s *auth.Session) error {
	f.kept.Store(s.ID, *s)
	return f.Store.CreateSession(ctx, s)
}

func (f keptSessions) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if s, ok := f.kept.Load(id); ok {
		kept := s.(auth.Session)
		return &kept, nil
	}
	return f.Store.SessionByID(ctx, id)
}

// revivingTouch inserts what it does not find.
type revivingTouch struct{ keptSessions }

func (f revivingTouch) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	return f.Store.SessionByID(ctx, id)
}

func (f revivingTouch) TouchSession(ctx context.Context, id string, seen time.Time) error {
	if s, ok := f.kept.Load(id); ok {
		row := s.(auth.Session)
		_ = f.Store.CreateSession(ctx, &row)
	}
	return f.Store.TouchSession(ctx, id, seen)
}

// blindTouch writes whatever time it is given.
type blindTouch struct{ *memory.Store }

func (f blindTouch) TouchSession(ctx context.Context, id string, seen time.Time) error {
	s, err := f.SessionByID(ctx, id)
	if err != nil {
		return nil
	}
	s.LastSeen = seen
	_ = f.EndSession(ctx, id)
	return f.CreateSession(ctx, s)
}

type upsertSession struct{ *memory.Store }

func (f upsertSession) CreateSession(ctx context.Context, s *auth.Session) error {
	_ = f.EndSession(ctx, s.ID)
	return f.Store.CreateSession(ctx, s)
}

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

type blindRestamp struct{ *memory.Store }

func (f blindRestamp) RestampSessions(ctx context.Context, userID, _, to string) error {
	list, err := f.SessionsByUser(ctx, userID)
	for _, s := range list {
		err = f.Store.RestampSessions(ctx, userID, s.Stamp, to)
	}
	return err
}

type oldestFirst struct{ *memory.Store }

func (f oldestFirst) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	list, err := f.Store.SessionsByUser(ctx, userID)
	slices.Reverse(list)
	return list, err
}

// sharedSession hands the same value to all who ask.
type sharedSession struct {
	*memory.Store
	shared *auth.Session
}

func (f *sharedSession) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if f.shared != nil && f.shared.ID == id {
		return f.shared, nil
	}
	found, err := f.Store.SessionByID(ctx, id)
	f.shared = found
	return found, err
}
