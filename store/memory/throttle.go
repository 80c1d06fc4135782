package memory

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Throttle is an [auth.ThrottleStore] in this process, on its clock.
type Throttle struct {
	mu     sync.Mutex
	rows   map[string]*count
	keys   order // of rows, for Forget
	queue  queue
	epochs int64 // begun so far: no two are alike, also within one clock tick
}

// count is a row; its deadline is the key and the end of the window.
type count struct {
	deadline
	epoch           int64
	failed, pending int
	lease           int64 // of the latest attempt, Unix microseconds
}

// NewThrottle returns a throttle that has counted nothing.
func NewThrottle() *Throttle {
	return &Throttle{rows: make(map[string]*count)}
}

// Reserve takes one slot under key.
func (t *Throttle) Reserve(_ context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now().UnixMicro()
	t.sweep(now)
	row := t.current(key, now)
	if row == nil {
		row = t.add(key, now+l.Window.Microseconds())
	}
	switch {
	case row.failed >= l.Max:
		left := time.Duration(row.at-now) * time.Microsecond
		return auth.Reservation{Decision: auth.Denied, Key: key, RetryAfter: left}, nil
	case row.failed+row.pending >= l.Max:
		return auth.Reservation{Decision: auth.Undecided, Key: key}, nil
	}
	row.pending++
	row.lease = now + l.Lease.Microseconds()
	return auth.Reservation{Decision: auth.Granted, Key: key, Epoch: row.epoch}, nil
}

// Settle gives a granted slot back.
func (t *Throttle) Settle(_ context.Context, r auth.Reservation, failed bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	row := t.current(r.Key, time.Now().UnixMicro())
	if row == nil || row.epoch != r.Epoch || row.pending == 0 {
		return nil
	}
	row.pending--
	if failed {
		row.failed++
	}
	return nil
}

// Forget removes a key and those below it.
func (t *Throttle) Forget(_ context.Context, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if row := t.rows[key]; row != nil {
		t.remove(row)
	}
	var below []*count
	for k := range t.keys.from(key + "/") {
		if !strings.HasPrefix(k, key+"/") {
			break
		}
		below = append(below, t.rows[k])
	}
	for _, row := range below {
		t.remove(row)
	}
	return nil
}

// current returns the row of key as of now, or nil when there is none or its
// window is over. A lease that is over has turned pending attempts into
// failures, and their epoch is over too.
func (t *Throttle) current(key string, now int64) *count {
	row := t.rows[key]
	if row == nil {
		return nil
	}
	if row.at <= now {
		t.remove(row)
		return nil
	}
	if row.pending > 0 && row.lease <= now {
		row.failed, row.pending = row.failed+row.pending, 0
		row.epoch = t.nextEpoch()
	}
	return row
}

func (t *Throttle) add(key string, until int64) *count {
	row := &count{deadline: deadline{key: key, at: until}, epoch: t.nextEpoch()}
	t.rows[key] = row
	t.keys.insert(key)
	t.queue.add(&row.deadline)
	return row
}

func (t *Throttle) remove(row *count) {
	delete(t.rows, row.key)
	t.keys.remove(row.key)
	t.queue.remove(&row.deadline)
}

func (t *Throttle) nextEpoch() int64 {
	t.epochs++
	return t.epochs
}

// sweep drops some of the rows whose window is over.
func (t *Throttle) sweep(now int64) {
	for range sweep {
		key, over := t.queue.over(now)
		if !over {
			return
		}
		t.remove(t.rows[key])
	}
}
