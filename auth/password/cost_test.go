package password_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/auth/password"
)

// class is one way in which a login fails, and the work it takes.
type class struct {
	name string
	work func()
}

// alike runs the classes in turn, so that what else the machine does meets all
// of them, and says which takes more than twice or less than half of the
// median time of the first. An early return takes a thousandth.
func alike(rounds int, classes []class) error {
	took := make([][]time.Duration, len(classes))
	for range rounds {
		for i, c := range classes {
			begun := time.Now()
			c.work()
			took[i] = append(took[i], time.Since(begun))
		}
	}
	median := func(d []time.Duration) time.Duration { slices.Sort(d); return d[len(d)/2] }
	first := median(took[0])
	for i, c := range classes {
		if m := median(took[i]); m > 2*first || m < first/2 {
			return fmt.Errorf("%q takes %v, %q takes %v", c.name, m, classes[0].name, first)
		}
	}
	return nil
}

// stillAlike tries again when the machine was busy with something else.
func stillAlike(rounds int, classes []class) (err error) {
	for range 3 {
		if err = alike(rounds, classes); err == nil {
			return nil
		}
	}
	return err
}

func failing(t *testing.T, h *password.Hasher, cases ...[3]string) []class {
	var classes []class
	for _, c := range cases {
		classes = append(classes, class{c[0], func() {
			if res := verify(t, h, c[1], c[2]); res.OK {
				t.Errorf("%s: the login succeeded", c[0])
			}
		}})
	}
	return classes
}

func TestFailingLoginsCostTheSame(t *testing.T) {
	h, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stored := hash(t, h, right)
	classes := failing(t, h,
		[3]string{"wrong password", stored, "wrong"},
		[3]string{"no such user", "", right},
		[3]string{"malformed hash", stored[:len(stored)-5], right},
		[3]string{"too costly hash", strings.Replace(stored, "19456", "9999999", 1), right},
		[3]string{"format not enabled", bcryptVectors[0].stored, right},
		[3]string{"empty password", stored, ""},
		[3]string{"over-long password", stored, strings.Repeat("p", 4097)},
		[3]string{"a megabyte", stored, strings.Repeat("p", 1<<20)},
	)
	if err := stillAlike(7, classes); err != nil {
		t.Errorf("failing logins tell their reason by their time (LESSONS 7: Vault CVE-2025-6011): %v", err)
	}
}

func TestFailingBcryptLoginsCostTheSame(t *testing.T) {
	if raceEnabled {
		t.Skip("bcrypt takes twenty times longer")
	}
	h := cheap(t, &password.Options{Legacy: []password.Format{password.Bcrypt(8)}})
	raw, err := bcrypt.GenerateFromPassword([]byte(seventyTwo), 8)
	if err != nil {
		t.Fatal(err)
	}
	stored := string(raw)
	var cases [][3]string
	for _, n := range []int{71, 0, 1, 72, 73, 4096, 4097} {
		cases = append(cases, [3]string{fmt.Sprint(n, " bytes"), stored, strings.Repeat("p", n)})
	}
	cases = append(cases, [3]string{"cut at 72", stored, seventyTwo + "!"}, [3]string{"NUL", stored, "p\x00p"})
	if err := stillAlike(7, failing(t, h, cases...)); err != nil {
		t.Errorf("bcrypt tells the length of a password by its time (LESSONS 8: Spring CVE-2025-22234): %v", err)
	}
}

// The comparison above must notice the fault that it is for.
func TestAnEarlyReturnIsNoticed(t *testing.T) {
	h, err := password.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	classes := failing(t, h, [3]string{"wrong password", hash(t, h, right), "wrong"})
	planted := class{"early return", func() {}}
	if stillAlike(5, append(classes, planted)) == nil {
		t.Error("a class that does no work passed as one that does")
	}
}
