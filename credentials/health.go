package credentials

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// CacheHealth is what a [Cache] knows of one set, for a host's health page. It
// holds no secret.
type CacheHealth struct {
	Set         string
	Configured  bool          // by the last answer
	Version     string        // of the last answer; empty: not known
	Expires     time.Time     // of the last answer; zero: not known
	LastSuccess time.Time     // when the source was asked for it; zero: never
	Age         time.Duration // since LastSuccess; zero if there was none
	Stale       bool          // Age is over CacheOptions.Fresh, or Expires is past
	Failures    int           // calls that failed since LastSuccess
	LastFailure time.Time     // zero: never
	LastError   string        // of LastFailure; at most 256 bytes, without a value of the last answer
}

// Health returns the state of each set that was asked for, by name. It asks the
// source nothing. A set that was invalidated is not in it until it is read.
func (c *Cache) Health() []CacheHealth {
	sets := *c.sets.Load()
	list := make([]CacheHealth, 0, len(sets))
	for _, e := range sets {
		list = append(list, e.health(time.Now()))
	}
	slices.SortFunc(list, func(a, b CacheHealth) int { return cmp.Compare(a.Set, b.Set) })
	return list
}

func (e *cached) health(now time.Time) CacheHealth {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := CacheHealth{Set: e.set, Failures: e.failures, LastFailure: e.failedAt}
	last := e.last.Load()
	if last != nil {
		h.Configured = last.notFound == nil
		h.Version, h.Expires = last.secrets.Version, last.secrets.Expires
		h.LastSuccess, h.Age = last.asked, now.Sub(last.asked)
		h.Stale = !last.isFresh(now)
	}
	if e.failed != nil {
		h.LastError = last.withoutValues(e.failed.Error())
	}
	return h
}

const maxErrorText = 256

// withoutValues is text without the values that s knows, in case a source put
// one into its error: the longest first, of which another may be a part.
func (s *snapshot) withoutValues(text string) string {
	if s != nil {
		var values []string
		for _, value := range s.secrets.Values {
			if !value.Empty() {
				values = append(values, value.Reveal())
			}
		}
		slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
		for _, value := range values {
			text = strings.ReplaceAll(text, value, "[redacted]")
		}
	}
	return strings.ToValidUTF8(text[:min(len(text), maxErrorText)], "")
}
