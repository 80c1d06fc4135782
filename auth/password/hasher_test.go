package password_test

import (
	"context"
	"errors"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"pgregory.net/rapid"

	"github.com/sallyport-go/sallyport/auth/password"
)

// right is a password that the tests hash.
const right = "a boat full of quiet engineers"

// cheap is a Hasher whose own hashes cost next to nothing.
func cheap(t testing.TB, opts *password.Options) *password.Hasher {
	t.Helper()
	h, err := password.NewCheap(opts)
	if err != nil {
		t.Fatalf("New refused good options: %v", err)
	}
	return h
}

func verify(t testing.TB, h *password.Hasher, stored, pw string) password.Result {
	t.Helper()
	res, err := h.Verify(t.Context(), stored, pw)
	if err != nil {
		t.Fatalf("Verify failed with a free slot: %v", err)
	}
	return res
}

func hash(t testing.TB, h *password.Hasher, pw string) string {
	t.Helper()
	stored, err := h.Hash(t.Context(), pw)
	if err != nil {
		t.Fatalf("Hash failed with a free slot: %v", err)
	}
	return stored
}

func TestDefaultHashIsOWASPsFirstChoice(t *testing.T) {
	h, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stored := hash(t, h, right)
	form := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	if !form.MatchString(stored) {
		t.Errorf("got %s, promised 19 MiB, t=2, p=1, 16 bytes of salt, 32 of tag, unpadded", stored)
	}
	if other := hash(t, h, right); other == stored {
		t.Error("two hashes of one password are the same: the salt is not random")
	}
	if res := verify(t, h, stored, right); res != (password.Result{OK: true}) {
		t.Errorf("the right password: got %+v, promised OK alone, with no NotBefore", res)
	}
	if res := verify(t, h, stored, right+" "); res != (password.Result{}) {
		t.Errorf("a wrong password: got %+v, promised a plain refusal", res)
	}
}

func TestEveryPasswordMatchesItselfAlone(t *testing.T) {
	h := cheap(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		pw := string(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(rt, "password"))
		suffix := string(rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(rt, "suffix"))
		stored := hash(t, h, pw)
		if !verify(t, h, stored, pw).OK {
			rt.Error("a password does not match its own hash")
		}
		if verify(t, h, stored, pw+suffix).OK {
			rt.Error("a longer password matches")
		}
		if pw != "" && verify(t, h, stored, pw[:len(pw)-1]).OK {
			rt.Error("a shorter password matches")
		}
	})
}

func TestEveryBcryptPasswordMatchesItselfAlone(t *testing.T) {
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	rapid.Check(t, func(rt *rapid.T) {
		pw := string(rapid.SliceOfN(rapid.ByteRange(1, 255), 0, 72).Draw(rt, "password"))
		suffix := string(rapid.SliceOfN(rapid.Byte(), 1, 80).Draw(rt, "suffix"))
		stored, err := bcrypt.GenerateFromPassword([]byte(pw), 4)
		if err != nil {
			rt.Fatal(err)
		}
		if !verify(t, h, string(stored), pw).OK {
			rt.Error("a password does not match its own hash")
		}
		if verify(t, h, string(stored), pw+suffix).OK {
			rt.Error("a longer password matches")
		}
	})
}

func TestStaleIsWhatTodayWouldMakeOtherwise(t *testing.T) {
	now, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stronger, err := password.New(&password.Options{Memory: 32768, Time: 3})
	if err != nil {
		t.Fatal(err)
	}
	stored := hash(t, now, right)
	if res := verify(t, stronger, stored, right); !res.OK || !res.Stale {
		t.Errorf("after Options.Memory was raised: got %+v, promised OK and Stale", res)
	}
	if res := verify(t, stronger, stored, "wrong"); res.Stale {
		t.Errorf("a wrong password: got %+v, but Stale is only said of a right one", res)
	}
	raised := hash(t, stronger, right)
	if !strings.Contains(raised, "$m=32768,t=3,p=1$") {
		t.Errorf("Options.Memory and Time are not those of a new hash: %s", raised)
	}
	if res := verify(t, stronger, raised, right); !res.OK || res.Stale {
		t.Errorf("today's own hash: got %+v, promised OK and not Stale", res)
	}
	if res := verify(t, now, raised, right); !res.OK || !res.Stale {
		t.Errorf("a stronger hash than today's: got %+v, promised OK and Stale", res)
	}
	for _, size := range [][2]int{{8, 32}, {17, 32}, {16, 16}, {16, 64}} {
		res := verify(t, now, argon2id(right, 19456, 2, 1, size[0], size[1]), right)
		if !res.OK || !res.Stale {
			t.Errorf("salt and tag of %v bytes: got %+v, promised OK and Stale", size, res)
		}
	}
}

