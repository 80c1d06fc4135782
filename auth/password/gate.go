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

// gate lets a few callers work at a time and the next ones wait in the order
// they came.
type gate struct {
	slots   int           // callers that work at once
	queue   int           // callers that wait, at most
	timeout time.Duration // how long one waits, at most
	waited  func(context.Context, time.Duration)

	mu      sync.Mutex
	running int
	waiting list.List // of chan struct{}, closed when its caller has a slot
}

// do runs work in a slot and always finishes it. ErrBusy and the error of ctx
// mean that it was not begun.
func (g *gate) do(ctx context.Context, work func()) error {
	begun := time.Now()
	err := g.enter(ctx)
	if err == nil {
		defer g.leave() // also when work panics, or who is told
	}
	if g.waited != nil {
		g.waited(ctx, time.Since(begun))
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
		g.mu.Unlock()
		return ErrBusy
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
		return g.giveUp(place, ErrBusy)
	case <-ctx.Done():
		return g.giveUp(place, notBegun(ctx.Err()))
	}
}

// giveUp leaves the queue and returns why. A slot that was granted in the
// same moment goes to the next in the queue.
func (g *gate) giveUp(place *list.Element, why error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-place.Value.(chan struct{}):
		g.pass()
	default:
		g.waiting.Remove(place)
	}
	return why
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
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
