package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	defaultParty    = "sallyport"
	defaultLifetime = 24 * time.Hour

	// clockSkew is how far ahead the clock of the node that minted a token may
	// be of the one that verifies it.
	clockSkew = time.Minute
)

// Options are the parts of Tokens that have a safe default. A nil *Options is
// all of those. They are the same on all nodes.
type Options struct {
	// Issuer is the iss of every token. Empty: "sallyport".
	Issuer string

	// Audience is the aud of every token. Programs that share keys each have
	// their own. Empty: "sallyport".
	Audience string

	// Lifetime bounds exp-iat, in whole seconds, in what is minted and in what
	// is accepted; it is not less than auth.Options.Lifetime. Zero: 24 hours.
	Lifetime time.Duration

	// Overlap is how long after this node others may still mint with a key that
	// this one has rotated away from, the difference of their clocks included.
	// Zero: they do not.
	Overlap time.Duration

	// Accept are the keys beside the one that mints whose tokens are accepted:
	// the former one after a rotation, the next one before it, or those of
	// other nodes. An HS256 key without a kid is accepted for Lifetime and
	// Overlap from New on, since it can only be a former one. Nil: none.
	Accept []*Key

	// Auditor is told of each Accept, Rotate and Revoke, once it holds. Nil:
	// they go to slog.Default().
	Auditor auth.Auditor
}

// Tokens mints and verifies tokens. It is safe for concurrent use.
type Tokens struct {
	issuer   string
	audience string
	lifetime time.Duration
	overlap  time.Duration
	auditor  auth.Auditor
	keys     atomic.Pointer[keySet]
	changing sync.Mutex // held while the key set is replaced
	scratch  sync.Pool  // of *scratch, all zeros
}

var _ auth.Tokens = (*Tokens)(nil)

// New returns Tokens that mint with key. With a [Public] key they only verify:
// Issue fails. The error joins all that is wrong.
func New(key *Key, opts *Options) (*Tokens, error) {
	if opts == nil {
		opts = &Options{}
	}
	t := &Tokens{
		issuer: or(opts.Issuer, defaultParty), audience: or(opts.Audience, defaultParty),
		lifetime: or(opts.Lifetime, defaultLifetime), overlap: opts.Overlap, auditor: opts.Auditor,
	}
	if t.auditor == nil {
		t.auditor = auth.NewLogAuditor(slog.Default())
	}
	errs := []error{key.usable()}
	for _, k := range opts.Accept {
		errs = append(errs, k.usable())
	}
	if t.lifetime < 0 || t.lifetime%time.Second != 0 {
		errs = append(errs, errors.New("token: Options.Lifetime is not a positive number of whole seconds: leave it zero for 24 h"))
	}
	if t.overlap < 0 {
		errs = append(errs, errors.New("token: Options.Overlap is negative: leave it zero for one node"))
	}
	if !utf8.ValidString(t.issuer) || !utf8.ValidString(t.audience) {
		errs = append(errs, errors.New("token: Options.Issuer or Options.Audience is not UTF-8: leave it empty for \"sallyport\""))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	keys, err := newKeySet(key, opts.Accept, time.Now().Add(t.lifetime+t.overlap))
	if err != nil {
		return nil, err
	}
	t.keys.Store(keys)
	t.scratch.New = func() any { return new(scratch) }
	return t, nil
}

// NewHS256 returns Tokens that mint with one secret of at least 32 bytes: it
// is [HS256] and [New] in one.
func NewHS256(secret []byte, opts *Options) (*Tokens, error) {
	key, err := HS256(secret)
	if err != nil {
		return nil, err
	}
	return New(key, opts)
}

// Issue implements [auth.Tokens]. It mints nothing that Verify would refuse.
func (t *Tokens) Issue(_ context.Context, c auth.Claims) (string, error) {
	if err := t.check(c); err != nil {
		return "", err
	}
	key := t.keys.Load().signing
	if key.sign == nil {
		return "", errors.New("token: the key is public and only verifies: give New a private key to mint with")
	}
	buf := make([]byte, 0, 512)
	buf = append(append(buf, key.header...), '.')
	buf = encoding.AppendEncode(buf, t.payload(c))
	signature, err := key.sign(buf)
	if err != nil {
		return "", fmt.Errorf("token: %s: %w", key.alg, err)
	}
	buf = encoding.AppendEncode(append(buf, '.'), signature)
	if len(buf) > maxToken {
		return "", fmt.Errorf("token: a token of %d bytes would not be accepted, %d are the most: the user ID has %d", len(buf), maxToken, len(c.UserID))
	}
	return string(buf), nil
}

// check fails for claims that Verify would refuse.
func (t *Tokens) check(c auth.Claims) error {
	iat, exp := c.IssuedAt, c.ExpiresAt
	switch {
	case c.SessionID == "" || c.UserID == "":
		return errors.New("token: claims need a session ID and a user ID")
	case !utf8.ValidString(c.SessionID) || !utf8.ValidString(c.UserID):
		return errors.New("token: the session ID or the user ID is not UTF-8")
	case iat.Nanosecond() != 0 || exp.Nanosecond() != 0 || iat.Unix() < 1 || exp.Unix() > maxTime:
		return errors.New("token: IssuedAt and ExpiresAt must be whole seconds between 1970 and 9999")
	case exp.Sub(iat) <= 0 || exp.Sub(iat) > t.lifetime:
		return fmt.Errorf("token: a lifetime of %v is not within the %v allowed: set token.Options.Lifetime to at least auth.Options.Lifetime",
			exp.Sub(iat), t.lifetime)
	}
	return nil
}

// Verify implements [auth.Tokens]. It also refuses a token that was issued
// more than a minute from now.
func (t *Tokens) Verify(_ context.Context, token string) (auth.Claims, error) {
	s, ok := split(token)
	if !ok {
		return auth.Claims{}, auth.ErrInvalidToken
	}
	now := time.Now()
	key := t.keys.Load().find(s.header, now)
	if key == nil {
		return auth.Claims{}, auth.ErrInvalidToken
	}
	buf := t.scratch.Get().(*scratch)
	defer t.release(buf, len(token))
	input, payload, signature, ok := s.decode(buf)
	if !ok || key.verify(input, signature) != nil {
		return auth.Claims{}, auth.ErrInvalidToken
	}
	c, ok := parseClaims(payload, t.audience)
	if !ok || !t.admits(&c, now) {
		return auth.Claims{}, auth.ErrInvalidToken
	}
	return auth.Claims{
		SessionID: string(c.jti), UserID: string(c.sub),
		IssuedAt: time.Unix(c.iat, 0).UTC(), ExpiresAt: time.Unix(c.exp, 0).UTC(),
	}, nil
}

// release gives back where a token of so many bytes was decoded, with nothing of
// it left.
func (t *Tokens) release(buf *scratch, token int) {
	clear(buf[:2*token])
	t.scratch.Put(buf)
}

// admits compares what the claims say with what we say.
func (t *Tokens) admits(c *claims, now time.Time) bool {
	return string(c.iss) == t.issuer && c.aud && len(c.sub) > 0 && len(c.jti) > 0 &&
		c.iat >= 1 && c.iat <= now.Add(clockSkew).Unix() &&
		c.exp > c.iat && c.exp-c.iat <= int64(t.lifetime/time.Second)
}

// or returns v, or def where v is zero.
func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
