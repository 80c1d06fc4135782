package token

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// keySet is the keys at one moment. Once it is in use it is never changed: a
// verification sees one set or the next, and never half of one.
type keySet struct {
	signing *Key
	members map[string]member // by header, the signing key among them; a key with an alias is there twice
}

// member is a key whose tokens are accepted.
type member struct {
	key   *Key
	until time.Time // zero: for as long as it is in the set
}

func (m member) live(now time.Time) bool { return m.until.IsZero() || now.Before(m.until) }

// newKeySet returns a set that mints with one key and accepts others. A key
// without kid that is not the one that mints has been rotated away from, so
// its end is due.
func newKeySet(signing *Key, others []*Key, end time.Time) (*keySet, error) {
	s := &keySet{signing: signing, members: make(map[string]member)}
	for _, k := range append(slices.Clone(others), signing) { // last, so that it stands for its key
		m := member{key: k}
		if k.header == unnamed && signing.header != unnamed {
			m.until = end
		}
		if former := s.members[k.header].key; former != nil && former.id != k.id {
			return nil, fmt.Errorf("token: %v and %v have the same header: give all but one as key.Named()", former, k)
		}
		s.put(m)
	}
	return s, nil
}

// find returns the live key that has exactly this header, or nil.
func (s *keySet) find(header string, now time.Time) *Key {
	if m := s.members[header]; m.key != nil && m.live(now) {
		return m.key
	}
	return nil
}

// put adds a key, or replaces the same key: but for the one without, a kid has
// no other.
func (s *keySet) put(m member) {
	for _, h := range m.key.headers() {
		s.members[h] = m
	}
}

// rotate mints with next from now on, and accepts the former key until end.
func (s *keySet) rotate(next *Key, end time.Time) {
	if !slices.Contains(next.headers(), s.signing.header) { // else it is the same key, perhaps under its other name
		s.put(member{s.signing, end})
	}
	s.put(member{key: next})
	s.signing = next
}

// copy returns a set to change, without the keys whose end has come.
func (s *keySet) copy(now time.Time) *keySet {
	next := &keySet{s.signing, maps.Clone(s.members)}
	maps.DeleteFunc(next.members, func(_ string, m member) bool { return !m.live(now) })
	return next
}

// sorted returns the members, each once, in an order that only depends on the
// keys.
func (s *keySet) sorted() (members []member) {
	for _, h := range slices.Sorted(maps.Keys(s.members)) {
		if m := s.members[h]; m.key.header == h {
			members = append(members, m)
		}
	}
	return members
}
