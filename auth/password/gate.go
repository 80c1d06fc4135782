package password

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrBusy means that too many calls wait for a hashing slot, or that this one
// has waited too long. Nothing was hashed; another try may find room.
var ErrBusy = errors.New("password: too many passwords are being checked: try again in a few seconds")

// BusyError is the ErrBusy of a Hasher.
type BusyError struct {
	// After is how long those that wait now will take, as measured on the work
	// before, and no longer than any of them waits. Zero: none was finished yet.
	After time.Duration
}

func (e *BusyError) Error() string { return ErrBusy.Error() }

// Unwrap returns ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }

// gate lets a few callers work at a time and the next ones wait in the order
// they came.
type gate struct {
	slots   int           // callers that work at once
	queue   int           // callers that wait, at most
	timeout time.Duration // how long one waits, at most
	waited  func(context.Context, time.Duration)

	mu      sync.Mutex
	running int
	waiting list.List     // of chan struct{}, closed when its caller has a slot
	pace    time.Duration // how long work holds a slot, of late; zero: not known
}

// do runs work in a slot and always finishes it. ErrBusy and the error of ctx
// mean that it was not begun.
func (g *gate) do(ctx context.Context, work func()) error {
	asked := time.Now()
	err := g.enter(ctx)
	begun := time.Now()
	if err == nil {
		defer func() { g.leave(time.Since(begun)) }() // also when work panics, or who is told
	}
	if g.waited != nil {
		g.waited(ctx, begun.Sub(asked))
	}
	if err == nil {
		work()
	}
	return err
}

func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return notBegun(err)
	}
	g.mu.Lock()
	if g.running < g.slots {
		g.running++
		g.mu.Unlock()
		return nil
	}
	if g.waiting.Len() >= g.queue {
		defer g.mu.Unlock()
		return g.busy()
	}
	granted := make(chan struct{})
	place := g.waiting.PushBack(granted)
	g.mu.Unlock()

	timer := time.NewTimer(g.timeout)
	defer timer.Stop()
	select {
	case <-granted:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.giveUp(place)
	if err := ctx.Err(); err != nil {
		return notBegun(err)
	}
	return g.busy()
}

// giveUp leaves the queue. A slot that was granted in the same moment goes to
// the next in it. The caller holds g.mu.
func (g *gate) giveUp(place *list.Element) {
	select {
	case <-place.Value.(chan struct{}):
		g.pass()
	default:
		g.waiting.Remove(place)
	}
}

// busy refuses, and says how long until those that wait now have a slot or have
// given up. That is advice and decides nothing here: a process that was stopped
// for a while, or a few costly hashes, must not keep others out. The caller
// holds g.mu.
func (g *gate) busy() error {
	drain := g.pace * time.Duration(g.waiting.Len()) / time.Duration(g.slots)
	return &BusyError{After: min(drain, g.timeout)}
}

// leave notes how long the slot was held, for one part in eight: what delays
// a single one says little of the next.
func (g *gate) leave(held time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pace == 0 {
		g.pace = held
	}
	g.pace += (held - g.pace) / 8
	g.pass()
}

// pass hands a slot to the first in the queue, or frees it. The caller holds
// g.mu and the slot.
func (g *gate) pass() {
	first := g.waiting.Front()
	if first == nil {
		g.running--
		return
	}
	close(g.waiting.Remove(first).(chan struct{}))
}

func notBegun(err error) error {
	return fmt.Errorf("password: given up before hashing began: %w", err)
}

// Stats is what the slots of a [Hasher] are doing at one moment.
type Stats struct {
	Slots   int // hashes that may run at once
	Running int // hashes that run
	Waiting int // calls that wait for a slot
}

func (g *gate) stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{Slots: g.slots, Running: g.running, Waiting: g.waiting.Len()}
}
