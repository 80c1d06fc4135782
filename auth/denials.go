package auth

import (
	"sync"
	"time"
)

// maxDenials bounds what is remembered; a denial beyond it is asked of the
// store each time.
const maxDenials = 1 << 13

// denials remembers, for a few seconds and never past their end, which keys
// the store has denied, and counts the attempts refused under each until its
// window is over. The zero value is ready.
type denials struct {
	mu    sync.Mutex
	byKey map[string]*denial
}

type denial struct {
	trusted time.Time // until then the store need not be asked
	ends    time.Time // the window
	told    bool
	refused int // attempts since the last event
}

// left is how long key is still denied as far as this process may say: zero
// when the store must be asked.
func (d *denials) left(key string) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if e := d.byKey[key]; e != nil && now.Before(e.trusted) {
		return e.ends.Sub(now)
	}
	return 0
}

// put remembers that the store denied key for so long.
func (d *denials) put(key string, left time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	e := d.byKey[key]
	if e == nil {
		if e = d.add(key, now); e == nil {
			return
		}
	}
	if !now.Before(e.ends) {
		e.told = false // another window
	}
	e.ends = now.Add(left)
	e.trusted = now.Add(min(left, denialMaxAge))
}

// refuse counts one refused attempt under key. It returns how many there were
// since the last event when this one is the first in its window, else zero.
func (d *denials) refuse(key string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.byKey[key]
	if e == nil {
		return 1
	}
	e.refused++
	if e.told {
		return 0
	}
	n := e.refused
	e.told, e.refused = true, 0
	return n
}

// link lets alias share what is remembered of key: a login of an account whose
// counts go by its ID is refused before the account is read.
func (d *denials) link(alias, key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.byKey[key]; e != nil && len(d.byKey) < maxDenials {
		d.byKey[alias] = e
	}
}

func (d *denials) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.byKey = nil
}

// add makes an entry, if there is room once the ended ones are gone.
func (d *denials) add(key string, now time.Time) *denial {
	if len(d.byKey) >= maxDenials {
		for k, e := range d.byKey {
			if !now.Before(e.ends) {
				delete(d.byKey, k)
			}
		}
		if len(d.byKey) >= maxDenials {
			return nil
		}
	}
	if d.byKey == nil {
		d.byKey = make(map[string]*denial)
	}
	e := new(denial)
	d.byKey[key] = e
	return e
}
