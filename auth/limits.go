package auth

import (
	"context"
	"time"
)

const idledOut = "not used for too long"

// idled reports whether nobody has used the session for longer than the limit.
func (s *Service) idled(session *Session, now time.Time) bool {
	return s.idle > 0 && now.Sub(session.LastSeen) >= s.idle
}

// newest returns when a new session of the user is created: now, or, where
// sessions are counted and another node's clock is ahead, just after the newest
// one there is. A login must not end its own session as the oldest.
func (s *Service) newest(ctx context.Context, userID string, now time.Time) (time.Time, error) {
	if s.most == 0 {
		return now, nil
	}
	sessions, err := s.ranked(ctx, userID)
	if err != nil || len(sessions) == 0 || sessions[0].CreatedAt.Before(now) {
		return now, err
	}
	return sessions[0].CreatedAt.Add(time.Microsecond), nil
}

// trim ends the sessions of the user beyond the limit, those that have idled
// out first. It is called once the session of a login is stored and before its
// token is shown: of the logins at the same moment the one stored last sees all
// of them, and since each ranks them alike, none ends what another one keeps.
// So no more than the limit can ever be used, and no fewer remain.
func (s *Service) trim(ctx context.Context, userID string) error {
	if s.most == 0 {
		return nil
	}
	sessions, err := s.ranked(ctx, userID)
	if err != nil {
		return err
	}
	now, kept := time.Now(), 0
	for i := range sessions {
		why := "more sessions than a user may have"
		if s.idled(&sessions[i], now) {
			why = idledOut
		} else if kept++; kept <= s.most {
			continue
		}
		if err := s.endSession(ctx, EventSessionEnded, userID, sessions[i].ID, why); err != nil {
			return err
		}
	}
	return nil
}

// ranked reads the user's sessions, the newest first, in an order that is the
// same on every node.
func (s *Service) ranked(ctx context.Context, userID string) ([]Session, error) {
	call, done := s.bounded(ctx)
	defer done()
	sessions, err := s.store.SessionsByUser(call, userID)
	if err != nil {
		return nil, s.fault(ctx, "list sessions", err)
	}
	for i := range sessions { // by insertion: a store gives them in this order but for equal times
		for ; i > 0 && outranks(&sessions[i], &sessions[i-1]); i-- {
			sessions[i], sessions[i-1] = sessions[i-1], sessions[i]
		}
	}
	return sessions, nil
}

func outranks(a, b *Session) bool {
	return a.CreatedAt.After(b.CreatedAt) || a.CreatedAt.Equal(b.CreatedAt) && a.ID < b.ID
}
