package auth

import "time"

// What is bounded, for the tests at its edge.
const (
	MaxCached  = maxCached
	MaxLately  = maxLately
	MaxDenials = maxDenials
)

// NewID is the ID of a new account.
var NewID = newID

// Cached is how many of these identities a cache holds when they were put in
// one after the other, and whether it has the last one.
func Cached(ids []Identity) (n int, last bool) {
	var c identityCache
	for i := range ids {
		c.put(&ids[i])
	}
	end := &ids[len(ids)-1]
	return len(c.byID), c.get(end.Session.ID, end.ReadAt.Add(-time.Second)) != nil
}

// Touching is how many of these sessions may be touched at once, and what is
// said to the first one again and then when it has ended.
func Touching(ids []string) (n int, again, ended bool) {
	var f inFlight
	for _, id := range ids {
		if f.begin(id) {
			n++
		}
	}
	again = f.begin(ids[0])
	f.end(ids[0])
	return n, again, f.begin(ids[0])
}

// Lines is at how many keys somebody waits.
func Lines(s *Service) int { return len(s.throttle.lines.byKey) }

// Denials is what a process remembers of keys that the store has denied.
type Denials struct{ d denials }

func (d *Denials) Put(key string, left time.Duration) { d.d.put(key, left) }
func (d *Denials) Left(key string) time.Duration      { return d.d.left(key) }
func (d *Denials) Refuse(key string) int              { return d.d.refuse(key) }
func (d *Denials) Link(alias, key string)             { d.d.link(alias, key) }
func (d *Denials) Len() int                           { return len(d.d.byKey) }

// Logouts is how many told logouts are remembered.
func Logouts(s *Service) int { return len(s.logouts.ids) }
