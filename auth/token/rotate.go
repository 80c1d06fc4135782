package token

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// tellTimeout is how long an auditor may hold up a change of keys.
const tellTimeout = 3 * time.Second

// Accept verifies the tokens of one more key from now on. Several nodes that
// share a store accept the next key everywhere before any of them rotates to
// it. A key that is accepted already is no error, and keeps its end if it has
// been rotated away from.
func (t *Tokens) Accept(key *Key) error {
	if err := addable(key); err != nil {
		return err
	}
	return t.change("accepted", key, func(s *keySet, now time.Time) error {
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
		return errors.New("token: cannot rotate to a public key: give the private one, which mints")
	}
	return t.change("rotated to", next, func(s *keySet, now time.Time) error {
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
	return t.change("revoked", key, func(s *keySet, _ time.Time) error {
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
func (t *Tokens) change(what string, key *Key, f func(s *keySet, now time.Time) error) error {
	t.changing.Lock()
	defer t.changing.Unlock()
	now := time.Now()
	next := t.keys.Load().copy(now)
	if err := f(next, now); err != nil {
		return err
	}
	t.keys.Store(next)
	t.tell(auth.Event{Kind: auth.EventKeyRotated, Time: now.UTC(), Reason: what + " the " + key.String()})
	return nil
}

// tell reports what has happened already: what the auditor makes of it changes
// nothing.
func (t *Tokens) tell(e auth.Event) {
	ctx, done := context.WithTimeout(context.Background(), tellTimeout)
	defer done()
	if err := t.auditor.Audit(ctx, e); err != nil {
		slog.ErrorContext(ctx, "token: the change of keys was not kept", "reason", e.Reason, "err", err)
	}
}
