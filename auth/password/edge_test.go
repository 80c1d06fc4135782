package password_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	"github.com/sallyport-go/sallyport/auth/password"
)

// The shortest piece, as its definition says it, of every text of a and b that
// has up to 12 letters.
func TestPeriodIsTheShortestPiece(t *testing.T) {
	for n := range 13 {
		for bits := range 1 << n {
			text := make([]byte, n)
			for i := range text {
				text[i] = 'a' + byte(bits>>i&1)
			}
			want := n
			for piece := n / 2; piece > 0; piece-- {
				if strings.HasPrefix(strings.Repeat(string(text[:piece]), n), string(text)) {
					want = piece
				}
			}
			if got := password.Period(string(text)); got != want {
				t.Fatalf("the shortest piece of %s has %d letters, not %d", text, want, got)
			}
		}
	}
}

func TestYears(t *testing.T) {
	for text, want := range map[string]int{
		"1900": 4, "1999": 4, "2000": 4, "2099": 4, "1987x": 4,
		"1899": 1, "2100": 1, "199": 1, "19": 1, "2": 1, "199x": 1, "19x9": 1, "19/0": 1, "190/": 1, "19:0": 1, "190:": 1, "9199": 1,
	} {
		if got := password.PartLength(text); got != want {
			t.Errorf("%q begins with a part of %d characters, not %d", text, want, got)
		}
	}
}

// Four different parts are enough and three are not.
func TestPartsAtTheEdge(t *testing.T) {
	p := &password.Policy{MinLength: 3, Blocklist: []string{"kiwi", "plum", "pear", "lime"}}
	for pw, ok := range map[string]bool{
		"x9qv": true, "x9q": false, "x9q9": false, "xx99qq": false, "@x9a": true, "xv199": true,
		"kiwiplumpearlime": true, "kiwiplumpear": false, "kiwik1wiK!wiplum": false, "k!wi.pl.um": true, "x-9_q": false, "x-9_q.v": true,
	} {
		err := p.Check(pw)
		if (err == nil) != ok || err != nil && !errors.Is(err, password.ErrPolicy) {
			t.Errorf("%q: allowed must be %v, got %v", pw, ok, err)
		}
	}
}

// The costs that a host may ask for, and those that are read undeclared.
func TestArgon2CostsAtTheEdge(t *testing.T) {
	for _, c := range []struct {
		memory, time uint32
		threads      uint8
		ok           bool
	}{
		{256 * 1024, 16, 16, true}, {256*1024 + 1, 16, 16, false}, {256 * 1024, 17, 16, false}, {256 * 1024, 16, 17, false},
		{8, 1, 1, true}, {7, 1, 1, false}, {8, 0, 1, false}, {8, 1, 0, false}, {16, 1, 2, true}, {15, 1, 2, false},
	} {
		if got := password.InRange(c.memory, c.time, c.threads); got != c.ok {
			t.Errorf("m=%d t=%d p=%d: in range must be %v", c.memory, c.time, c.threads, c.ok)
		}
	}
	h, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	rest := "$" + base64.RawStdEncoding.EncodeToString(make([]byte, 16)) + "$" + base64.RawStdEncoding.EncodeToString(make([]byte, 32))
	for costs, ok := range map[string]bool{
		"m=65536,t=6,p=4": true, "m=65537,t=6,p=4": false, "m=65536,t=7,p=4": false, "m=65536,t=6,p=5": false,
		"m=8,t=1,p=1": true, "m=7,t=1,p=1": false, "m=32,t=1,p=4": true, "m=31,t=1,p=4": false,
	} {
		if got := h.Reads("$argon2id$v=19$" + costs + rest); got != ok {
			t.Errorf("%s: read must be %v", costs, ok)
		}
	}
}

// One processor is left for the rest of the server, where there are several.
func TestSlotsFollowTheProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for procs, want := range map[int]int{1: 1, 2: 1, 3: 2, 8: 7} {
		runtime.GOMAXPROCS(procs)
		h, err := password.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(h.Stats()); got != fmt.Sprint(password.Stats{Slots: want}) {
			t.Errorf("with %d processors: %s, not %d slots", procs, got, want)
		}
		if left := runtime.GOMAXPROCS(0); left != procs {
			t.Errorf("New left %d processors to the program, which had %d", left, procs)
		}
	}
}

