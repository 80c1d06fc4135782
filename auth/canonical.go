package auth

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
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
	if plain(login) {
		return strings.ToLower(login), nil
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

// plain reports whether s is printable ASCII without a space, for which
// folding is lower case and nothing else.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// fold applies the profile until nothing changes: a few characters need a
// second pass, and one that never settles is refused.
func fold(s string) (string, error) {
	for range 4 {
		next, err := precis.UsernameCaseMapped.String(s)
		if err != nil || next == s {
			return next, err
		}
		s = next
	}
	return "", errLogin
}
