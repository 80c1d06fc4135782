package storetest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// countedLater counts what has failed and not what is under way.
type countedLater struct {
	*memory.Store
	mu     sync.Mutex
	failed map[string]int
}

func (f *countedLater) Reserve(_ context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	f.mu.Lock()
	full := f.failed[key] >= l.Max
	f.mu.Unlock()
	if full {
		return auth.Reservation{Decision: auth.Denied, Key: key, RetryAfter: l.Window}, nil
	}
	roundTrip()
	return auth.Reservation{Decision: auth.Granted, Key: key}, nil
}

func (f *countedLater) Settle(_ context.Context, r auth.Reservation, failed bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = make(map[string]int)
	}
	if failed {
		f.failed[r.Key]++
	}
	return nil
}

type neverUndecided struct{ *memory.Store }

func (f neverUndecided) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Undecided {
		r.Decision, r.RetryAfter = auth.Denied, l.Window
	}
	return r, err
}

type neverDenied struct{ *memory.Store }

func (f neverDenied) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Denied {
		r.Decision = auth.Undecided
	}
	return r, err
}

type foldedKeys struct{ *memory.Store }

func (f foldedKeys) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	return f.Store.Reserve(ctx, strings.ToLower(key), l)
}

// epochIgnored settles whatever slot the key has now.
type epochIgnored struct {
	*memory.Store
	latest int64
}

func (f *epochIgnored) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Granted {
		f.latest = r.Epoch
	}
	return r, err
}

func (f *epochIgnored) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	r.Epoch = f.latest
	return f.Store.Settle(ctx, r, failed)
}

// forgivingSettle resets the key once somebody knew their password.
type forgivingSettle struct{ *memory.Store }

func (f forgivingSettle) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	if !failed {
		return f.Forget(ctx, r.Key)
	}
	return f.Store.Settle(ctx, r, failed)
}

// forgetWhere forgets the keys that a condition holds for.
type forgetWhere struct {
	*memory.Store
	where func(stored, key string) bool
	keys  map[string]bool
}

func forgetting(where func(stored, key string) bool) func() auth.Store {
	return func() auth.Store { return forgetWhere{memory.New(), where, map[string]bool{}} }
}

func (f forgetWhere) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	f.keys[key] = true
	return f.Store.Reserve(ctx, key, l)
}

func (f forgetWhere) Forget(ctx context.Context, key string) error {
	for k := range f.keys {
		if f.where(k, key) {
			_ = f.Store.Forget(ctx, k)
		}
	}
	return nil
}

// likeBelow is a pattern whose underscores are not escaped.
func likeBelow(stored, key string) bool { return like(stored, key+"/%") }

// noneForgotten takes a key without a count for an error.
type noneForgotten struct {
	*memory.Store
	keys map[string]bool
}

func (f noneForgotten) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	f.keys[key] = true
	return f.Store.Reserve(ctx, key, l)
}

func (f noneForgotten) Forget(ctx context.Context, key string) error {
	if !f.keys[key] {
		return errors.New("no such key")
	}
	return f.Store.Forget(ctx, key)
}

// flatKeys knows nothing of what is below a key.
type flatKeys struct{ *memory.Store }

func (f flatKeys) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, strings.ReplaceAll(key, "/", "-"), l)
	r.Key = key
	return r, err
}

func (f flatKeys) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	r.Key = strings.ReplaceAll(r.Key, "/", "-")
	return f.Store.Settle(ctx, r, failed)
}

// settledAgain has nothing that stops at zero attempts under way: a slot that
// is settled again as a failure is one failure more.
type settledAgain struct {
	*memory.Store
	settled map[auth.Reservation]int
}

func (f settledAgain) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	if f.settled[r]++; f.settled[r] > 1 && failed {
		more, err := f.Store.Reserve(ctx, r.Key, auth.Limit{Max: 1 << 20, Window: time.Hour, Lease: time.Hour})
		if err != nil {
			return err
		}
		return f.Store.Settle(ctx, more, true)
	}
	return f.Store.Settle(ctx, r, failed)
}
