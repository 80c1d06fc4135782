package auth

import (
	"context"
	"slices"
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

// trim ends the sessions that the tokens name, and of the others those of the
// user beyond the limit, those that have idled out first. It is called once the
// session of a login is stored and before its token is shown: of the logins at
// the same moment the one stored last sees all of them, and since each ranks
// them alike, none ends what another one keeps. So no more than the limit can
// ever be used, and no fewer remain.
func (s *Service) trim(ctx context.Context, userID string, tokens []string) error {
	var sessions []Session
	if s.most > 0 {
		var err error
		if sessions, err = s.ranked(ctx, userID); err != nil {
			return err
		}
	}
	replaced := s.replace(ctx, tokens)
	now, kept := time.Now(), 0
	for i := range sessions {
		if slices.Contains(replaced, sessions[i].ID) {
			continue
		}
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

// replace ends the sessions that the tokens name and returns those it ended. It
// fails no login: where it takes longer than a request may, it goes on behind
// the answer, and a panic is a fault.
func (s *Service) replace(ctx context.Context, tokens []string) []string {
	if len(tokens) == 0 {
		return nil
	}
	const operation = "end a replaced session"
	var ended []string // belongs to what may go on behind the answer, unless err is nil
	err := s.finish(ctx, operation, func(ctx context.Context) error {
		return s.caught(ctx, operation, func(ctx context.Context) error {
			for _, token := range tokens {
				claims, err := s.claims(ctx, token)
				if err == nil && s.endSession(ctx, EventLogout, claims.UserID, claims.SessionID, "") == nil {
					ended = append(ended, claims.SessionID)
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil
	}
	return ended
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
