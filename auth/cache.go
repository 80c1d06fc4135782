package auth

import (
	"sync"
	"time"
)

// maxCached bounds the identities kept for callers that accept an older one.
const maxCached = 1 << 14

// identityCache holds what was read for callers with a positive maxAge. It
// makes nothing fresher: each entry keeps the moment it was read.
type identityCache struct {
	mu   sync.RWMutex
	byID map[string]*Identity
}

// get returns a copy of what was read after notBefore, or nil.
func (c *identityCache) get(sessionID string, notBefore time.Time) *Identity {
	c.mu.RLock()
	defer c.mu.RUnlock()
	id := c.byID[sessionID]
	if id == nil || !id.ReadAt.After(notBefore) {
		return nil
	}
	copied := *id
	return &copied
}

// put keeps a copy of id. A full cache first loses what is too old for any
// caller, then whatever comes first.
func (c *identityCache) put(id *Identity) {
	copied := *id
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[string]*Identity)
	}
	if len(c.byID) >= maxCached {
		c.shrink()
	}
	c.byID[id.Session.ID] = &copied
}

func (c *identityCache) shrink() {
	oldest := time.Now().Add(-maxMaxAge)
	for key, id := range c.byID {
		if !id.ReadAt.After(oldest) {
			delete(c.byID, key)
		}
	}
	for key := range c.byID {
		if len(c.byID) < maxCached*3/4 {
			return
		}
		delete(c.byID, key)
	}
}

// touch keeps in step with the store, so that what is cached is not noted anew
// at each request.
func (c *identityCache) touch(sessionID string, seen time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := c.byID[sessionID]; id != nil {
		id.Session.LastSeen = seen
	}
}

func (c *identityCache) drop(sessionID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, sessionID)
}

func (c *identityCache) dropUser(userID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, id := range c.byID {
		if id.User.ID == userID {
			delete(c.byID, key)
		}
	}
}

// inFlight is a bounded set of the sessions being touched right now.
type inFlight struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

// begin adds id, or reports false when it is there or the set is full.
func (f *inFlight) begin(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, busy := f.ids[id]; busy || len(f.ids) >= 64 {
		return false
	}
	if f.ids == nil {
		f.ids = make(map[string]struct{})
	}
	f.ids[id] = struct{}{}
	return true
}

func (f *inFlight) end(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.ids, id)
}

// maxLately bounds a lately.
const maxLately = 1 << 12

// lately is a bounded set of sessions. A full one forgets any of them for the
// next. The zero value is ready.
type lately struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

// add adds id and reports whether it was not there.
func (l *lately) add(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.ids[id]; there {
		return false
	}
	if l.ids == nil {
		l.ids = make(map[string]struct{})
	}
	for old := range l.ids {
		if len(l.ids) < maxLately {
			break
		}
		delete(l.ids, old)
	}
	l.ids[id] = struct{}{}
	return true
}