func TestParametersAreCapped(t *testing.T) {
	// A library honoured m=1 GiB: 3.9 s and 1 GiB for one login.
	h := cheap(t, nil)
	worked := 0
	h.OnWork(func(format string) {
		worked++
		if format != "decoy" {
			t.Errorf("a hash over the caps was computed by format %q", format)
		}
	})
	over := []string{
		"m=1048576,t=1,p=1", "m=65537,t=1,p=1", "m=65536,t=7,p=1", "m=65536,t=1,p=5", "m=65536,t=1,p=256",
		"m=4294967295,t=1,p=1", "m=99999999999999999999,t=1,p=1", "m=65536,t=999999999,p=1", "m=31,t=1,p=4", "m=7,t=1,p=1",
	}
	for i, params := range over {
		stored := "$argon2id$v=19$" + params + "$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		if res := verify(t, h, stored, right); !res.Unusable || worked != i+1 {
			t.Errorf("%s: got %+v after %d hashes, promised Unusable after one decoy each", params, res, worked)
		}
	}
}

func TestDeclaredArgon2idRaisesTheCaps(t *testing.T) {
	stored := argon2id(right, 70_000, 1, 5, 16, 32)
	if res := verify(t, cheap(t, nil), stored, right); !res.Unusable {
		t.Errorf("undeclared: got %+v, promised Unusable over 65536 KiB and 4 lanes", res)
	}
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Argon2id(70_000, 1, 5)}})
	if res := verify(t, h, stored, right); !res.OK || !res.Stale || res.NotBefore.IsZero() {
		t.Errorf("declared: got %+v, promised OK, Stale and a NotBefore", res)
	}
}

// argon2id is a hash made without the Hasher.
func argon2id(pw string, memory, time uint32, threads uint8, saltSize, tagSize int) string {
	salt := []byte(strings.Repeat("s", saltSize))
	return phcString("argon2id", memory, time, threads, salt,
		argon2.IDKey([]byte(pw), salt, time, memory, threads, uint32(tagSize)))
}

func TestMalformedHashesAreUnusableAfterOneHash(t *testing.T) {
	h := cheap(t, quickFormats())
	var worked []string
	h.OnWork(func(format string) { worked = append(worked, format) })
	for _, stored := range malformed() {
		worked = nil
		res := verify(t, h, stored, right)
		if res.OK || res.Stale || !res.Unusable || res.NotBefore.IsZero() {
			t.Errorf("%q: got %+v, promised Unusable with a NotBefore", stored, res)
		}
		if len(worked) != 1 || worked[0] != "decoy" {
			t.Errorf("%q: hashes computed: %q, promised one of the decoy (LESSONS 7: Vault CVE-2025-6011, Django CVE-2024-39329)", stored, worked)
		}
	}
}

