package authtest

import (
	"context"
	"slices"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
)

// Recorder is an [auth.Auditor] that remembers. The zero Recorder is empty; it
// is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	events []auth.Event
	err    error
}

var _ auth.Auditor = (*Recorder)(nil)

// Audit implements [auth.Auditor].
func (r *Recorder) Audit(_ context.Context, e auth.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	r.events = append(r.events, e)
	return nil
}

// Events returns what was recorded so far, the oldest first: all of it, or
// that of the kinds named.
func (r *Recorder) Events(kinds ...auth.EventKind) []auth.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []auth.Event
	for _, e := range r.events {
		if len(kinds) == 0 || slices.Contains(kinds, e.Kind) {
			found = append(found, e)
		}
	}
	return found
}

// Fail makes every later Audit return err and record nothing. Nil: it works
// again.
func (r *Recorder) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}
