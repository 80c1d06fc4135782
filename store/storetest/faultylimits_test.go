package storetest_test

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// oneMore is off by one.
type oneMore struct{ *memory.Store }

func (f oneMore) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	l.Max++
	return f.Store.Reserve(ctx, key, l)
}

// shortKeys has a column of 64 bytes for keys.
type shortKeys struct{ *memory.Store }

func (f shortKeys) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	return f.Store.Reserve(ctx, key[:min(len(key), 64)], l)
}

// countedDenials counts first and decides then.
type countedDenials struct{ *memory.Store }

func (f countedDenials) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if err != nil || r.Decision == auth.Granted {
		return r, err
	}
	l.Max = 1 << 20
	more, err := f.Store.Reserve(ctx, key, l)
	if err != nil {
		return auth.Reservation{}, err
	}
	return r, f.Store.Settle(ctx, more, true)
}

// firstLimit keeps the limit in the row of the first attempt.
type firstLimit struct {
	*memory.Store
	limits map[string]auth.Limit
}

func (f firstLimit) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	if _, there := f.limits[key]; !there {
		f.limits[key] = l
	}
	return f.Store.Reserve(ctx, key, f.limits[key])
}

// wholeWindow has each denial begin the window again.
type wholeWindow struct{ *memory.Store }

func (f wholeWindow) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	if r.Decision == auth.Denied {
		r.RetryAfter = l.Window
	}
	return r, err
}

type retryNow struct{ *memory.Store }

func (f retryNow) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := f.Store.Reserve(ctx, key, l)
	r.RetryAfter = 0
	return r, err
}

type longLease struct{ *memory.Store }

func (f longLease) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	l.Lease = time.Second
	return f.Store.Reserve(ctx, key, l)
}
