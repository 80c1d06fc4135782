package sqlstore

import (
	"context"
	"math/rand/v2"
	"time"
)

// A statement or transaction that lost to another one is run again, after
// waits that double from minWait to maxWait: about half a second in all. How
// long SQLite waits for its one writer is the busy_timeout of the DSN.
const (
	maxAttempts = 10
	minWait     = 2 * time.Millisecond
	maxWait     = 100 * time.Millisecond
)

// retry runs op until it succeeds, fails for another reason than a conflict,
// or has lost maxAttempts times. It returns op's last error.
func (s *Store) retry(ctx context.Context, op func() error) error {
	wait := minWait
	for attempt := 1; ; attempt++ {
		err := op()
		if err == nil || attempt == maxAttempts || !s.dialect.conflict(err) {
			return err
		}
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
			return err
		}
		wait = min(2*wait, maxWait)
	}
}
