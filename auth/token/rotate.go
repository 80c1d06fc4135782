package token

import (
	"errors"
	"maps"
	"time"
)

// Accept verifies the tokens of one more key from now on. Several nodes that
// share a store accept the next key everywhere before any of them rotates to
// it. A key that is accepted already is no error, and keeps its end if it has
// been rotated away from.
func (t *Tokens) Accept(key *Key) error {
	if err := addable(key); err != nil {
		return err
	}
	return t.change(func(s *keySet, now time.Time) error {
		if s.find(key.header, now) == nil {
			s.put(member{key: key})
		}
		return nil
	})
}

// Rotate mints with next from now on. The former key only verifies, and only
// for Options.Lifetime and Options.Overlap longer, when its last token has
// expired. Tokens minted or verified meanwhile are not disturbed.
func (t *Tokens) Rotate(next *Key) error {
	if err := addable(next); err != nil {
		return err
	}
	if next.sign == nil {
		return errors.New("token: cannot rotate to a public key: it needs the private one to mint with")
	}
	return t.change(func(s *keySet, now time.Time) error {
		s.rotate(next, now.Add(t.lifetime+t.overlap))
		return nil
	})
}

// Revoke refuses the tokens of a key from now on, under each of its headers, as
// when it has leaked. The key that mints cannot be revoked before another is
// rotated to. A key that is not in use is no error.
func (t *Tokens) Revoke(key *Key) error {
	if err := key.usable(); err != nil {
		return err
	}
	return t.change(func(s *keySet, _ time.Time) error {
		if s.signing.id == key.id {
			return errors.New("token: cannot revoke the key that mints: rotate to another first")
		}
		maps.DeleteFunc(s.members, func(_ string, m member) bool { return m.key.id == key.id })
		return nil
	})
}

// addable fails for what cannot join a set in use.
func addable(key *Key) error {
	if err := key.usable(); err != nil {
		return err
	}
	if key.header == unnamed {
		return errors.New("token: only the first key has no kid: add another as key.Named()")
	}
	return nil
}

// change puts a changed copy of the key set in use, or leaves all as it was.
func (t *Tokens) change(f func(s *keySet, now time.Time) error) error {
	t.changing.Lock()
	defer t.changing.Unlock()
	now := time.Now()
	next := t.keys.Load().copy(now)
	if err := f(next, now); err != nil {
		return err
	}
	t.keys.Store(next)
	return nil
}
