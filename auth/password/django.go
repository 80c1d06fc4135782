package password

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
)

const (
	djangoHead     = "pbkdf2_sha256$"
	djangoMaxSalt  = 128        // bytes; Django writes 22, wrote 12, and takes what it is given
	djangoMostIter = 10_000_000 // the most iterations a host may ask for: some 2 s
)

// djangoBase64 is padded, unlike that of PHC strings.
var djangoBase64 = base64.StdEncoding.Strict()

// DjangoPBKDF2 is Django's pbkdf2_sha256$iterations$salt$hash of up to the
// given number of iterations: 870000 for Django 5.1, 1000000 for 5.2, and more
// for later ones.
//
// A password with a NUL byte never matches: HMAC pads its key with NUL, so
// that "a" and "a\x00" are one to it.
func DjangoPBKDF2(iterations int) Format {
	f := Format{name: "DjangoPBKDF2"}
	if iterations < 1 || iterations > djangoMostIter {
		f.err = fmt.Errorf("password: DjangoPBKDF2(%d) is out of range: give the most iterations in the table, up to %d",
			iterations, djangoMostIter)
	}
	f.sample = fmt.Sprintf("%s%d$%s$%s", djangoHead, iterations, strings.Repeat(".", 22),
		djangoBase64.EncodeToString(make([]byte, sha256.Size)))
	f.parse = func(stored string) (candidate, bool) {
		hash, ok := parseDjango(stored)
		return candidate{match: hash.match, stale: true}, ok && hash.iterations <= iterations
	}
	return f
}

// djangoHash is a stored hash taken apart.
type djangoHash struct {
	iterations int
	salt       string
	tag        []byte
}

func parseDjango(stored string) (djangoHash, bool) {
	rest, ok := strings.CutPrefix(stored, djangoHead)
	parts := strings.Split(rest, "$")
	if !ok || len(parts) != 3 {
		return djangoHash{}, false
	}
	iterations, ok := parseNumber(parts[0])
	if !ok || iterations > djangoMostIter || parts[1] == "" || len(parts[1]) > djangoMaxSalt {
		return djangoHash{}, false
	}
	tag, ok := decode(djangoBase64, parts[2], sha256.Size, sha256.Size)
	return djangoHash{int(iterations), parts[1], tag}, ok
}

func (h djangoHash) match(password string) bool {
	readable := strings.IndexByte(password, 0) < 0
	key, err := pbkdf2.Key(sha256.New, password, []byte(h.salt), h.iterations, len(h.tag))
	return err == nil && subtle.ConstantTimeCompare(key, h.tag) == 1 && readable
}
