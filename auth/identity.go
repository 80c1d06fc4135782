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

// readIdentity reads a session and its user now and returns them if that
// session admits that user.
func (s *Service) readIdentity(ctx context.Context, sessionID string) (*Identity, error) {
	for try := 0; ; try++ {
		id, err := s.fetchIdentity(ctx, sessionID)
		if errors.Is(err, ErrSessionNotFound) || errors.Is(err, ErrUserNotFound) {
			return nil, ErrInvalidToken
		}
		if err != nil {
			return nil, s.fault(ctx, "read session", err)
		}
		if why := unknown(&id.User); why != "" {
			if n := s.faults.Add(string(why)); n > 0 {
				s.audit(ctx, Event{Kind: EventFault, UserID: id.User.ID, SessionID: sessionID, Reason: string(why), Count: n})
			}
			return nil, ErrInvalidToken
		}
		if !id.User.Active {
			return nil, ErrInvalidToken
		}
		if s.idled(&id.Session, id.ReadAt) {
			_ = s.endSession(ctx, id.User.ID, sessionID, idledOut)
			return nil, ErrInvalidToken
		}
		if id.Session.under(id.User.Stamp) {
			return id, nil
		}
		if try == len(restampGrace) {
			// A failure to end it is an event; the refusal stands either way.
			_ = s.endSession(ctx, id.User.ID, sessionID, "the password was changed")
			return nil, ErrInvalidToken
		}
		if err := sleep(ctx, restampGrace[try]); err != nil {
			return nil, s.fault(ctx, "read session", err)
		}
	}
}

// fetchIdentity is one query where the host named an IdentityReader, else two.
func (s *Service) fetchIdentity(ctx context.Context, sessionID string) (*Identity, error) {
	call, done := s.bounded(ctx)
	defer done()
	readAt := time.Now()
	if s.identity != nil {
		id, err := s.identity.IdentityBySession(call, sessionID)
		if err != nil {
			return nil, err
		}
		id.ReadAt = readAt
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
	return &Identity{User: *user, Session: *session, ReadAt: readAt}, nil
}

// touch notes that a session is in use, about once a minute. Without an idle
// limit it is written behind the request: whether that works decides nothing.
func (s *Service) touch(ctx context.Context, session *Session, now time.Time) error {
	if now.Sub(session.LastSeen) < touchEvery {
		return nil
	}
	id := session.ID
	if s.idle > 0 {
		return s.note(ctx, id, now)
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
