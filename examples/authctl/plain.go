package main

import (
	"strconv"
	"strings"
	"unicode"
)

// What is in a database was often written by strangers. What is printed of it
// stays in its place: it ends no line, steers no terminal, turns no direction
// of reading and looks like no column beside it.

// plain is s as one cell of a table, quoted where it would not be read as one.
func plain(s string) string {
	switch {
	case s == "":
		return "-"
	case s != strings.TrimSpace(s), strings.Contains(s, "  "), strings.Contains(s, `"`), !printable(s):
		return strconv.Quote(s)
	}
	return s
}

// phrase is s as one of several phrases between commas.
func phrase(s string) string {
	if strings.Contains(s, ",") {
		return strconv.Quote(s)
	}
	return plain(s)
}

// visible is a text of ours that may repeat what a stranger wrote.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || r == '\n' {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) })
}
