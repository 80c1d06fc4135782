package auth

import (
	"context"
	"sync"
	"time"
)

// late is a context with a deadline whose timer is made when somebody asks to
// be told of its end. A store in this process never does, and would pay more
// for the timer than for the read.
type late struct {
	context.Context // the parent's, also where its deadline is the earlier one
	ends            time.Time

	mu    sync.Mutex
	timed context.Context // nil: nobody asked yet
	stop  context.CancelFunc
	over  bool
}

// asked returns the context that has the timer.
func (l *late) asked() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.timed != nil:
	case l.over:
		l.timed, l.stop = context.WithCancel(l.Context)
		l.stop()
	default:
		l.timed, l.stop = context.WithDeadline(l.Context, l.ends)
	}
	return l.timed
}

// cancel implements [context.CancelFunc].
func (l *late) cancel() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.stop != nil {
		l.stop()
	}
}

func (l *late) Deadline() (time.Time, bool) {
	if earlier, ok := l.Context.Deadline(); ok && earlier.Before(l.ends) {
		return earlier, true
	}
	return l.ends, true
}

func (l *late) Done() <-chan struct{} { return l.asked().Done() }
func (l *late) Err() error            { return l.asked().Err() }

// Value shows package context the one with the timer, once a child has asked
// for Done: it then needs no goroutine to tell the child.
func (l *late) Value(key any) any {
	l.mu.Lock()
	from := l.timed
	l.mu.Unlock()
	if from == nil {
		from = l.Context
	}
	return from.Value(key)
}
