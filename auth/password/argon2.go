package password

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// The heads of the two PHC forms: the version is always 19 (0x13), the one of
// RFC 9106.
const (
	argon2idHead = "$argon2id$v=19$"
	argon2iHead  = "$argon2i$v=19$"
)

// Sizes in bytes of what we write.
const (
	saltSize = 16
	tagSize  = 32
)

// argon2Params are the costs of one hash.
type argon2Params struct {
	memory  uint32 // KiB
	time    uint32 // passes over the memory
	threads uint8  // lanes, each a goroutine
}

var (
	// argon2Default is the first choice of the OWASP cheat sheet.
	argon2Default = argon2Params{memory: 19 * 1024, time: 2, threads: 1}

	// argon2idRead bounds the argon2id hashes that are read without being
	// declared: the defaults of the common libraries fit.
	argon2idRead = argon2Params{memory: 64 * 1024, time: 6, threads: 4}

	// argon2Most bounds what a host may ask for: a second or two a hash.
	argon2Most = argon2Params{memory: 256 * 1024, time: 16, threads: 16}
)

// within reports whether no cost of p is over that of limit.
func (p argon2Params) within(limit argon2Params) bool {
	return p.memory <= limit.memory && p.time <= limit.time && p.threads <= limit.threads
}

// check says what is wrong with costs that a host gave.
func (p argon2Params) check(format string) error {
	if p.within(argon2Most) && p.time >= 1 && p.threads >= 1 && p.memory >= 8*uint32(p.threads) {
		return nil
	}
	return fmt.Errorf("password: %s(%d, %d, %d) is out of range: give memory in KiB up to %d, passes up to %d, threads up to %d",
		format, p.memory, p.time, p.threads, argon2Most.memory, argon2Most.time, argon2Most.threads)
}

// Argon2id is argon2id with other parameters than today's, up to memory KiB,
// time passes and threads lanes. Hashes of up to 65536 KiB, 6 passes and 4
// lanes are read without it. Name it when the table has hashes that cost more
// than that, or other than today's and the difference must not show: see
// [Options.Legacy]. Each slot takes up to memory KiB.
func Argon2id(memory, time uint32, threads uint8) Format {
	p := argon2Params{memory, time, threads}
	return argon2Format("Argon2id", argon2idHead, p)
}

// Argon2i is the PHC string $argon2i$v=19$m=…,t=…,p=…$salt$tag, up to memory
// KiB, time passes and threads lanes. Each slot takes up to memory KiB.
func Argon2i(memory, time uint32, threads uint8) Format {
	p := argon2Params{memory, time, threads}
	return argon2Format("Argon2i", argon2iHead, p)
}

func argon2Format(name, head string, limit argon2Params) Format {
	sample := argon2Hash{params: limit, salt: make([]byte, saltSize), tag: make([]byte, tagSize)}
	return Format{
		name:   name,
		sample: sample.encode(head),
		err:    limit.check(name),
		parse: func(stored string) (candidate, bool) {
			hash, ok := parseArgon2(stored, head, limit)
			return candidate{match: hash.matcher(head), stale: true}, ok
		},
	}
}

// argon2Hash is a stored hash taken apart.
type argon2Hash struct {
	params    argon2Params
	salt, tag []byte
}

// parseArgon2 reads a PHC string with this head and no more cost than limit.
func parseArgon2(stored, head string, limit argon2Params) (argon2Hash, bool) {
	s, ok := parsePHC(stored, head, "m", "t", "p")
	if !ok || s.numbers[2] > uint32(limit.threads) {
		return argon2Hash{}, false
	}
	p := argon2Params{memory: s.numbers[0], time: s.numbers[1], threads: uint8(s.numbers[2])}
	ok = p.within(limit) && p.memory >= 8*uint32(p.threads) // RFC 9106, section 3.1
	return argon2Hash{params: p, salt: s.salt, tag: s.tag}, ok
}

// newArgon2id hashes password with a random salt.
func newArgon2id(p argon2Params, password string) argon2Hash {
	h := argon2Hash{params: p, salt: make([]byte, saltSize), tag: make([]byte, tagSize)}
	rand.Read(h.salt) // never fails
	h.tag = h.derive(argon2idHead, password)
	return h
}

func (h argon2Hash) encode(head string) string {
	return fmt.Sprintf("%sm=%d,t=%d,p=%d$%s$%s", head, h.params.memory, h.params.time, h.params.threads,
		phcBase64.EncodeToString(h.salt), phcBase64.EncodeToString(h.tag))
}

func (h argon2Hash) derive(head, password string) []byte {
	key := argon2.IDKey
	if head == argon2iHead {
		key = argon2.Key
	}
	return key([]byte(password), h.salt, h.params.time, h.params.memory, h.params.threads, uint32(len(h.tag)))
}

func (h argon2Hash) matcher(head string) func(password string) bool {
	return func(password string) bool {
		return subtle.ConstantTimeCompare(h.derive(head, password), h.tag) == 1
	}
}

// strongEnough refuses what is weaker than the weakest choice of the OWASP
// cheat sheet, which is 7 MiB in five passes.
func (p argon2Params) strongEnough() error {
	const leastMemory, leastPasses = 7 * 1024, 5
	if p.memory < leastMemory || uint64(p.memory)*uint64(p.time) < leastMemory*leastPasses {
		return errors.New("password: Options.Memory and Options.Time are weaker than OWASP's least (7168 KiB in 5 passes, 19456 in 2, 47104 in 1): leave both zero")
	}
	return nil
}
