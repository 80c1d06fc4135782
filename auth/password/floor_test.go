package password_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/auth/password"
)

func TestWithoutLegacyNothingWaits(t *testing.T) {
	h := cheap(t, nil)
	for _, stored := range []string{hash(t, h, right), "", "x"} {
		if res := verify(t, h, stored, right); !res.NotBefore.IsZero() {
			t.Errorf("%q: NotBefore is %v, promised zero where all hashes cost the same", stored, res.NotBefore)
		}
	}
}

func TestEveryResultWaitsForTheSlowestFormat(t *testing.T) {
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(8), password.Argon2i(64, 1, 1)}})
	slow, err := bcrypt.GenerateFromPassword([]byte(right), 8)
	if err != nil {
		t.Fatal(err)
	}
	if h.Floor() < 2*time.Millisecond { // bcrypt 8 takes some 14 ms, the others well under one
		t.Fatalf("New measured %v for the slowest format", h.Floor())
	}
	for name, c := range map[string][2]string{
		"right, argon2id": {hash(t, h, right), right},
		"wrong, argon2id": {hash(t, h, right), "wrong"},
		"right, bcrypt":   {string(slow), right},
		"wrong, bcrypt":   {string(slow), "wrong"},
		"no such user":    {"", right},
		"malformed":       {"$2b$", right},
	} {
		begun := time.Now()
		res := verify(t, h, c[0], c[1])
		if wait := res.NotBefore.Sub(begun); wait < h.Floor()*5/4 {
			t.Errorf("%s: may be answered after %v, promised no earlier than the slowest format and a quarter, which is %v",
				name, wait, h.Floor()*5/4)
		}
	}
}

func TestFloorIsCountedFromTheBeginningOfTheWork(t *testing.T) {
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	var begun time.Time
	h.OnWork(func(string) { begun = time.Now() })
	res := verify(t, h, "", right)
	if res.NotBefore.Before(begun.Add(h.Floor())) {
		t.Error("the time in the queue was counted as work")
	}
}

func TestSlowHashesLiftTheFloorOfTheNextOnes(t *testing.T) {
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(4)}})
	h.OnWork(func(string) {
		for begun := time.Now(); time.Since(begun) < 4*h.Floor(); { // a busy machine
		}
	})
	verify(t, h, "", right)
	h.OnWork(func(string) {})
	begun := time.Now()
	if wait := verify(t, h, "", right).NotBefore.Sub(begun); wait < 4*h.Floor() {
		t.Errorf("hashes take more than four times the slowest: the next answer waits %v, promised %v or more", wait, 4*h.Floor())
	}
}

func TestFloorRisesWithLoadAndSinksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slowest = 200 * time.Millisecond
		f := password.NewFloor(slowest)
		quiet := f.Wait(time.Now())
		if quiet != slowest*5/4 {
			t.Errorf("in quiet: %v, promised a quarter over the slowest, %v", quiet, slowest*5/4)
		}

		// A hash that costs 24 ms in quiet now takes 72.
		begun := time.Now()
		time.Sleep(72 * time.Millisecond)
		f.Observe(begun, 24*time.Millisecond)
		if got := f.Wait(time.Now()); got != 3*quiet {
			t.Errorf("when hashes take thrice their time: %v, promised %v", got, 3*quiet)
		}

		// Quicker hashes do not lower it; time does.
		begun = time.Now()
		f.Observe(begun, 24*time.Millisecond)
		if got := f.Wait(time.Now()); got != 3*quiet {
			t.Errorf("after one quick hash: %v, promised still %v", got, 3*quiet)
		}
		time.Sleep(time.Minute)
		if got := f.Wait(time.Now()); got != 2*quiet {
			t.Errorf("a minute later: %v, promised %v, with half of the load forgotten", got, 2*quiet)
		}
		time.Sleep(time.Hour)
		if got := f.Wait(time.Now()); got > quiet+quiet/1000 {
			t.Errorf("an hour later: %v, promised %v", got, quiet)
		}
	})
}

// Each hash is measured by what its own format cost in quiet; one whose cost
// was not tried, by the slowest.
func TestLoadIsMeasuredByWhatAHashCostsInQuiet(t *testing.T) {
	const own, middle, slowest = 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond
	old, err := bcrypt.GenerateFromPassword([]byte(right), 4)
	if err != nil {
		t.Fatal(err)
	}
	salt, tag := strings.Repeat("A", 22), strings.Repeat("A", 43)
	for what, c := range map[string]struct {
		stored string
		lifted time.Duration
	}{
		"no hash":                        {"", 3},
		"argon2id":                       {hash(t, cheap(t, nil), right), 3},
		"argon2id with other parameters": {"$argon2id$v=19$m=64,t=2,p=1$" + salt + "$" + tag, 1},
		"argon2i":                        {"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + tag, 3},
		"bcrypt":                         {string(old), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			slow := time.Duration(1)
			h, err := password.NewTimed(&slow, own, []password.Format{password.Argon2i(64, 1, 1), password.Bcrypt(4)}, middle, slowest)
			if err != nil {
				t.Fatal(err)
			}
			slow = 3
			if res := verify(t, h, c.stored, "wrong"); res.Unusable != (c.stored == "") {
				t.Fatalf("%s: got %+v", what, res)
			}
			begun := time.Now()
			if wait := verify(t, h, "", right).NotBefore.Sub(begun); wait != c.lifted*slowest*5/4 {
				t.Errorf("%s took thrice its time: the next answer waits %v, promised %v", what, wait, c.lifted*slowest*5/4)
			}
		})
	}
}

func TestNewTriesEachFormat(t *testing.T) {
	for i, f := range []password.Format{password.Argon2i(64, 1, 1), password.Argon2id(64, 2, 1), password.Bcrypt(4), password.Scrypt(1, 1, 1), password.DjangoPBKDF2(1)} {
		synctest.Test(t, func(t *testing.T) {
			slow := time.Duration(1)
			h, err := password.NewTimed(&slow, time.Millisecond, []password.Format{f}, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if h.Floor() != time.Second {
				t.Errorf("format %d: the floor is %v, promised what it took", i, h.Floor())
			}
		})
	}
}

func TestFloorOfACallKnowsNothingOfThatCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := password.NewFloor(time.Second)
		begun := time.Now()
		before := f.NotBefore(begun)
		time.Sleep(10 * time.Second)
		f.Observe(begun, 0)
		if after := time.Until(f.NotBefore(time.Now())); after != 8*time.Second*5/4 {
			t.Errorf("after a hash of ten times the slowest: %v, promised the bound of eight", after)
		}
		if before != begun.Add(time.Second*5/4) {
			t.Errorf("the call itself: %v, promised the quiet floor", before.Sub(begun))
		}
	})
}
