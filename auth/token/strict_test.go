package token_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

// What the framing lets through is spelled in the one way there is.
func FuzzFraming(f *testing.F) {
	for _, seed := range []string{
		"", "..", ".QQ.", "a.b.c", "QQ.QQ.QQ", "QR.QQ.QQ", "QQ.QR.QQ", "QQ.QQ.QR", "QQ.QQ==.QQ", "QQ.Q\nQ.QQ", "QQ.QQ\r.QQ", "QQ.\nQQ.QQ", "QQ.\rQQ.QQ",
		"-_.-_-_.-_", "+/.QQ.QQ", "a.b.c.d", ".....", "QQ. QQ.QQ", "é.é.é", documented + ".e30.e30", strings.Repeat("AAAA", 1024) + "..",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tok string) {
		header, payload, signature, ok := token.Frame(tok)
		segments := strings.Split(tok, ".")
		if !ok {
			canonical := len(segments) == 3 && len(tok) <= token.MaxToken &&
				!strings.ContainsFunc(segments[0], func(r rune) bool { return !strings.ContainsRune(alphabet, r) })
			for _, s := range segments[1:] {
				b, err := base64.RawURLEncoding.DecodeString(s)
				canonical = canonical && err == nil && base64.RawURLEncoding.EncodeToString(b) == s
			}
			require.False(t, canonical, "what is canonical is let through")
			return
		}
		require.LessOrEqual(t, len(tok), token.MaxToken)
		spell := base64.RawURLEncoding.EncodeToString
		require.Equal(t, tok, header+"."+spell(payload)+"."+spell(signature), "decoding and encoding gives the same")
		require.False(t, strings.ContainsFunc(tok, func(r rune) bool { return !strings.ContainsRune(alphabet+".", r) }))
	})
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
