package auth_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/secure/precis"

	"github.com/sallyport-go/sallyport/auth"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"john": "john", "JOHN": "john", "ｊＯｈｎ": "john", "  john ": "john", "John  Doe": "john doe",
		"J@X.org": "j@x.org", "ÉMILE": "émile", "e\u0301mile": "émile", "ΣΊΣΥΦΟΣ": "σίσυφοσ",
	} {
		got, err := auth.Canonical(in)
		require.NoError(t, err, "%q", in)
		require.Equal(t, want, got, "%q", in)
	}
	for _, in := range []string{
		"", " ", "a\x00b", "a\tb", "a\nb", "a\u200bb", "a\u202eb", "\xff", "\ufeffjohn", "a\u00adb",
		strings.Repeat("a", 255), strings.Repeat("ﷺ", 90),
	} {
		_, err := auth.Canonical(in)
		require.Error(t, err, "%q is no name", in)
	}
}

// Whatever Canonical takes, the library that others use takes too, with the
// same outcome; what it refuses beyond that is listed here.
func TestCanonicalIsTheProfile(t *testing.T) {
	var refused []rune
	for r := rune(0x21); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		for _, s := range []string{string(r), "a" + string(r), string(r) + "a"} {
			got, err := auth.Canonical(s)
			want, oracle := precis.UsernameCaseMapped.String(s)
			if err != nil {
				if oracle == nil && !slices.Contains(refused, r) {
					refused = append(refused, r)
				}
				continue
			}
			require.NoError(t, oracle, "%U in %q is in no username", r, s)
			require.Equal(t, want, got, "%U in %q", r, s)
		}
	}
	// RFC 5892, section 2.6, lets these in although they are no letters.
	require.Equal(t, []rune{0x06fd, 0x06fe, 0x0f0b, 0x3007}, refused, "nothing else that the profile allows is refused")
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"john", "JOHN", " ｊ ohn", "ΣΣ", "İ", "ǅ", "ﬁ", "שלום1", "a\u0300\u0301", "\u1e9e", "ſ", "K", "\u0661\u06f1", "ﻢ", "ᄀ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := auth.Canonical(s)
		if err != nil {
			require.Empty(t, once)
			return
		}
		if !strings.Contains(s, " ") {
			want, err := precis.UsernameCaseMapped.String(s)
			require.NoError(t, err, "%q is in the profile", s)
			require.Equal(t, want, once)
		}
		twice, err := auth.Canonical(once)
		require.NoError(t, err, "%q -> %q", s, once)
		require.Equal(t, once, twice, "canonical is idempotent")
		require.True(t, utf8.ValidString(once) && once != "" && len(once) <= 254)
		if len(once) <= 252 {
			spaced, err := auth.Canonical(" " + once + " ")
			require.NoError(t, err)
			require.Equal(t, once, spaced, "outer spaces are dropped")
		}
	})
}

func FuzzRegion(f *testing.F) {
	for _, s := range []string{"eu-north-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "eu-north-1\n", "a-b-1", "EU-north-1", "eu--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if auth.ValidRegion(s) {
			require.LessOrEqual(t, len(s), 32)
			require.Empty(t, strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-"), "a region is safe in a host name and in any quote")
		}
	})
}

func TestValidRegion(t *testing.T) {
	for _, s := range []string{"eu-north-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-isob-east-1"} {
		require.True(t, auth.ValidRegion(s), s)
	}
	for _, s := range []string{
		"", "-", "eu", "eu-1", "e-north-1", "toolong-north-1", "EU-north-1", "eu--1", "eu-north-", "eu-north-x", "eu-n0rth-1",
		"eu-north-1\n", "eu-north-1.evil.example", "eu-" + strings.Repeat("n", 40) + "-1",
	} {
		require.False(t, auth.ValidRegion(s), "%q", s)
	}
}

func TestParseRoleIsClosed(t *testing.T) {
	for _, s := range []string{"user", "admin", "super_admin"} {
		r, err := auth.ParseRole(s)
		require.NoError(t, err)
		require.Equal(t, auth.Role(s), r)
	}
	for _, s := range []string{"", "Admin", "ADMIN", "admin ", "root", "super-admin", "аdmin"} { // the last begins with a Cyrillic letter
		_, err := auth.ParseRole(s)
		require.Error(t, err, "%q", s)
	}
}

// What is misspelt is repeated, so that it is found, unless it may be a secret
// from another column.
func TestAMisspeltRoleIsShown(t *testing.T) {
	for given, shown := range map[string]string{
		"Admin": ` "Admin"`, "super-admin": ` "super-admin"`, "super admin": ` "super admin"`, "Super_Admin": ` "Super_Admin"`,
		strings.Repeat("a", 16): ` "` + strings.Repeat("a", 16) + `"`, strings.Repeat("a", 17): "", "$2b$10$": "", "pass1": "", "": ` ""`,
	} {
		_, err := auth.ParseRole(given)
		require.EqualError(t, err, "auth: invalid account: role"+shown+" is not one of user, admin, super_admin")
	}
}