func TestReadingAHashTakesNoMemoryToSpeakOf(t *testing.T) {
	h := cheap(t, quickFormats())
	huge := "$argon2id$v=19$" + strings.Repeat("$", 8<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if res := verify(t, h, huge, right); !res.Unusable {
		t.Errorf("got %+v, promised Unusable", res)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("a hash of 8 MiB made Verify allocate %d MiB", took>>20)
	}
}

func TestEachCallIsOneHash(t *testing.T) {
	h := cheap(t, quickFormats())
	own := hash(t, h, right)
	var worked []string
	h.OnWork(func(format string) { worked = append(worked, format) })
	hashes := []string{own, "", "x"}
	for _, v := range quickVectors {
		hashes = append(hashes, v.stored)
	}
	for _, stored := range hashes {
		for _, n := range []int{0, 1, 71, 72, 73, 4095, 4096, 4097, 1 << 20} {
			worked = nil
			if res := verify(t, h, stored, strings.Repeat("p", n)); res.OK {
				t.Errorf("%.20q: a password of %d bytes matches", stored, n)
			}
			if len(worked) != 1 {
				t.Errorf("%.20q and %d bytes: hashes computed: %q, promised one (LESSONS 8: Spring CVE-2025-22234)", stored, n, worked)
			}
		}
	}
}

func TestLongPasswordsAreNeverCut(t *testing.T) {
	// LESSONS 8: Spring CVE-2025-22228.
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	for _, n := range []int{0, 1, 71, 72, 73, 4096} {
		pw := strings.Repeat("p", n)
		stored := hash(t, h, pw)
		if !verify(t, h, stored, pw).OK {
			t.Errorf("%d bytes: the right password does not match", n)
		}
		if verify(t, h, stored, pw+"p").OK {
			t.Errorf("%d bytes: one more byte matches too", n)
		}
	}
	if _, err := h.Hash(t.Context(), strings.Repeat("p", 4097)); !errors.Is(err, password.ErrPolicy) {
		t.Errorf("Hash of 4097 bytes: got %v, promised ErrPolicy", err)
	}

	short, err := bcrypt.GenerateFromPassword([]byte(seventyTwo), 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := bcrypt.CompareHashAndPassword(short, []byte(seventyTwo+"!")); err != nil {
		t.Logf("x/crypto/bcrypt no longer cuts in CompareHashAndPassword: %v", err)
	}
	if !verify(t, h, string(short), seventyTwo).OK {
		t.Error("bcrypt and 72 bytes: the right password does not match")
	}
	if verify(t, h, string(short), seventyTwo+"!").OK {
		t.Error("bcrypt and 73 bytes: a password was cut and then accepted")
	}
}

func TestEndedContextBeginsNoWork(t *testing.T) {
	h := cheap(t, nil)
	stored := hash(t, h, right)
	h.OnWork(func(string) { t.Error("a hash was computed for a caller that had gone") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if res, err := h.Verify(ctx, stored, right); !errors.Is(err, context.Canceled) || res != (password.Result{}) {
		t.Errorf("Verify: got %+v, %v, promised the error of ctx and no result", res, err)
	}
	if stored, err := h.Hash(ctx, right); !errors.Is(err, context.Canceled) || stored != "" {
		t.Errorf("Hash: got %q, %v, promised the error of ctx and no hash", stored, err)
	}
}

func TestWorkThatBeganIsFinished(t *testing.T) {
	h := cheap(t, nil)
	stored := hash(t, h, right)
	ctx, cancel := context.WithCancel(t.Context())
	h.OnWork(func(string) { cancel() })
	if res, err := h.Verify(ctx, stored, right); err != nil || !res.OK {
		t.Errorf("ctx ended during the hash: got %+v, %v, promised the outcome", res, err)
	}
}

func TestPanicInAHashFreesItsSlot(t *testing.T) {
	h := cheap(t, nil)
	stored := hash(t, h, right)
	h.OnWork(func(string) { panic("planted") })
	func() {
		defer func() { _ = recover() }()
		_, _ = h.Verify(t.Context(), stored, right)
		t.Error("the panic was swallowed")
	}()
	if s := h.Stats(); s.Running != 0 {
		t.Errorf("after a panic: %+v, promised no slot in use", s)
	}
}

func TestSlotsLeaveAProcessorFree(t *testing.T) {
	h := cheap(t, nil)
	if want := (password.Stats{Slots: max(1, runtime.GOMAXPROCS(0)-1)}); h.Stats() != want {
		t.Errorf("Stats of a new Hasher: got %+v, promised %+v", h.Stats(), want)
	}
}

// Reads says beforehand what Verify would find unusable.
func TestReadsAgreesWithVerify(t *testing.T) {
	h, err := password.New(&password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := h.Hash(t.Context(), "lantern orbit walnut")
	if err != nil {
		t.Fatal(err)
	}
	cheap := "$2b$04$" + strings.Repeat(".", 53)
	for hash, want := range map[string]bool{
		own: true, cheap: true, "": false, "md5": false, own + " ": false,
		strings.Replace(cheap, "$04$", "$05$", 1):                  false, // dearer than declared
		strings.Replace(own, "m=19456", "m=2097152", 1):            false,
		"pbkdf2_sha256$1000$salt$" + strings.Repeat("A", 43) + "=": false, // not enabled
	} {
		res, err := h.Verify(t.Context(), hash, "x")
		if reads := h.Reads(hash); reads != want || err != nil || res.Unusable == want {
			t.Errorf("Reads(%q) = %v, want %v; Verify finds it unusable: %v, %v", hash, reads, want, res.Unusable, err)
		}
	}
}
