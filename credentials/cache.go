package credentials

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	defaultFresh    = time.Minute
	defaultMaxStale = 10 * time.Minute
	defaultTimeout  = 10 * time.Second

	maxSets      = 64               // that one Cache keeps
	patience     = time.Second      // for a fetch while there is something to show
	firstBackOff = time.Second      // after a failure; doubled by each further one
	maxBackOff   = 15 * time.Second // up to this
	minRenew     = time.Second      // for a source that repeats a set that is about to expire
)

// CacheOptions are the bounds of a Cache. A nil *CacheOptions is all defaults.
type CacheOptions struct {
	// Fresh is how long a set is served without asking the source again, and
	// so how long a rotation may go unseen while the source answers: this or
	// Timeout, whichever is longer. Zero: a minute.
	Fresh time.Duration

	// MaxStale is how long after that a set is still served while the source
	// fails. Zero: 10 minutes. A nanosecond is as good as none.
	MaxStale time.Duration

	// Timeout is how long the source may take for an answer. Zero: 10 s.
	Timeout time.Duration
}

// Cache keeps what a source answered, for sources that are slow, remote or
// paid by the call. Make one with [NewCache]. It is a source itself, safe for
// use from many goroutines.
//
// A set is kept whole. It is served while it is fresh, without a lock, and
// asked for anew in the background in the last quarter of that time. After it,
// callers wait for one call that they share, which none of them cancels by
// leaving. If the call fails, or takes longer than a second, they have what was
// last known until MaxStale is over, and then the fault. Calls that fail are
// made 1 s apart, then 2, 4, 8 and 15.
//
// Nothing is served past its own Expires. That a set is not configured is
// believed at once, and is never served in place of a fault. A source that
// panics has failed. At most 64 sets are kept; further ones are asked of the
// source each time.
type Cache struct {
	src  auth.SecretProvider
	opts CacheOptions

	sets atomic.Pointer[map[string]*cached] // replaced, never changed
	mu   sync.Mutex                         // held by who replaces it
}

// NewCache returns a Cache in front of src. It fails when src is nil or an
// option is negative.
func NewCache(src auth.SecretProvider, opts *CacheOptions) (*Cache, error) {
	c := &Cache{src: src}
	if opts != nil {
		c.opts = *opts
	}
	if src == nil {
		return nil, errNoSource
	}
	for _, o := range []struct {
		value *time.Duration
		zero  time.Duration
	}{{&c.opts.Fresh, defaultFresh}, {&c.opts.MaxStale, defaultMaxStale}, {&c.opts.Timeout, defaultTimeout}} {
		if *o.value < 0 {
			return nil, errors.New("credentials: CacheOptions.Fresh, MaxStale or Timeout is negative: leave it zero for the default")
		}
		if *o.value == 0 {
			*o.value = o.zero
		}
	}
	c.sets.Store(&map[string]*cached{})
	return c, nil
}

// Secrets returns the set from the cache or the source. Its errors are those of
// the source, ctx's when that ends while waiting, and a fault when the source
// does not answer in time.
func (c *Cache) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	e := c.cached(set)
	now := time.Now()
	last := e.last.Load()
	if last.isFresh(now) {
		if !now.Before(last.renew) {
			e.renew(now)
		}
		return last.answer()
	}
	last, call, err := e.join(now)
	switch {
	case last != nil:
		return last.answer()
	case call != nil:
		return e.wait(ctx, call)
	}
	return e.fallBack(err)
}

// Invalidate forgets a set, as after a provider refused its key: the next
// reader waits for a new call to the source, even while an older one is under
// way, and is not served what was known before.
func (c *Cache) Invalidate(set string) {
	c.replace(func(sets map[string]*cached) { delete(sets, set) })
}

func (c *Cache) cached(set string) *cached {
	if e := (*c.sets.Load())[set]; e != nil {
		return e
	}
	e := &cached{cache: c, set: set}
	c.replace(func(sets map[string]*cached) {
		if known := sets[set]; known != nil {
			e = known
		} else if len(sets) < maxSets {
			sets[set] = e
		}
	})
	return e
}

func (c *Cache) replace(change func(map[string]*cached)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sets := maps.Clone(*c.sets.Load())
	change(sets)
	c.sets.Store(&sets)
}

// snapshot is one answer of the source: a set, or that it is not configured.
type snapshot struct {
	secrets  auth.Secrets
	notFound error
	asked    time.Time // what it says was so at this time or later

	renew, stale, gone time.Time // ask in the background; wait; serve no more
}

func (c *Cache) snapshot(asked time.Time, s auth.Secrets, notFound error) *snapshot {
	if notFound != nil {
		s = auth.Secrets{}
	}
	s.Values = maps.Clone(s.Values)
	s.Expires = s.Expires.Round(0) // without the monotonic clock; see expired
	life := c.opts.Fresh
	if !s.Expires.IsZero() {
		life = min(life, s.Expires.Sub(asked))
	}
	return &snapshot{
		secrets: s, notFound: notFound, asked: asked,
		renew: asked.Add(max(life/4*3, minRenew)),
		stale: asked.Add(life),
		gone:  asked.Add(c.opts.Fresh).Add(c.opts.MaxStale), // the sum may be too long for a Duration
	}
}

func (s *snapshot) isFresh(now time.Time) bool {
	return s != nil && now.Before(s.stale) && !expired(s.secrets, now)
}

// isUsable reports whether s may be served in place of a fault.
func (s *snapshot) isUsable(now time.Time) bool {
	return s != nil && s.notFound == nil && now.Before(s.gone) && !expired(s.secrets, now)
}

// expired goes by the clock on the wall, which runs on while a machine sleeps.
func expired(s auth.Secrets, now time.Time) bool {
	return !s.Expires.IsZero() && !now.Before(s.Expires)
}

// answer is a copy, which the caller may change.
func (s *snapshot) answer() (auth.Secrets, error) {
	if s.notFound != nil {
		return auth.Secrets{}, s.notFound
	}
	copied := s.secrets
	copied.Values = maps.Clone(copied.Values)
	return copied, nil
}
