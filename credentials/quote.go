package credentials

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// shellString quotes s for any POSIX shell: between single quotes nothing is
// special but the single quote.
func shellString(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// jsonString quotes s as a string of JSON, which is one of JavaScript too, in
// printable ASCII: it is read alike in every locale, hides no character, and
// has no "<", so that the text is also safe within an HTML script.
func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s { // a byte that is not UTF-8 is U+FFFD here
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '<' || r < ' ' || r > '~':
			writeUTF16(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// writeUTF16 writes r as \uXXXX, twice for one outside the basic plane
// (RFC 8259, section 7).
func writeUTF16(b *strings.Builder, r rune) {
	for _, unit := range utf16.AppendRune(nil, r) {
		fmt.Fprintf(b, `\u%04x`, unit)
	}
}

// pythonString quotes s for Python 3 in ASCII; its escapes include all that Go
// writes.
func pythonString(s string) string {
	return strconv.QuoteToASCII(string([]rune(s))) // a byte that is not UTF-8 is U+FFFD here too
}
