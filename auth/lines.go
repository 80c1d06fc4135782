package auth

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errCrowded: an attempt waited too long, or too many wait already.
var errCrowded = errors.New("auth: too many logins wait for the same account or address")

// lines orders the attempts of this process that want a slot under the same
// key: the first asks the store, the others wait behind it. The zero value is
// ready.
type lines struct {
	mu    sync.Mutex
	byKey map[string]*line
}

// line is the queue at one key.
type line struct {
	turn    chan struct{} // holds one token; who has it may ask
	freed   chan struct{} // a slot was given back in this process
	waiting int           // guarded by lines.mu
	failed  chan struct{} // closed when err is set: nobody need ask any more
	err     error
}

// enter waits for the turn at key. The caller leaves with leave.
func (l *lines) enter(ctx context.Context, key string) (*line, error) {
	at, err := l.join(key)
	if err != nil {
		return nil, err
	}
	select {
	case at.turn <- struct{}{}:
		if err := at.broken(); err != nil {
			l.leave(key, at)
			return nil, err
		}
		return at, nil
	case <-at.failed:
		err = at.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	l.part(key, at)
	return nil, err
}

// fail gives err to all who wait at key behind the caller, who has the turn:
// they would ask the same store in vain, one after the other. Who comes later
// asks anew.
func (l *lines) fail(key string, at *line, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byKey[key] == at {
		delete(l.byKey, key)
	}
	at.err = err
	close(at.failed)
}

// broken returns what the line has failed with, if it has.
func (at *line) broken() error {
	select {
	case <-at.failed:
		return at.err
	default:
		return nil
	}
}

// leave gives the turn to the next.
func (l *lines) leave(key string, at *line) {
	<-at.turn
	l.part(key, at)
}

// nudge tells whoever asks about key to ask again now.
func (l *lines) nudge(key string) {
	l.mu.Lock()
	at := l.byKey[key]
	l.mu.Unlock()
	if at == nil {
		return
	}
	select {
	case at.freed <- struct{}{}:
	default:
	}
}

// pause waits for d, or less if a slot is given back.
func (at *line) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-at.freed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

func (l *lines) join(key string) (*line, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.byKey[key]
	if at == nil {
		at = &line{turn: make(chan struct{}, 1), freed: make(chan struct{}, 1), failed: make(chan struct{})}
		if l.byKey == nil {
			l.byKey = make(map[string]*line)
		}
		l.byKey[key] = at
	}
	if at.waiting > maxWaiters {
		return nil, errCrowded
	}
	at.waiting++
	return at, nil
}

func (l *lines) part(key string, at *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.waiting--; at.waiting == 0 && l.byKey[key] == at {
		delete(l.byKey, key)
	}
}
