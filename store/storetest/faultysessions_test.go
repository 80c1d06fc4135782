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

// pointedSession keeps the pointer that it is given.
type pointedSession struct {
	*memory.Store
	kept *sync.Map
}

func (f pointedSession) CreateSession(ctx context.Context, s *auth.Session) error {
	f.kept.LoadOrStore(s.ID, s)
	return f.Store.CreateSession(ctx, s)
}

func (f pointedSession) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	found, err := f.Store.SessionByID(ctx, id)
	if kept, ok := f.kept.Load(id); ok && err == nil {
		found.UserID = kept.(*auth.Session).UserID
	}
	return found, err
}

// lateReader answers the first read after an end from before it.
type lateReader struct {
	*memory.Store
	ended *sync.Map
}

func (f lateReader) EndSession(ctx context.Context, id string) error {
	if s, err := f.SessionByID(ctx, id); err == nil {
		f.ended.Store(id, s)
	}
	return f.Store.EndSession(ctx, id)
}

func (f lateReader) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if s, ok := f.ended.LoadAndDelete(id); ok {
		return s.(*auth.Session), nil
	}
	return f.Store.SessionByID(ctx, id)
}

// listedExpired lists what the next sweep will remove.
type listedExpired struct {
	*memory.Store
	expired *sync.Map
}

func (f listedExpired) CreateSession(ctx context.Context, s *auth.Session) error {
	if s.ExpiresAt.Before(time.Now()) {
		f.expired.Store(s.UserID, *s)
	}
	return f.Store.CreateSession(ctx, s)
}

func (f listedExpired) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	list, err := f.Store.SessionsByUser(ctx, userID)
	if s, ok := f.expired.Load(userID); ok {
		list = append(list, s.(auth.Session))
	}
	return list, err
}

// upsertTouch makes the session that it does not find.
type upsertTouch struct{ *memory.Store }

func (f upsertTouch) TouchSession(ctx context.Context, id string, seen time.Time) error {
	_ = f.CreateSession(ctx, &auth.Session{ID: id, LastSeen: seen, ExpiresAt: seen.Add(time.Hour)})
	return f.Store.TouchSession(ctx, id, seen)
}

// touchByMinute saves writes by being coarse.
type touchByMinute struct{ *memory.Store }

func (f touchByMinute) TouchSession(ctx context.Context, id string, seen time.Time) error {
	return f.Store.TouchSession(ctx, id, seen.Truncate(time.Minute))
}

// anyonesStamp replaces a stamp whose ever it is.
type anyonesStamp struct {
	*memory.Store
	users *sync.Map
}

func (f anyonesStamp) CreateSession(ctx context.Context, s *auth.Session) error {
	f.users.Store(s.UserID, true)
	return f.Store.CreateSession(ctx, s)
}

func (f anyonesStamp) RestampSessions(ctx context.Context, _, from, to string) (err error) {
	f.users.Range(func(userID, _ any) bool {
		err = f.Store.RestampSessions(ctx, userID.(string), from, to)
		return err == nil
	})
	return err
}

// revivingRestamp writes back what it read once.
type revivingRestamp struct{ keptSessions }

func (f revivingRestamp) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	return f.Store.SessionByID(ctx, id)
}

func (f revivingRestamp) RestampSessions(ctx context.Context, userID, from, to string) error {
	f.kept.Range(func(_, s any) bool {
		row := s.(auth.Session)
		_ = f.Store.CreateSession(ctx, &row)
		return true
	})
	return f.Store.RestampSessions(ctx, userID, from, to)
}

// seenRestamp takes a restamp for a sign of life.
type seenRestamp struct{ *memory.Store }

func (f seenRestamp) RestampSessions(ctx context.Context, userID, from, to string) error {
	list, _ := f.SessionsByUser(ctx, userID)
	for _, s := range list {
		_ = f.TouchSession(ctx, s.ID, s.LastSeen.Add(time.Minute))
	}
	return f.Store.RestampSessions(ctx, userID, from, to)
}

// halfSession notices that its caller has gone before it writes the index of
// the user's sessions.
type halfSession struct{ *memory.Store }

func (f halfSession) CreateSession(ctx context.Context, s *auth.Session) error {
	if err := ctx.Err(); err != nil {
		row := *s
		row.UserID = ""
		_ = f.Store.CreateSession(ctx, &row)
		return err
	}
	return f.Store.CreateSession(ctx, s)
}

// unlisted keeps no index of a user's sessions.
type unlisted struct{ *memory.Store }

func (f unlisted) SessionsByUser(context.Context, string) ([]auth.Session, error) { return nil, nil }
