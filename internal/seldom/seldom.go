// Package seldom says how often to tell of what happens again and again.
package seldom

import (
	"sync"
	"time"
)

// every is how often one thing is told of: an outage fails every request, and
// a client may know what to send for a panic. The record needs to say so once.
const every = 10 * time.Second

// Counter counts what happens, by name; there are a fixed few of those. The
// zero value is ready, and it is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex
	byName map[string]*count
}

type count struct {
	next time.Time
	n    int
}

// Add counts one more. It returns how many there were since the last time it
// was told of when it is time to tell of it, else zero.
func (c *Counter) Add(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.byName[name]
	if one == nil {
		if c.byName == nil {
			c.byName = make(map[string]*count)
		}
		one = new(count)
		c.byName[name] = one
	}
	one.n++
	now := time.Now()
	if now.Before(one.next) {
		return 0
	}
	n := one.n
	one.next, one.n = now.Add(every), 0
	return n
}