// A hash whose cost is not known, and that took what the slowest one does, has
// met no load.
func TestAHashOfUnknownCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := password.NewFloor(100 * time.Millisecond)
		begun := time.Now()
		time.Sleep(100 * time.Millisecond)
		f.Observe(begun, 0)
		if got := f.Wait(time.Now()); got != 125*time.Millisecond {
			t.Errorf("the next one waits %v, not 125ms", got)
		}
	})
}

func TestBcryptIsReadStrictly(t *testing.T) {
	rest := strings.Repeat(".", 53)
	for stored, want := range map[string]int{
		"$2b$04$" + rest: 4, "$2a$09$" + rest: 9, "$2y$10$" + rest: 10, "$2b$16$" + rest: 16,
		"$2b$03$" + rest: 0, "$2b$17$" + rest: 0, "$2b$0:$" + rest: 0, "$2b$:0$" + rest: 0, "$2b$0/$" + rest: 0, "$2b$/9$" + rest: 0,
		"$2b$12x" + rest: 0, "$2x$12$" + rest: 0, "$2b$12$!" + rest[1:]: 0, "$2b$12$" + rest[1:] + "!": 0, "$2b$12$" + rest[1:]: 0,
	} {
		cost, ok := password.ParseBcrypt(stored)
		if ok != (want > 0) || ok && cost != want {
			t.Errorf("%s: cost %d, %v; promised %d", stored[:8], cost, ok, want)
		}
	}
	// Made by another library: to the algorithm, NUL is where a password ends.
	made, err := bcrypt.GenerateFromPassword([]byte("\x00a"), 4)
	if err != nil {
		t.Fatal(err)
	}
	h, err := password.NewCheap(&password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	if err != nil {
		t.Fatal(err)
	}
	if res, err := h.Verify(t.Context(), string(made), "\x00a"); err != nil || res.OK || res.Unusable {
		t.Errorf("a password that begins with NUL must not match: %+v, %v", res, err)
	}
}

func TestDeclaredCostsAtTheEdge(t *testing.T) {
	for i, c := range []struct {
		format password.Format
		ok     bool
	}{
		{password.Bcrypt(4), true}, {password.Bcrypt(3), false}, {password.Bcrypt(16), true}, {password.Bcrypt(17), false},
		{password.DjangoPBKDF2(1), true}, {password.DjangoPBKDF2(0), false},
		{password.DjangoPBKDF2(10_000_000), true}, {password.DjangoPBKDF2(10_000_001), false},
		{password.Scrypt(1, 1, 1), true}, {password.Scrypt(0, 1, 1), false}, {password.Scrypt(1, 0, 1), false}, {password.Scrypt(1, 1, 0), false},
		{password.Scrypt(20, 2, 1), true}, {password.Scrypt(20, 3, 1), false}, {password.Scrypt(21, 1, 1), false},
		{password.Scrypt(13, 32, 16), true}, {password.Scrypt(13, 33, 16), false}, {password.Scrypt(13, 32, 17), false},
	} {
		if err := password.Declared(c.format); (err == nil) != c.ok {
			t.Errorf("format %d: %v, in range must be %v", i, err, c.ok)
		}
	}
}

func TestPHCAtTheEdge(t *testing.T) {
	b64 := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	for stored, ok := range map[string]bool{
		"m=8,t=1,p=1$" + b64(8) + "$" + b64(16): true, "m=8,t=1,p=1$" + b64(64) + "$" + b64(64): true,
		"m=8,t=1,p=1$" + b64(7) + "$" + b64(16): false, "m=8,t=1,p=1$" + b64(65) + "$" + b64(16): false,
		"m=8,t=1,p=1$" + b64(8) + "$" + b64(15): false, "m=8,t=1,p=1$" + b64(8) + "$" + b64(65): false,
		"m=999999999,t=1,p=1$" + b64(8) + "$" + b64(16): true, "m=1000000000,t=1,p=1$" + b64(8) + "$" + b64(16): false,
		"m=08,t=1,p=1$" + b64(8) + "$" + b64(16): false, "m=8,t=,p=1$" + b64(8) + "$" + b64(16): false,
	} {
		if _, got := password.ParseArgon2("$argon2id$v=19$"+stored, true, 1<<31, 1, 1); got != ok {
			t.Errorf("%.20s: read must be %v", stored, ok)
		}
	}
	tag := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for salt, ok := range map[int]bool{0: false, 1: true, 128: true, 129: false} {
		if _, got := password.ParseDjango("pbkdf2_sha256$1$" + strings.Repeat("s", salt) + "$" + tag); got != ok {
			t.Errorf("a salt of %d: read must be %v", salt, ok)
		}
	}
}

func TestDjangoIsReadStrictly(t *testing.T) {
	tag := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for stored, ok := range map[string]bool{
		"pbkdf2_sha256$1$s$" + tag: true, "pbkdf2_sha256$10000000$s$" + tag: true, "pbkdf2_sha256$10000001$s$" + tag: false,
		"1$s$" + tag: false, "pbkdf2_sha1$1$s$" + tag: false, "pbkdf2_sha256$1$s$" + tag + "$": false,
	} {
		if _, got := password.ParseDjango(stored); got != ok {
			t.Errorf("%.30s: read must be %v", stored, ok)
		}
	}
}

// To HMAC, NUL bytes at the end of a key of under a block are none: nothing and
// a NUL byte would be one password.
func TestAPasswordOfNulIsNotTheEmptyOne(t *testing.T) {
	one, err := pbkdf2.Key(sha256.New, "", []byte("saltsalt"), 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	other, err := scrypt.Key(nil, []byte("saltsalt"), 2, 1, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawStdEncoding.EncodeToString
	h, err := password.NewCheap(&password.Options{Legacy: []password.Format{password.DjangoPBKDF2(1), password.Scrypt(1, 1, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, stored := range []string{
		"pbkdf2_sha256$1$saltsalt$" + base64.StdEncoding.EncodeToString(one),
		"$scrypt$ln=1,r=1,p=1$" + b64([]byte("saltsalt")) + "$" + b64(other),
	} {
		for pw, ok := range map[string]bool{"": true, "\x00": false} {
			if res, err := h.Verify(t.Context(), stored, pw); err != nil || res.OK != ok || res.Unusable {
				t.Errorf("%.20s with %q: %+v, %v", stored, pw, res, err)
			}
		}
	}
}

func TestDefaultsOfOptions(t *testing.T) {
	h, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if queue, timeout := h.Limits(); queue != 128 || timeout != 5*time.Second {
		t.Errorf("%d calls wait for %v, not 128 for 5 s", queue, timeout)
	}
	slow, err := password.NewCheap(&password.Options{Legacy: []password.Format{password.DjangoPBKDF2(300_000)}})
	if err != nil {
		t.Fatal(err)
	}
	if slow.Floor() < 5*time.Millisecond {
		t.Errorf("300000 iterations took %v: they were not tried", slow.Floor())
	}
}

func TestPolicyAtTheEdge(t *testing.T) {
	long := "the lamp over the water " + strings.Repeat("x", 4096)
	for _, c := range []struct {
		policy password.Policy
		pw     string
		says   string // empty: allowed
	}{
		{password.Policy{}, long[:4096], ""},
		{password.Policy{}, long[:4097], "at most 4096 bytes, has 4097"},
		{password.Policy{MaxLength: 1}, "a boat full of quiet engineers", "at most 1 bytes"},
		{password.Policy{MaxLength: 5000}, long[:4097], "at most 4096 bytes"},
		{password.Policy{MinLength: 1}, "x", "guessed first"},
		{password.Policy{}, "\x00a boat full of quiet engineers", "NUL"},
	} {
		err := c.policy.Check(c.pw)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, password.ErrPolicy) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%.30q: %v, promised %q", c.pw, err, c.says)
		}
	}
}
