package password_test

import (
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport-go/sallyport/auth/password"
)

func TestDefaultPolicyRefusesWhatIsGuessedFirst(t *testing.T) {
	var policy *password.Policy
	for _, pw := range []string{
		"passwordpassword", "PasswordPassword1!", "P@ssw0rdP@ssw0rd", "password12345678", "mypasswordispassword",
		"aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabc", "abcabcabcabcabcab", "vx3kqowm9vx3kqowm9", "vx3kqowm9vx3kqowm9vx3",
		"123456789012345", "098765432109876", "111111111111111", "1234567890123456789012345678901234567890",
		"abcdefghijklmno", "zyxwvutsrqponml", "qwertyuiopasdfghjkl", "1qaz2wsx3edc4rfv", "qwertyuiop123456", "!@#$%^&*()!@#$%",
		"letmeinletmein123", "adminadminadmin1", "iloveyouforever!!", "Summer2024Summer",
		"correcthorsebatterystaple", "thequickbrownfoxjumpsoverthelazydog",
		"               ", "- - - - - - - - ", "äääääääääääääää", "парольпароль123", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
	} {
		if err := policy.Check(pw); !errors.Is(err, password.ErrPolicy) || !strings.Contains(err.Error(), "guessed first") {
			t.Errorf("%q: got %v, promised a refusal as guessed first", pw, err)
		}
	}
}

func TestDefaultPolicyAsksForNothingElse(t *testing.T) {
	var policy *password.Policy
	for _, pw := range []string{
		"a boat full of quiet engineers", "nine lamps over water", "velvet-anchor-onion", "securePassword123Ladder",
		"лодка плывёт домой", "静かな池に蛙が飛び込んだ水の音", "tulip7orbit9cabbage", "tulip7orbit9cabbagetulip7orbit9cabbage", "837465019284750", "x8Kq2Lm9Zr4Tw7P",
		strings.Repeat("the lamp over the water ", 1) + strings.Repeat("x", 4000),
		"tab\tand\nnewline are characters",
	} {
		if err := policy.Check(pw, "john", "john@example.com", "Acme Corp"); err != nil {
			t.Errorf("%q: %v", pw, err)
		}
	}
}

func TestPolicyCountsCharactersAndBytes(t *testing.T) {
	// NIST SP 800-63B-4: each Unicode code point is one character.
	for pw, says := range map[string]string{
		"":                          "password: needs at least 15 characters, has 0",
		"too short":                 "password: needs at least 15 characters, has 9",
		"пятнадцать зна":            "password: needs at least 15 characters, has 14",
		strings.Repeat("xy3", 1366): "password: needs at most 4096 bytes, has 4098",
	} {
		if err := (*password.Policy)(nil).Check(pw); !errors.Is(err, password.ErrPolicy) || err.Error() != says {
			t.Errorf("%.20q: got %v, promised %q", pw, err, says)
		}
	}
	if err := (&password.Policy{}).Check("пятнадцать знак"); err != nil {
		t.Errorf("15 characters of two bytes: %v", err)
	}
	eight := &password.Policy{MinLength: 8, MaxLength: 64}
	if err := eight.Check("vx3-kqow"); err != nil {
		t.Errorf("MinLength 8: %v", err)
	}
	if err := eight.Check(strings.Repeat("vx3-kqow", 8) + "!"); err == nil || !strings.Contains(err.Error(), "at most 64 bytes, has 65") {
		t.Errorf("MaxLength 64: got %v", err)
	}
	endless := &password.Policy{MaxLength: 1 << 20}
	if err := endless.Check(strings.Repeat("vx3-kqow", 512) + "!"); err == nil || !strings.Contains(err.Error(), "at most 4096 bytes, has 4097") {
		t.Errorf("MaxLength of a megabyte: got %v, promised no more than a Hasher takes", err)
	}
}

func TestPolicyRefusesWhatIsKnownOfThePerson(t *testing.T) {
	about := []string{"johnathan.smithers", "j.smithers@acme-widgets.example", "Johnathan Q. Smithers", "Acme Widgets"}
	policy := &password.Policy{Blocklist: []string{"Sallyport"}}
	for _, pw := range []string{
		"johnathan.smithers", "JOHNATHAN.SMITHERS", "j.smithers@acme-widgets.example", "johnathansmithers", "smithersjohnathan",
		"johnathan smithers", "smithers-smithers-2024", "Acme Widgets 2024!", "acmewidgetsacmewidgets", "Sm1ther$Sm1ther$",
		"sallyport-password", "SallyportSallyport1",
	} {
		if err := policy.Check(pw, about...); !errors.Is(err, password.ErrPolicy) {
			t.Errorf("%q: got %v, promised a refusal", pw, err)
		}
	}
	for _, pw := range []string{"smithers paints nine boats", "a wagon of blue widgets"} {
		if err := policy.Check(pw, about...); err != nil {
			t.Errorf("%q, which only mentions a name: %v", pw, err)
		}
	}
	if err := policy.Check("johnathan.smithers"); err != nil {
		t.Errorf("the name of somebody else: %v", err)
	}
	if err := policy.Check("a boat full of quiet engineers", "", " ", "@", "a", "A B"); err != nil {
		t.Errorf("empty and tiny names: %v", err)
	}
}

