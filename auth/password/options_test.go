package password_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
)

func TestNewRefusesWeakOrBoundlessOptions(t *testing.T) {
	legacy := func(f ...password.Format) password.Options { return password.Options{Legacy: f} }
	for name, c := range map[string]struct {
		opts password.Options
		says string
	}{
		"memory under OWASP's least": {password.Options{Memory: 7167, Time: 16}, "leave both zero"},
		"one pass of 19 MiB":         {password.Options{Time: 1}, "leave both zero"},
		"memory of 1 GiB":            {password.Options{Memory: 1 << 20}, "at most 262144"},
		"few passes":                 {password.Options{Memory: 7168, Time: 4}, "leave both zero"},
		"many passes":                {password.Options{Time: 17}, "at most 262144 and 16"},
		"negative queue":             {password.Options{Queue: -1}, "leave them zero"},
		"negative timeout":           {password.Options{QueueTimeout: -time.Second}, "leave them zero"},
		"empty format":               {legacy(password.Format{}), "make it with Bcrypt"},
		"one format twice":           {legacy(password.Bcrypt(4), password.Bcrypt(5)), "names Bcrypt twice"},
		"bcrypt cost 3":              {legacy(password.Bcrypt(3)), "4 to 16"},
		"bcrypt cost 31":             {legacy(password.Bcrypt(31)), "4 to 16"},
		"argon2i of 1 GiB":           {legacy(password.Argon2i(1<<20, 1, 1)), "up to 262144"},
		"argon2i of no pass":         {legacy(password.Argon2i(65536, 0, 1)), "Argon2i(65536, 0, 1)"},
		"argon2id of no memory":      {legacy(password.Argon2id(0, 1, 1)), "Argon2id(0, 1, 1)"},
		"scrypt of 512 MiB":          {legacy(password.Scrypt(19, 8, 1)), "at most 256 MiB"},
		"scrypt of nothing":          {legacy(password.Scrypt(0, 0, 0)), "Scrypt(0, 0, 0)"},
		"scrypt beyond an int":       {legacy(password.Scrypt(1<<40, 8, 1)), "out of range"},
		"Django, endless":            {legacy(password.DjangoPBKDF2(1 << 30)), "up to 10000000"},
		"Django, none":               {legacy(password.DjangoPBKDF2(0)), "up to 10000000"},
	} {
		h, err := password.New(&c.opts)
		if h != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, promised no Hasher and an error that says %q", name, err, c.says)
		}
	}
}

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := password.New(&password.Options{Queue: -1, Time: 1, Legacy: []password.Format{password.Bcrypt(99), {}}})
	for _, part := range []string{"Queue", "Time", "Bcrypt(99)", "empty Format"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error leaves out %q: %v", part, err)
		}
	}
}

func TestNewTakesEachOfOWASPsChoices(t *testing.T) {
	for memory, passes := range map[uint32]uint32{47104: 1, 19456: 2, 12288: 3, 9216: 4, 7168: 5} {
		if _, err := password.New(&password.Options{Memory: memory, Time: passes}); err != nil {
			t.Errorf("m=%d, t=%d: %v", memory, passes, err)
		}
	}
}
