package password

import (
	"context"
	"strings"
	"time"
)

// Gate is the hashing gate with any work.
type Gate struct{ g gate }

func NewGate(slots, queue int, timeout time.Duration) *Gate {
	return &Gate{gate{slots: slots, queue: queue, timeout: timeout}}
}

func (g *Gate) Do(ctx context.Context, work func()) error { return g.g.do(ctx, work) }
func (g *Gate) Stats() Stats                              { return g.g.stats() }

// NewCheap is New with argon2id of 64 KiB in one pass, for tests of what does
// not depend on cost.
func NewCheap(opts *Options) (*Hasher, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	legacy := o.Legacy
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Legacy = nil // tried below, once
	h, err := New(&o)
	if err != nil {
		return nil, err
	}
	h.params = argon2Params{memory: 64, time: 1, threads: 1}
	h.use(today(h.params), legacy)
	return h, nil
}

// NewTimed is NewCheap whose formats take these times in a bubble, argon2id
// first. From then on they take slow times as long.
func NewTimed(slow *time.Duration, own time.Duration, legacy []Format, costs ...time.Duration) (*Hasher, error) {
	timed := func(f Format, cost time.Duration) Format {
		parse := f.parse
		f.parse = func(stored string) (candidate, bool) {
			c, ok := parse(stored)
			match := c.match
			c.match = func(password string) bool {
				time.Sleep(*slow * cost)
				return match(password)
			}
			return c, ok
		}
		return f
	}
	h, err := NewCheap(nil)
	if err != nil {
		return nil, err
	}
	for i, cost := range costs {
		legacy[i] = timed(legacy[i], cost)
	}
	h.use(timed(today(h.params), own), legacy)
	return h, nil
}

// SetSlots changes how many hashes run at once.
func (h *Hasher) SetSlots(n int) { h.gate.slots = n }

// OnWork calls spy at the beginning of each hash that Verify computes, with
// the name of the format: empty for argon2id, "decoy" for the decoy.
func (h *Hasher) OnWork(spy func(format string)) {
	for i := range h.formats {
		f := &h.formats[i]
		parse := f.parse
		f.parse = func(stored string) (candidate, bool) {
			c, ok := parse(stored)
			return c.spied(f.name, spy), ok
		}
	}
	h.decoy = h.decoy.spied("decoy", spy)
}

func (c candidate) spied(name string, spy func(string)) candidate {
	match := c.match
	c.match = func(password string) bool {
		spy(name)
		return match(password)
	}
	return c
}

// Floor is what the slowest declared format took when New tried it.
func (h *Hasher) Floor() time.Duration { return h.floor.slowest }

// NewFloor is a floor over a slowest format of that cost.
func NewFloor(slowest time.Duration) *Floor { return &Floor{floor{slowest: slowest}} }

type Floor struct{ f floor }

func (f *Floor) NotBefore(begun time.Time) time.Time         { return f.f.notBefore(begun) }
func (f *Floor) Observe(begun time.Time, cost time.Duration) { f.f.observe(begun, cost) }
func (f *Floor) Wait(begun time.Time) time.Duration          { return f.f.notBefore(begun).Sub(begun) }

// Parsed is what a parser read, in the units of the format.
type Parsed struct {
	Cost      [3]int
	Salt, Tag int // bytes
}

// ParseArgon2 reads argon2id, or argon2i, within these costs.
func ParseArgon2(stored string, id bool, memory, time uint32, threads uint8) (Parsed, bool) {
	head := argon2iHead
	if id {
		head = argon2idHead
	}
	h, ok := parseArgon2(stored, head, argon2Params{memory, time, threads})
	return Parsed{[3]int{int(h.params.memory), int(h.params.time), int(h.params.threads)}, len(h.salt), len(h.tag)}, ok
}

func ParseScrypt(stored string, logN, r, p uint32) (Parsed, bool) {
	h, ok := parseScrypt(stored, scryptParams{logN, r, p})
	return Parsed{[3]int{int(h.params.logN), int(h.params.r), int(h.params.p)}, len(h.salt), len(h.tag)}, ok
}

func ParseDjango(stored string) (Parsed, bool) {
	h, ok := parseDjango(stored)
	return Parsed{[3]int{h.iterations}, len(h.salt), len(h.tag)}, ok
}

func ParseBcrypt(stored string) (cost int, ok bool) { return parseBcrypt(stored) }

// Reencode writes argon2id or argon2i as the parser read it.
func Reencode(stored string, id bool) (string, bool) {
	head := argon2iHead
	if id {
		head = argon2idHead
	}
	h, ok := parseArgon2(stored, head, argon2Most)
	return h.encode(head), ok
}

// InRange reports whether a host may ask for these costs of argon2.
func InRange(memory, time uint32, threads uint8) bool {
	return argon2Params{memory, time, threads}.check("") == nil
}

// Period is the length of the shortest piece that a text repeats.
func Period(text string) int { return period([]rune(text)) }

// PartLength is how much of a text is one part.
func PartLength(text string) int { return new(search).partLength([]rune(text)) }

// Declared is what is wrong with a format as a host declared it.
func Declared(f Format) error { return f.err }

// Limits are how many calls wait and how long.
func (h *Hasher) Limits() (queue int, timeout time.Duration) { return h.gate.queue, h.gate.timeout }

// Looks is how many characters Check compares, at most, for a password of which
// these names are known.
func Looks(password string, about ...string) int {
	s := search{words: vocabulary(about)}
	s.fewParts([]rune(strings.ToLower(password)))
	return s.looks
}
