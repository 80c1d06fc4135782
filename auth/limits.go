package auth

import (
	"context"
	"errors"
	"slices"
	"time"
)

const idledOut = "not used for too long"

// maxReplaced bounds how many sessions a login takes the place of.
const maxReplaced = 4

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
// user beyond the limit. It is called once the session of a login is stored and
// before its token is shown. What it replaces comes last: a login that is
// refused for a fault has ended nothing that its client gave up for it.
func (s *Service) trim(ctx context.Context, userID string, tokens []string) error {
	given := s.replaced(ctx, tokens)
	if err := s.endSurplus(ctx, userID, given); err != nil {
		return err
	}
	if s.replace(ctx, given) {
		return nil
	}
	return s.endSurplus(ctx, userID, nil) // what lives on counts
}

// endSurplus ends the user's sessions beyond the limit, those that have idled
// out first; the given ones neither count nor end. Of the logins at the same
// moment the one stored last sees all of them, and since each ranks them alike,
// none ends what another one keeps. So no more than the limit can ever be used,
// and no fewer remain.
func (s *Service) endSurplus(ctx context.Context, userID string, given []Claims) error {
	if s.most == 0 {
		return nil
	}
	sessions, err := s.ranked(ctx, userID)
	if err != nil {
		return err
	}
	now, kept := time.Now(), 0
	for i := range sessions {
		one := &sessions[i]
		if slices.ContainsFunc(given, func(c Claims) bool { return c.SessionID == one.ID }) {
			continue
		}
		why := "more sessions than a user may have"
		if s.idled(one, now) {
			why = idledOut
		} else if kept++; kept <= s.most {
			continue
		}
		if err := s.endSession(ctx, userID, one.ID, why); err != nil {
			return err
		}
	}
	return nil
}

// replacing is the operation of replaced and replace in the record.
const replacing = "end a replaced session"

// replaced returns what the tokens say, the first few different ones. It fails no
// login: where it takes longer than a request may, none is replaced, and a panic
// is a fault.
func (s *Service) replaced(ctx context.Context, tokens []string) []Claims {
	if len(tokens) == 0 {
		return nil
	}
	var different []string
	for _, token := range tokens {
		if len(different) < maxReplaced && !slices.Contains(different, token) {
			different = append(different, token)
		}
	}
	var given []Claims // belongs to what may go on behind the answer, unless err is nil
	err := s.finish(ctx, replacing, func(ctx context.Context) error {
		return s.caught(ctx, replacing, func(ctx context.Context) error {
			for _, token := range different {
				if claims, err := s.claims(ctx, token); err == nil {
					given = append(given, claims)
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil
	}
	return given
}

// replace ends the given sessions and reports whether it ended all. It fails no
// login either: what takes longer goes on behind the answer.
func (s *Service) replace(ctx context.Context, given []Claims) bool {
	if len(given) == 0 {
		return true
	}
	return nil == s.finish(ctx, replacing, func(ctx context.Context) error {
		return s.caught(ctx, replacing, func(ctx context.Context) error {
			var errs []error
			for _, claims := range given {
				errs = append(errs, s.logout(ctx, claims))
			}
			return errors.Join(errs...)
		})
	})
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
