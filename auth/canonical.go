package auth

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/bidirule"
	"golang.org/x/text/unicode/norm"
)

// maxLogin bounds a username or e-mail in bytes, before and after folding.
const maxLogin = 254

var errLogin = errors.New("is empty, longer than 254 bytes, or has characters no username may have")

// Canonical returns the one form of a username or e-mail that lookup,
// uniqueness, throttling and audit share: the PRECIS UsernameCaseMapped
// profile (RFC 8265, section 3.3), which folds case and width, for each of the
// parts that spaces separate (section 3.1); outer spaces are dropped and inner
// runs are one. Canonical(Canonical(s)) is Canonical(s).
//
// It fails for what no name can be: empty, longer than 254 bytes, not UTF-8,
// control and zero-width characters, forbidden mixtures of writing directions.
func Canonical(login string) (string, error) {
	if len(login) > maxLogin || !utf8.ValidString(login) {
		return "", errLogin
	}
	parts := strings.FieldsFunc(login, func(r rune) bool { return r == ' ' })
	for i, p := range parts {
		folded, err := fold(p)
		if err != nil {
			return "", errLogin
		}
		parts[i] = folded
	}
	name := strings.Join(parts, " ")
	if name == "" || len(name) > maxLogin {
		return "", errLogin
	}
	return name, nil
}

// plain reports whether s is printable ASCII, for which folding is lower case
// and nothing else.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// fold is the profile for one part: width, case and form are mapped (RFC 8265,
// section 3.3.2), and the result obeys the Bidi Rule (RFC 5893), which leaves no
// mixture of the two kinds of Arabic digits (RFC 5892, A.8 and A.9), and has only
// what the IdentifierClass allows everywhere (RFC 8264, section 4.2). What that
// class allows in some contexts only is refused.
//
// It stands on the tables of x/text and not on its package precis, which links
// language tags as well, half a megabyte for each importer; the tests hold the
// two side by side.
func fold(s string) (string, error) {
	if plain(s) {
		return strings.ToLower(s), nil
	}
	s = strings.ReplaceAll(usualWidth(s), "\u0130", "i\u0307") // the one whose lower case is two characters
	s = norm.NFC.String(strings.Map(unicode.ToLower, s))
	if !bidirule.ValidString(s) || strings.ContainsFunc(s, disallowed) {
		return "", errLogin
	}
	return s, nil
}

// usualWidth maps fullwidth and halfwidth forms, which have a block of their
// own, to what they are forms of.
func usualWidth(s string) string {
	var usual strings.Builder
	for _, r := range s {
		if 0xff00 <= r && r <= 0xffef {
			usual.WriteString(norm.NFKC.String(string(r)))
		} else {
			usual.WriteRune(r)
		}
	}
	return usual.String()
}

// disallowed reports whether no name may have r.
func disallowed(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f
	}
	if !unicode.In(r, unicode.Ll, unicode.Lm, unicode.Lo, unicode.Mn, unicode.Mc, unicode.Nd) {
		return true
	}
	return unicode.In(r, excepted, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		!norm.NFKC.IsNormalString(string(r))
}

// excepted are the letters and marks that RFC 5892, sections 2.6 and 2.9, take
// out: fillers, tone marks, and the jamo of old Hangul.
var excepted = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0640, Hi: 0x0640, Stride: 1}, {Lo: 0x07fa, Hi: 0x07fa, Stride: 1},
	{Lo: 0x1100, Hi: 0x11ff, Stride: 1}, {Lo: 0x302e, Hi: 0x302f, Stride: 1},
	{Lo: 0x3031, Hi: 0x3035, Stride: 1}, {Lo: 0x303b, Hi: 0x303b, Stride: 1},
	{Lo: 0xa960, Hi: 0xa97f, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1},
}}
