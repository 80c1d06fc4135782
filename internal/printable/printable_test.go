package printable_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/internal/printable"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"curl/8.14.1":                   "curl/8.14.1",
		"Mozilla/5.0 (X11; Linux; ä é)": "Mozilla/5.0 (X11; Linux; ä é)",
		"a\r\nlevel=ERROR":              "alevel=ERROR",
		"\x1b]0;title\x07\x9b31mred":    "]0;title31mred",
		"\u009b31mred\u007f\x00":        "31mred",
		"\u202egnp.exe\u2066\u200f":     "gnp.exe",
		"a\u2028b\u2029c\u0085d\u00a0e": "abcde",
		"\xff\xfe\xed\xa0\x80x":         "x",
		strings.Repeat("a", 255) + "é":  strings.Repeat("a", 255),
		strings.Repeat("a", 10_000):     strings.Repeat("a", 256),
	} {
		require.Equal(t, want, printable.Text(in), "%q", in)
	}
}

func FuzzText(f *testing.F) {
	f.Add("curl/8.14.1")
	f.Add("\x1b[31m\u202e\r\n\xff")
	f.Fuzz(func(t *testing.T, s string) {
		text := printable.Text(s)
		require.True(t, utf8.ValidString(text) && len(text) <= 256)
		require.False(t, strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) }))
		require.Equal(t, text, printable.Text(text), "what is safe stays as it is")
	})
}
