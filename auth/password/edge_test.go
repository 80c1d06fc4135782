package password_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