func TestPolicyAsksTheHostLast(t *testing.T) {
	asked := 0
	policy := &password.Policy{Blocked: func(string) bool { asked++; return true }}
	if err := policy.Check("too short"); err == nil || asked != 0 {
		t.Errorf("a short password: got %v after asking %d times, promised a refusal without asking", err, asked)
	}
	if err := policy.Check(right); !errors.Is(err, password.ErrPolicy) || asked != 1 {
		t.Errorf("a leaked password: got %v after asking %d times", err, asked)
	}
}

func TestPolicyRefusesTextOthersWouldReadDifferently(t *testing.T) {
	for pw, says := range map[string]string{
		"nine lamps over \xff water": "not valid UTF-8",
		"nine lamps over \x00 water": "NUL",
	} {
		if err := (*password.Policy)(nil).Check(pw); !errors.Is(err, password.ErrPolicy) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, promised a refusal that says %q", pw, err, says)
		}
	}
}

func TestPolicyNeverRepeatsThePassword(t *testing.T) {
	// LESSONS 23: secrets in errors.
	rapid.Check(t, func(rt *rapid.T) {
		base := rapid.StringN(1, 12, -1).Draw(rt, "base")
		pw := strings.Repeat(base, rapid.IntRange(8, 3000).Draw(rt, "times"))
		err := (&password.Policy{Blocked: func(string) bool { return true }}).Check(pw, pw)
		if err == nil {
			rt.Fatal("Blocked was not asked")
		}
		if strings.Contains(err.Error(), pw) {
			rt.Errorf("the error holds the password: %v", err)
		}
	})
}

func TestRandomPasswordsPass(t *testing.T) {
	for range 1000 {
		if err := (*password.Policy)(nil).Check(rand.Text()); err != nil {
			t.Fatalf("a random password: %v", err)
		}
	}
}

func TestPolicyIsQuickOnLongPasswords(t *testing.T) {
	// A score that took 20 s for 1,000 characters was a denial of service.
	begun := time.Now()
	for _, unit := range []string{"a", "1q", "passwor", "0987654321", "p@sswor", "qazwsx"} {
		_ = (*password.Policy)(nil).Check(strings.Repeat(unit, 4096/len(unit)), strings.Repeat("a", 4000)+"b", unit)
		_ = (*password.Policy)(nil).Check(strings.Repeat(unit, 4000/len(unit))+"!", strings.Repeat("a", 4000)+"b", unit)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("12 long passwords took %v, promised time in proportion to their length", took)
	}
}

// Whoever is signed in may ask for a new password with the longest one, and
// with the names that cost the most. Four characters over and over, in no order
// that repeats, have the whole of what is looked at searched for every word.
func TestPolicyLooksAtABoundedPart(t *testing.T) {
	rng := mathrand.New(mathrand.NewPCG(1, 2))
	few := make([]byte, 4096)
	for i := range few {
		few[i] = "aei"[rng.IntN(3)]
	}
	for what, about := range map[string][]string{
		"no names":        nil,
		"long names":      {strings.Repeat("a", 253) + "z", strings.Repeat("ae", 127), strings.Repeat("aei", 84), strings.Repeat("a", 254)},
		"many short ones": {strings.Repeat("aez ", 63), strings.Repeat("eaz ", 63), strings.Repeat("iez ", 63), strings.Repeat("aaz ", 63)},
	} {
		long, short := password.Looks(string(few), about...), password.Looks(string(few[:512]), about...)
		if long != short {
			t.Errorf("%s: %d characters are compared for 4096 and %d for 512: promised a bound", what, long, short)
		}
		total := 0
		for _, name := range about {
			total += 2 * len(name) // itself and its parts
		}
		if most := 256 * (1500 + total); long > most {
			t.Errorf("%s: %d characters are compared, promised at most %d", what, long, most)
		}
	}
	if password.Looks(string(few)) < 256 {
		t.Error("too few parts are not noticed before the bound")
	}
	for pw, refused := range map[string]bool{
		string(few):              true,  // three letters in any order
		string(few[:255]) + "x":  false, // and a fourth one, the last that is looked at
		string(few[:256]) + "x":  true,  // and one that is not
		"ab" + string(few[:100]): true,  // "b" follows from "a"
		"xb" + string(few[:100]): false,
	} {
		if err := (*password.Policy)(nil).Check(pw); errors.Is(err, password.ErrPolicy) != refused {
			t.Errorf("%s: got %v", pw, err)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("passwordpassword", "john", "example")
	f.Add(right, "john@example.com", "")
	f.Add("\xff\x00", "\xff", "\x00")
	f.Fuzz(func(t *testing.T, pw, name, blocked string) {
		policy := &password.Policy{MinLength: 1, Blocklist: []string{blocked}}
		if err := policy.Check(pw, name); err != nil && !errors.Is(err, password.ErrPolicy) {
			t.Errorf("got %v, promised ErrPolicy", err)
		}
	})
}
