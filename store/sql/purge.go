package sqlstore

import (
	"context"
	"time"
)

// Purge deletes sessions that have expired and throttle keys whose window is
// over, at most limit of each, the oldest first, and returns how many. Nothing
// depends on it but the size of the tables: call it on a ticker, every few
// minutes with a limit of a thousand say, on one process or on all.
//
// Several small batches let logins pass between them: if n is limit or more,
// call it again.
func (s *Store) Purge(ctx context.Context, limit int) (n int, err error) {
	if limit <= 0 {
		return 0, nil
	}
	sessions, err := s.exec(ctx, s.dialect.purgeSessions, time.Now().UnixMicro(), limit)
	if err != nil {
		return 0, fault("purge sessions", err)
	}
	keys, err := s.exec(ctx, s.dialect.purgeThrottle, limit)
	return int(sessions + keys), fault("purge throttle", err)
}
