package storetest_test

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// settledAs takes every slot for one of the same outcome.
type settledAs struct {
	*memory.Store
	failed bool
}

func (f settledAs) Settle(ctx context.Context, r auth.Reservation, _ bool) error {
	return f.Store.Settle(ctx, r, f.failed)
}

// oldestSlot gives back the slot that was granted first, whose ever it is.
type oldestSlot struct {
	*memory.Store
	slots []auth.Reservation
}

func (f *oldestSlot) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Granted {
		f.slots = append(f.slots, r)
	}
	return r, err
}

func (f *oldestSlot) Settle(ctx context.Context, _ auth.Reservation, failed bool) error {
	if len(f.slots) == 0 {
		return nil
	}
	oldest := f.slots[0]
	f.slots = f.slots[1:]
	return f.Store.Settle(ctx, oldest, failed)
}

// upsertFailure makes the count that it does not find.
type upsertFailure struct {
	*memory.Store
	counts map[string]bool
}

func (f upsertFailure) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	f.counts[key] = true
	return f.Store.Reserve(ctx, key, l)
}

func (f upsertFailure) Forget(ctx context.Context, key string) error {
	delete(f.counts, key)
	return f.Store.Forget(ctx, key)
}

func (f upsertFailure) Settle(ctx context.Context, r auth.Reservation, failed bool) (err error) {
	if failed && !f.counts[r.Key] {
		if r, err = f.Reserve(ctx, r.Key, auth.Limit{Max: 1 << 20, Window: time.Hour, Lease: time.Hour}); err != nil {
			return err
		}
	}
	return f.Store.Settle(ctx, r, failed)
}

// leftRow inserts where the row of a window that is over is still there.
type leftRow struct {
	*memory.Store
	until map[string]time.Time
}

func (f leftRow) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	until, there := f.until[key]
	if there && time.Now().After(until) {
		return auth.Reservation{}, errors.New("duplicate key")
	}
	if !there {
		f.until[key] = time.Now().Add(l.Window)
	}
	return f.Store.Reserve(ctx, key, l)
}

// freeCrash gives back the slots whose lease is over.
type freeCrash struct {
	*memory.Store
	leased map[auth.Reservation]time.Time
}

func (f freeCrash) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	for r, until := range f.leased {
		if time.Now().After(until) {
			_ = f.Store.Settle(ctx, r, false)
			delete(f.leased, r)
		}
	}
	until := time.Now().Add(l.Lease)
	l.Lease = time.Hour
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Granted {
		f.leased[r] = until
	}
	return r, err
}

// goneFails has the attempts of callers who have gone fail, and their failures
// forgiven.
type goneFails struct{ *memory.Store }

func (f goneFails) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if gone := ctx.Err(); gone != nil && err == nil {
		return auth.Reservation{}, errors.Join(gone, f.Store.Settle(ctx, r, true))
	}
	return r, err
}

func (f goneFails) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	return errors.Join(ctx.Err(), f.Store.Settle(ctx, r, failed && ctx.Err() == nil))
}

// forgottenLater says yes and does nothing.
type forgottenLater struct{ *memory.Store }

func (f forgottenLater) Forget(context.Context, string) error { return nil }
