package main

import "strings"

// unknown says that there is no such command, and which one was meant.
func unknown(words []string) error {
	typed := strings.Join(words, " ")
	if near := nearest(typed); near != "" {
		return misuse("", "no command %q, did you mean %q?", typed, near)
	}
	return misuse("", "no command %q", typed)
}

// nearest is the command or group that what was typed differs from least, if it
// is near at all. The second word alone will do; behind a group it is all that
// counts, or a long group would make any two verbs near.
func nearest(typed string) (near string) {
	group, word, two := strings.Cut(typed, " ")
	if !two {
		word = typed
	}
	least := len(word)/3 + 1
	try := func(name, spelled string) {
		if d := distance(word, spelled); d < least {
			near, least = name, d
		}
	}
	if two {
		for _, c := range members(group) {
			try(c.name, strings.TrimPrefix(c.name, group+" "))
		}
		return near
	}
	for _, group := range groups() {
		try(group, group)
	}
	for _, c := range commands() {
		try(c.name, c.name)
		if _, verb, two := strings.Cut(c.name, " "); two {
			try(c.name, verb)
		}
	}
	return near
}

// distance counts the characters to add, leave out, change or swap with the
// next to turn one word into the other. A long word is not looked at.
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	if len(a) > 64 {
		return len(a)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
