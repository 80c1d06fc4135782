package credentialstest

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

const (
	tries   = 1000
	longest = 4096 // bytes
	middle  = 6    // characters of the hidden middle that are never shown
	shown   = 4    // characters at each end that may be
	whole   = 24   // a shorter secret shows nothing
)

var maskCases = []testCase{
	{"mask/middle", "of the middle of a secret no six characters are in an answer", middleIsHidden},
	{"mask/length", "an answer does not tell how long a secret is", lengthIsHidden},
	{"mask/short", "of a secret under 24 characters no three are in an answer", shortIsHidden},
	{"mask/not_ascii", "of a secret that is not printable ASCII nothing is shown, and an answer is UTF-8", bytesAreHidden},
	{"mask/rotation", "an answer is about the secret that the source has now", rotationShows},
}

func middleIsHidden(c *check) {
	random := rand.New(rand.NewPCG(1, 1))
	for range tries {
		secret := secretOf(random, whole+random.IntN(longest-whole))
		c.hold(secret)
		m := c.masked("eu-north-1")
		if seen := window(text(m), secret[shown:len(secret)-shown], middle); seen != "" {
			c.broken("%q of a secret of %d characters", seen, len(secret))
		}
	}
}

func lengthIsHidden(c *check) {
	random := rand.New(rand.NewPCG(2, 2))
	begin, end := secretOf(random, shown), secretOf(random, shown)
	c.same("ends alike", func(n int) string { return begin + secretOf(random, whole+n) + end })
	c.same("short", func(n int) string { return secretOf(random, 1+n%(whole-1)) })
}

// same wants one answer for secrets of many lengths of which as much is shown.
func (c *check) same(kind string, secret func(n int) string) {
	c.Helper()
	c.hold(secret(0))
	want := text(c.masked("eu-north-1"))
	for n := 1; n < longest; n += 1 + n/8 {
		s := secret(n)
		c.hold(s)
		if got := text(c.masked("eu-north-1")); got != want {
			c.broken("secrets %s: with %d characters another answer than with %d", kind, len(s), len(secret(0)))
		}
	}
}

func shortIsHidden(c *check) {
	random := rand.New(rand.NewPCG(3, 3))
	for length := 3; length < whole; length++ {
		secret := secretOf(random, length)
		c.hold(strings.Repeat("~", length))
		without := text(c.masked(""))
		c.hold(secret)
		if seen := window(text(c.masked("")), secret, 3); seen != "" && !strings.Contains(without, seen) {
			c.broken("%q of a secret of %d characters", seen, length)
		}
	}
}

func bytesAreHidden(c *check) {
	for _, secret := range []string{
		strings.Repeat("Ж", 40), "QXZJ" + strings.Repeat("漢", 20) + "qxzj", "QXZJ" + strings.Repeat("0", 40) + "qxz\xff",
		"QXZ\x00" + strings.Repeat("0", 40) + "qxzj", "\x1b[31" + strings.Repeat("0", 40) + "qxzj",
	} {
		c.hold(secret)
		m := c.masked("")
		for _, mask := range []string{m.SecretAccessKey, m.APIKey} {
			if !utf8.ValidString(mask) || window(mask, secret, 3) != "" || strings.ContainsAny(mask, "QXZJqxzj\x1b\x00") {
				c.broken("mask %q of %q", mask, secret)
			}
		}
	}
}

func rotationShows(c *check) {
	for n := range uint64(3) {
		c.hold(sample(n))
		got := text(c.masked(""))
		fresh, err := c.Open(c.src)
		if err != nil {
			c.broken("Open, again: error %v", err)
		}
		again := *c
		again.p = fresh
		if want := text(again.masked("")); got != want {
			c.broken("another answer than a provider gives that was opened after the rotation")
		}
	}
}
