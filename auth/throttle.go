package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

const (
	maxWaiters   = 128
	maxKeyWait   = 10 * time.Second
	pollFirst    = time.Millisecond
	pollLast     = 50 * time.Millisecond
	denialMaxAge = 5 * time.Second
)

// throttle bounds guessing. It is the one way to the password check: every
// attempt takes a slot under each of its keys before anything is hashed, and
// one that is refused then has spent it.
type throttle struct {
	store   ThrottleStore
	account Limit // of one account from one address
	address Limit
	pepper  []byte
	denied  denials
	lines   lines
	reporter
}

func newThrottle(store ThrottleStore, opts *Options, r reporter) *throttle {
	fill := func(l Limit, most int) Limit {
		return Limit{or(l.Max, most), or(l.Window, 15*time.Minute), or(l.Lease, time.Minute)}
	}
	return &throttle{
		store: store, pepper: opts.ThrottlePepper,
		account: fill(opts.AccountLimit, 10), address: fill(opts.AddressLimit, 100),
		reporter: r,
	}
}

// throttleKey is one count that an attempt takes part in.
type throttleKey struct {
	key   string
	limit Limit
	what  string // for the event
}

// keys lists the counts of one attempt in the order in which all attempts take
// them, so that no two wait for each other. The name is "id" and an account's
// ID, or "login" and a canonical login that has no account. Counting by ID
// makes all spellings of one account share one count.
func (t *throttle) keys(kind, name string, remote netip.Addr) []throttleKey {
	account, address := t.digest(kind, name), t.digest("address", network(remote))
	whole := t.account
	whole.Max *= 10
	keys := []throttleKey{
		{account + "/" + address, t.account, "account and address"},
		{account, whole, "account"},
	}
	if remote.IsValid() {
		keys = append(keys, throttleKey{address, t.address, "address"})
	}
	return keys
}

// digest names a count: people type passwords into the name field, and no
// table or log should have them.
func (t *throttle) digest(kind, name string) string {
	text := []byte("sallyport throttle\x00" + kind + "\x00" + name)
	var sum []byte
	if len(t.pepper) > 0 {
		mac := hmac.New(sha256.New, t.pepper)
		mac.Write(text)
		sum = mac.Sum(nil)
	} else {
		plain := sha256.Sum256(text)
		sum = plain[:]
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// network is what counts as one address: an IPv6 client commands its whole
// /64, and an IPv4 address has one spelling.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64)
		return p.String()
	}
	return a.String()
}

// reserve takes a slot under every key, or none. A refusal is a *RetryAfter
// with ErrThrottled that says when the last of the refusing keys is free.
func (t *throttle) reserve(ctx context.Context, keys []throttleKey) ([]Reservation, *throttleKey, error) {
	var held []Reservation
	for i, k := range keys {
		r, err := t.take(ctx, k)
		if err == nil && r.Decision == Granted {
			held = append(held, r)
			continue
		}
		t.release(ctx, held)
		if err != nil {
			return nil, nil, err
		}
		after := max(r.RetryAfter, t.longest(ctx, keys[i+1:]), time.Millisecond)
		return nil, &keys[i], &RetryAfter{Err: ErrThrottled, After: after}
	}
	return held, nil, nil
}

// remembered refuses an attempt whose keys are known to be denied, without
// asking the store.
func (t *throttle) remembered(keys []throttleKey) (*throttleKey, error) {
	var refusing *throttleKey
	var longest time.Duration
	for i, k := range keys {
		if left := t.denied.left(k.key); left > longest {
			refusing, longest = &keys[i], left
		}
	}
	if refusing == nil {
		return nil, nil
	}
	return refusing, &RetryAfter{Err: ErrThrottled, After: longest}
}

// take waits in line until the store decides for or against one attempt. At
// most one attempt of this process at a time asks about a key.
func (t *throttle) take(ctx context.Context, k throttleKey) (Reservation, error) {
	patience, cancel := context.WithTimeoutCause(ctx, maxKeyWait, errCrowded)
	defer cancel()
	resume := pause(ctx)
	line, err := t.lines.enter(patience, k.key)
	resume()
	if err != nil {
		return Reservation{}, err
	}
	defer t.lines.leave(k.key, line)
	for wait := pollFirst; ; wait = min(2*wait, pollLast) {
		if after := t.denied.left(k.key); after > 0 {
			return Reservation{Decision: Denied, RetryAfter: after}, nil
		}
		resume := pause(ctx)
		r, err := t.ask(ctx, k)
		if errors.Is(err, errSilent) {
			t.lines.fail(k.key, line, err)
		}
		if err != nil || r.Decision != Undecided {
			return r, err
		}
		err = line.pause(patience, wait)
		resume() // to be told to wait is part of waiting
		if err != nil {
			return Reservation{}, err
		}
	}
}

// errSilent: the store did not answer in time.
var errSilent = errors.New("auth: the throttle store is silent")

// ask is one Reserve; a denial is remembered for a few seconds, since even
// refusing costs a locked row.
func (t *throttle) ask(ctx context.Context, k throttleKey) (Reservation, error) {
	call, done := t.bounded(ctx)
	defer done()
	r, err := t.store.Reserve(call, k.key, k.limit)
	if err != nil && call.Err() != nil && ctx.Err() == nil {
		return Reservation{}, fmt.Errorf("%w: %w", errSilent, err)
	}
	if err != nil {
		return Reservation{}, err
	}
	if r.Decision == Denied {
		t.denied.put(k.key, r.RetryAfter)
	}
	return r, nil
}

// longest is how long the longest denial under keys still lasts. Whoever is
// told when to come back should not be refused again for another reason. A
// slot that is granted in asking is given back; faults change nothing here.
func (t *throttle) longest(ctx context.Context, keys []throttleKey) time.Duration {
	var longest time.Duration
	for _, k := range keys {
		r, err := t.ask(ctx, k)
		switch {
		case err != nil:
			_ = t.fault(ctx, "reserve a login", err)
		case r.Decision == Granted:
			t.release(ctx, []Reservation{r})
		case r.Decision == Denied:
			longest = max(longest, r.RetryAfter)
		}
	}
	return longest
}

// release gives back the slots of an attempt that is not made.
func (t *throttle) release(ctx context.Context, held []Reservation) {
	if len(held) > 0 {
		_ = t.settle(ctx, held, false)
	}
}

// settle gives slots back, as failures if failed. A slot that cannot be settled
// counts until its window ends, which is a fault.
func (t *throttle) settle(ctx context.Context, held []Reservation, failed bool) error {
	err := t.finish(ctx, "settle a login", func(ctx context.Context) error {
		if err := t.settleAll(ctx, held, failed); err != nil {
			return t.fault(ctx, "settle a login", err)
		}
		return nil
	})
	if errors.Is(err, errUnfinished) {
		return t.fault(ctx, "settle a login", err)
	}
	return err
}

// settleAll goes in the opposite order to reserve.
func (t *throttle) settleAll(ctx context.Context, held []Reservation, failed bool) error {
	var errs []error
	for i := len(held) - 1; i >= 0; i-- {
		call, done := t.bounded(ctx)
		if err := t.store.Settle(call, held[i], failed); err != nil {
			errs = append(errs, fmt.Errorf("settle: %w", err))
		}
		done()
		t.lines.nudge(held[i].Key)
	}
	return errors.Join(errs...)
}

// forget clears all counts of an account.
func (t *throttle) forget(ctx context.Context, userID string) error {
	call, done := t.bounded(ctx)
	defer done()
	err := t.store.Forget(call, t.digest("id", userID))
	t.denied.clear()
	return err
}
