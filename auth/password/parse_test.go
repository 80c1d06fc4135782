package password_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth/password"
)

// phcString writes an argon2 hash as the reference implementation does.
func phcString(id string, memory, time uint32, threads uint8, salt, tag []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$%s$v=19$m=%d,t=%d,p=%d$%s$%s", id, memory, time, threads, b64(salt), b64(tag))
}

// malformed is what no format reads, each a small step from what one does.
func malformed() []string {
	const tag = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	const good = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + tag
	const bcrypt5 = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
	const django = "pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y="
	const scrypt = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	change := strings.Replace
	return []string{
		"", " ", "$", "$$$$$$", "x", "!", "*", "plain text", "\x00", strings.Repeat("$", 4096), strings.Repeat("a", 1<<20),

		" " + good, good + " ", good + "\n", good + "$", good + "=", "$" + good, strings.ToUpper(good),
		change(good, "v=19", "v=16", 1), change(good, "v=19$", "", 1), change(good, "argon2id", "argon2d", 1),
		change(good, "m=256,t=2", "t=2,m=256", 1), change(good, "m=256,", "", 1), change(good, "p=1", "p=1,p=1", 1),
		change(good, "p=1", "p=1,keyid=AA", 1), change(good, "m=256", "m=0256", 1), change(good, "m=256", "m=+256", 1),
		change(good, "m=256", "m=-256", 1), change(good, "m=256", "m=", 1), change(good, "m=256", "m=0x100", 1),
		change(good, "m=256", "m=2٥6", 1), change(good, "t=2", "t=0", 1), change(good, "p=1", "p=0", 1),
		change(good, "c29tZXNhbHQ", "", 1), change(good, "c29tZXNhbHQ", "c29tZXNhbHR", 1), // bits to spare
		change(good, "c29tZXNhbHQ", "c29tZXNhbA", 1),                  // 7 bytes of salt
		change(good, "c29tZXNhbHQ", strings.Repeat("AAAA", 22), 1),    // 66 bytes of salt
		change(good, "c29tZXNhbHQ", "c29t\nZXNhbHQ", 1),               // the decoder skips line breaks
		change(good, tag, "", 1), change(good, tag, "CTFhFdXPJO0", 1), // 8 bytes of tag
		change(good, tag, strings.Repeat("AAAA", 22), 1), change(good, tag, change(tag, "/", "_", 1)+"_", 1),

		bcrypt5 + ".", bcrypt5[:59], bcrypt5[:30], "$2a$05$", "$2x" + bcrypt5[3:], "$2$" + bcrypt5[3:], "$1a" + bcrypt5[3:],
		change(bcrypt5, "$05$", "$03$", 1), change(bcrypt5, "$05$", "$31$", 1), change(bcrypt5, "$05$", "$99$", 1),
		change(bcrypt5, "$05$", "$ 5$", 1), change(bcrypt5, "$05$", "$+5$", 1), change(bcrypt5, "$05$", "$:0$", 1),
		bcrypt5[:59] + "$", bcrypt5[:59] + "\xff", change(bcrypt5, "C.E", "C=E", 1),

		change(django, "10000", "0", 1), change(django, "10000", "", 1), change(django, "10000", "-1", 1),
		change(django, "10000", "1e4", 1), change(django, "10000", "99999999999", 1), change(django, "seasalt", "", 1),
		change(django, "seasalt", "sea$salt", 1), change(django, "seasalt", strings.Repeat("s", 129), 1),
		change(django, "=", "", 1), django + "=", change(django, "sha256", "sha1", 1), change(django, "FQCN", "FQC", 1),

		change(scrypt, "ln=14", "ln=0", 1), change(scrypt, "ln=14", "ln=64", 1), change(scrypt, "ln=14", "N=16384", 1),
		change(scrypt, "r=8", "r=0", 1), change(scrypt, "r=8", "r=9", 1), change(scrypt, "p=1", "p=2", 1),
		change(scrypt, "$ln", "$v=1$ln", 1), change(scrypt, "U29kaXVtQ2hsb3JpZGU", "TmFDbA", 1),
	}
}

// What the fuzz targets hold of every parser: no panic, and nothing read that
// is over the costs and sizes documented. They compute no hash.

func addSeeds(f *testing.F) {
	for _, v := range allVectors() {
		f.Add(v.stored)
	}
	for _, s := range malformed() {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
}

func checkSizes(t *testing.T, p password.Parsed, minSalt, maxSalt int) {
	t.Helper()
	if p.Salt < minSalt || p.Salt > maxSalt || p.Tag < 16 || p.Tag > 64 {
		t.Errorf("salt of %d and tag of %d bytes were read", p.Salt, p.Tag)
	}
}

func FuzzParseArgon2(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, stored string) {
		for _, id := range []bool{true, false} {
			p, ok := password.ParseArgon2(stored, id, 65536, 6, 4)
			if !ok {
				continue
			}
			m, passes, lanes := p.Cost[0], p.Cost[1], p.Cost[2]
			if lanes < 1 || lanes > 4 || passes < 1 || passes > 6 || m < 8*lanes || m > 65536 {
				t.Errorf("costs %v are over the caps", p.Cost)
			}
			checkSizes(t, p, 8, 64)
			if again, _ := password.Reencode(stored, id); again != stored {
				t.Errorf("%q was read, but is written %q: one hash has two spellings", stored, again)
			}
		}
	})
}

func FuzzParseScrypt(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, stored string) {
		p, ok := password.ParseScrypt(stored, 16, 8, 2)
		if !ok {
			return
		}
		if p.Cost[0] < 1 || p.Cost[0] > 16 || p.Cost[1] < 1 || p.Cost[1] > 8 || p.Cost[2] < 1 || p.Cost[2] > 2 {
			t.Errorf("costs %v are over the caps", p.Cost)
		}
		checkSizes(t, p, 8, 64)
	})
}

func FuzzParseDjango(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, stored string) {
		p, ok := password.ParseDjango(stored)
		if !ok {
			return
		}
		if p.Cost[0] < 1 || p.Cost[0] > 10_000_000 {
			t.Errorf("%d iterations were read", p.Cost[0])
		}
		checkSizes(t, p, 1, 128)
	})
}

func FuzzParseBcrypt(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, stored string) {
		if cost, ok := password.ParseBcrypt(stored); ok && (cost < 4 || cost > 16 || len(stored) != 60) {
			t.Errorf("cost %d in %d bytes was read", cost, len(stored))
		}
	})
}
