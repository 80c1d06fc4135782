package httpadapter

import "strings"

// splitForwardedFor returns the nodes of an X-Forwarded-For line.
func splitForwardedFor(line string) []string { return strings.Split(line, ",") }

// splitForwarded returns the "for" node of each element of a Forwarded line
// (RFC 7239, section 4), empty where an element has none. A line that breaks
// the grammar anywhere is one empty node: its quotes may have been opened by
// the client to swallow what a proxy wrote.
func splitForwarded(line string) []string {
	nodes, node, seen := []string(nil), "", false
	for rest := line; ; {
		name, value, after, ok := forwardedPair(rest)
		if !ok {
			return []string{""}
		}
		if strings.EqualFold(name, "for") {
			if seen {
				return []string{""} // each parameter at most once in an element
			}
			node, seen = value, true
		}
		if after == "" || after[0] == ',' {
			nodes = append(nodes, node)
			node, seen = "", false
		}
		if after == "" {
			return nodes
		}
		rest = after[1:]
	}
}

// forwardedPair reads token "=" ( token / quoted-string ) up to the separator,
// which after begins with, or the end.
func forwardedPair(s string) (name, value, after string, ok bool) {
	name, s, ok = strings.Cut(strings.TrimLeft(s, " \t"), "=")
	if !ok || name == "" || strings.ContainsAny(name, " \t\",;") {
		return "", "", "", false
	}
	if quoted, is := strings.CutPrefix(s, `"`); is {
		value, s, ok = unquote(quoted)
	} else {
		end := strings.IndexAny(s, " \t\",;")
		if end < 0 {
			end = len(s)
		}
		value, s = s[:end], s[end:]
	}
	after = strings.TrimLeft(s, " \t")
	if !ok || after != "" && after[0] != ',' && after[0] != ';' {
		return "", "", "", false
	}
	return name, value, after, true
}

// unquote reads a quoted-string (RFC 9110, section 5.6.4) whose opening quote
// was read.
func unquote(s string) (value, after string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}
