package password

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// limit is the longest password in bytes. A longer one is never hashed and
// never matches.
const limit = 4096

// Hasher makes and checks password hashes, a bounded number at a time: as many
// as there are processors less one (GOMAXPROCS when it was made), since with
// all of them hashing the rest of the server would not be served. Calls beyond
// that wait in the order they came.
//
// It is safe for concurrent use.
type Hasher struct {
	params  argon2Params
	formats []known // ours is the first
	decoy   candidate
	gate    gate
	floor   floor
}

// known is a format and what its sample cost; zero if it was not tried.
type known struct {
	Format
	cost time.Duration
}

// New returns a Hasher. It does no I/O. With Options.Legacy it computes one
// hash of each format at its highest cost, to know how long they take. The
// error joins all that is wrong with the options.
func New(opts *Options) (*Hasher, error) {
	if opts == nil {
		opts = &Options{}
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	h := &Hasher{params: opts.params()}
	h.gate.slots = max(1, runtime.GOMAXPROCS(0)-1)
	h.gate.queue = or(opts.Queue, defaultQueue)
	h.gate.timeout = or(opts.QueueTimeout, defaultQueueTimeout)
	h.gate.waited = opts.Waited

	h.use(today(h.params), opts.Legacy)
	return h, nil
}

// today is the format of new hashes. It also reads argon2id with other
// parameters, which are stale.
func today(p argon2Params) Format {
	f := argon2Format("", argon2idHead, p)
	read := argon2Params{
		memory:  max(p.memory, argon2idRead.memory),
		time:    max(p.time, argon2idRead.time),
		threads: max(p.threads, argon2idRead.threads),
	}
	f.parse = func(stored string) (candidate, bool) {
		hash, ok := parseArgon2(stored, argon2idHead, read)
		stale := hash.params != p || len(hash.salt) != saltSize || len(hash.tag) != tagSize
		return candidate{match: hash.matcher(argon2idHead), stale: stale}, ok
	}
	return f
}

// use makes own the format of the decoy and the first of those that are read.
// With legacy ones it computes one hash of each at its highest cost.
func (h *Hasher) use(own Format, legacy []Format) {
	h.formats = []known{{Format: own}}
	for _, f := range legacy {
		h.formats = append(h.formats, known{Format: f})
	}
	if len(legacy) > 0 {
		for i := range h.formats {
			f := &h.formats[i]
			f.cost = f.try()
			h.floor.slowest = max(h.floor.slowest, f.cost)
		}
	}
	h.decoy, _ = own.parse(own.sample)
	h.decoy.cost = h.formats[0].cost
}

// Hash returns a new hash of the password, a PHC string of under 128 bytes.
//
// Errors: ErrPolicy for a password of more than 4096 bytes, a *BusyError, and
// that of a ctx that ended before the work began.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > limit {
		return "", fmt.Errorf("%w: needs at most %d bytes, has %d", ErrPolicy, limit, len(password))
	}
	var stored string
	err := h.gate.do(ctx, func() {
		begun := time.Now()
		stored = newArgon2id(h.params, password).encode(argon2idHead)
		h.floor.observe(begun, h.decoy.cost)
	})
	return stored, err
}

// Verify compares a password, exactly as it was received, with a stored hash.
// It spends the work of one hash on every call: of the stored one, or of a new
// one where that is empty, malformed, too costly or not enabled, which is
// Result.Unusable. A password of more than 4096 bytes never matches.
//
// Errors: a *BusyError, and that of a ctx that ended before the work began. In
// both cases nothing was compared. Work that began is finished whatever ctx does.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (Result, error) {
	c, usable := h.candidate(hash)
	if !usable {
		c = h.decoy
	}
	var res Result
	err := h.gate.do(ctx, func() {
		begun := time.Now()
		res.NotBefore = h.floor.notBefore(begun)
		same := c.match(password[:min(len(password), limit)])
		h.floor.observe(begun, c.cost)

		res.Unusable = !usable
		res.OK = usable && same && len(password) <= limit
		res.Stale = res.OK && c.stale
	})
	return res, err
}

// Reads reports whether Verify can compare a password with a stored hash: its
// form is ours or enabled, and it costs no more than was declared. It computes
// no hash.
func (h *Hasher) Reads(hash string) bool {
	_, usable := h.candidate(hash)
	return usable
}

// candidate reads a stored hash by the first format that takes it.
func (h *Hasher) candidate(stored string) (candidate, bool) {
	if len(stored) > maxStored {
		return candidate{}, false
	}
	for i, f := range h.formats {
		c, ok := f.parse(stored)
		if !ok {
			continue
		}
		if i > 0 || !c.stale { // argon2id with other parameters was not tried
			c.cost = f.cost
		}
		return c, true
	}
	return candidate{}, false
}

// Stats returns what the slots are doing now.
func (h *Hasher) Stats() Stats { return h.gate.stats() }
