package password

import (
	"crypto/subtle"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// What a host may ask for: 256 MiB and some seconds a hash.
const (
	scryptMostMemory = 256 << 20 // bytes: 128 * r * 2^ln
	scryptMostLogN   = 20
	scryptMostR      = 32
	scryptMostP      = 16
)

// scryptParams are the costs of one hash, as RFC 7914 names them.
type scryptParams struct {
	logN, r, p uint32
}

// Scrypt is the PHC string $scrypt$ln=…,r=…,p=…$salt$tag, up to N = 2^logN,
// block size r and parallelism p; 16, 8, 1 is common. Each slot takes up to
// 128 * r * 2^logN bytes, which is 64 MiB for 16, 8, 1. A password with a NUL
// byte never matches: see [DjangoPBKDF2].
func Scrypt(logN, r, p int) Format {
	f := Format{name: "Scrypt"}
	if logN < 1 || logN > scryptMostLogN || r < 1 || r > scryptMostR || p < 1 || p > scryptMostP ||
		128*r<<logN > scryptMostMemory {
		f.err = fmt.Errorf("password: Scrypt(%d, %d, %d) is out of range: give logN up to %d, r up to %d, p up to %d, and at most 256 MiB by 128 * r * 2^logN",
			logN, r, p, scryptMostLogN, scryptMostR, scryptMostP)
		return f
	}
	limit := scryptParams{uint32(logN), uint32(r), uint32(p)}
	f.sample = fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", logN, r, p,
		phcBase64.EncodeToString(make([]byte, saltSize)), phcBase64.EncodeToString(make([]byte, tagSize)))
	f.parse = func(stored string) (candidate, bool) {
		hash, ok := parseScrypt(stored, limit)
		return candidate{match: hash.match, stale: true}, ok
	}
	return f
}

// scryptHash is a stored hash taken apart.
type scryptHash struct {
	params    scryptParams
	salt, tag []byte
}

func parseScrypt(stored string, limit scryptParams) (scryptHash, bool) {
	s, ok := parsePHC(stored, "$scrypt$", "ln", "r", "p")
	if !ok {
		return scryptHash{}, false
	}
	p := scryptParams{s.numbers[0], s.numbers[1], s.numbers[2]}
	return scryptHash{p, s.salt, s.tag}, p.logN <= limit.logN && p.r <= limit.r && p.p <= limit.p
}

func (h scryptHash) match(password string) bool {
	readable := strings.IndexByte(password, 0) < 0
	key, err := scrypt.Key([]byte(password), h.salt, 1<<h.params.logN, int(h.params.r), int(h.params.p), len(h.tag))
	return err == nil && subtle.ConstantTimeCompare(key, h.tag) == 1 && readable
}
