package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A name as SQL writes it, plain or quoted, with what it is qualified by.
const (
	namePart = "(?:[\\pL_][\\pL\\pN_$]*|\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|\\[[^]]+\\])"
	nameText = "(?:" + namePart + `\.){0,3}(` + namePart + ")"
)

var (
	oneColumn = regexp.MustCompile("^" + nameText + "$")
	oneTable  = regexp.MustCompile(`(?i)^((?:` + namePart + `\.){0,2}` + namePart + `)(?:\s+(?:AS\s+)?(` + namePart + "))?$")
)

// bare returns a column without its table, or "" for an expression.
func bare(text string) string {
	if m := oneColumn.FindStringSubmatch(text); m != nil && text != Absent {
		return m[1]
	}
	return ""
}

// tableOf returns the table without its alias, or "" for more than a table.
func tableOf(from string) string {
	if m := oneTable.FindStringSubmatch(from); m != nil {
		return m[1]
	}
	return ""
}

// unfit says why a statement could not carry a text as it is.
func unfit(text string) error {
	for _, mark := range []string{"?", "{", "}", ";", "--", "/*", "#", "\x00"} {
		if strings.Contains(text, mark) {
			return fmt.Errorf("has %q, which the statements around it cannot carry: write it without", mark)
		}
	}
	if parameter.MatchString(text) {
		return errors.New("has a parameter: write the value itself")
	}
	if !balanced(text) {
		return errors.New("has a quote or parenthesis without its other half: close it")
	}
	return nil
}

var parameter = regexp.MustCompile(`\$[0-9]`)

// balanced reports whether quotes and parentheses close where they should, so
// that a text stays within the parentheses that are put around it.
func balanced(text string) bool {
	depth, quote := 0, rune(0)
	for _, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && quote == 0
}
