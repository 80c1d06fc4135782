package auth

import (
	"context"
	"errors"
	"time"
)

// restampGrace is how often and how long apart a session is read again whose
// stamp is not its user's. A login that upgrades a hash changes the one a
// moment before the other; only when they stay apart was the password changed.
var restampGrace = [...]time.Duration{20 * time.Millisecond, 60 * time.Millisecond, 200 * time.Millisecond}

// readIdentity reads a session and its user and returns them if that session
// admits that user. Nearly always that is one call, which has a bound of its own.
func (s *Service) readIdentity(ctx context.Context, sessionID string, now time.Time) (*Identity, error) {
	for try := 0; ; try++ {
		id, err := s.fetchIdentity(ctx, sessionID, now)
		if errors.Is(err, ErrSessionNotFound) || errors.Is(err, ErrUserNotFound) {
			return nil, ErrInvalidToken
		}
		if err != nil {
			return nil, s.fault(ctx, "read session", err)
		}
		good := unknown(&id.User) == "" && id.User.Active && !s.idled(&id.Session, id.ReadAt)
		if good && id.Session.under(id.User.Stamp) {
			return id, nil
		}
		ctx = s.allowSince(ctx, now)
		if !good || try == len(restampGrace) {
			s.turnAway(ctx, id)
			return nil, ErrInvalidToken
		}
		if err := sleep(ctx, restampGrace[try]); err != nil {
			return nil, s.fault(ctx, "read session", err)
		}
		now = time.Now()
	}
}

// turnAway does what is left to do about a session that does not admit its user.
// The refusal stands, whether it fails or not.
func (s *Service) turnAway(ctx context.Context, id *Identity) {
	why := unknown(&id.User)
	switch {
	case why != "":
		if n := s.faults.Add(string(why)); n > 0 {
			s.audit(ctx, Event{Kind: EventFault, UserID: id.User.ID, SessionID: id.Session.ID, Reason: string(why), Count: n})
		}
	case !id.User.Active:
	case s.idled(&id.Session, id.ReadAt):
		_ = s.endSession(ctx, id.User.ID, id.Session.ID, idledOut)
	default:
		_ = s.endSession(ctx, id.User.ID, id.Session.ID, "the password was changed")
	}
}

// fetchIdentity is one query where the host named an IdentityReader, else two.
func (s *Service) fetchIdentity(ctx context.Context, sessionID string, now time.Time) (*Identity, error) {
	call, done := s.bounded(ctx)
	defer done()
	if s.identity != nil {
		id, err := s.identity.IdentityBySession(call, sessionID)
		if err != nil {
			return nil, err
		}
		id.ReadAt = now
		return id, nil
	}
	session, err := s.store.SessionByID(call, sessionID)
	if err != nil {
		return nil, err
	}
	user, err := s.store.UserByID(call, session.UserID)
	if err != nil {
		return nil, err
	}
	return &Identity{User: *user, Session: *session, ReadAt: now}, nil
}

// touch notes that a session is in use, about once a minute. Without an idle
// limit it is written behind the request: whether that works decides nothing.
func (s *Service) touch(ctx context.Context, session *Session, now time.Time) error {
	if now.Sub(session.LastSeen) < touchEvery {
		return nil
	}
	id := session.ID
	if s.idle > 0 {
		return s.note(s.allowSince(ctx, now), id, now)
	}
	if !s.touching.begin(id) {
		return nil
	}
	s.behind(ctx, "touch session", func(ctx context.Context) error {
		defer s.touching.end(id)
		return s.note(ctx, id, now)
	})
	return nil
}

func (s *Service) note(ctx context.Context, sessionID string, now time.Time) error {
	call, done := s.bounded(ctx)
	defer done()
	if err := s.store.TouchSession(call, sessionID, now.UTC()); err != nil {
		return s.fault(ctx, "touch session", err)
	}
	s.cache.touch(sessionID, now.UTC())
	return nil
}

// sleep waits for d, or returns early with ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
