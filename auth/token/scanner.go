package token

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON (RFC 8259) from text that is valid UTF-8. Once something
// is not as it must be, failed is set and stays, and the results mean nothing.
type scanner struct {
	text   []byte
	at     int // what is read of it
	failed bool
}

// space skips what may stand between two tokens.
func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// accept takes c, if it comes next.
func (s *scanner) accept(c byte) bool {
	s.space()
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

// expect takes c, which must come next.
func (s *scanner) expect(c byte) {
	if !s.accept(c) {
		s.failed = true
	}
}

// end fails unless all is read.
func (s *scanner) end() {
	s.space()
	if s.at < len(s.text) {
		s.failed = true
	}
}

// name takes the name of a member and the colon. The names we know need no
// escapes; one that is spelled with them is not undone and so is unknown.
func (s *scanner) name() []byte {
	raw, _ := s.quoted()
	s.expect(':')
	return raw
}

// string takes a string.
func (s *scanner) string() []byte {
	raw, escaped := s.quoted()
	if !escaped {
		return raw
	}
	return s.unescape(raw)
}

// strings takes a string, or an array of one or more, and reports whether want
// is among them.
func (s *scanner) strings(want string) (found bool) {
	if !s.accept('[') {
		return string(s.string()) == want
	}
	for more := true; more && !s.failed; more = s.accept(',') {
		found = string(s.string()) == want || found
	}
	s.expect(']')
	return found
}

// seconds takes an integer from 0 to maxTime, in digits only: no sign, no
// leading zero, no fraction, no exponent.
func (s *scanner) seconds() int64 {
	s.space()
	first, v := s.at, int64(0)
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' && v <= maxTime {
		v = 10*v + int64(s.text[s.at]-'0')
		s.at++
	}
	if s.at == first || v > maxTime || s.text[first] == '0' && s.at > first+1 {
		s.failed = true
	}
	return v
}

// quoted takes a string as it stands between its quotes, and reports whether
// there are escapes in it.
func (s *scanner) quoted() (raw []byte, escaped bool) {
	s.expect('"')
	text := s.text[s.at:]
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c > '\\', c < '\\' && c > '"': // most of what there is
		case c == '"':
			s.at += i + 1
			return text[:i], escaped
		case c == '\\':
			escaped = true
			i++ // what follows is not the end; unescape looks at it
		case c < ' ':
			s.failed = true
			return nil, false
		}
	}
	s.failed = true
	return nil, false
}

// unescape undoes the escapes of RFC 8259, section 7. Half of a surrogate pair
// is no character and fails.
func (s *scanner) unescape(raw []byte) (out []byte) {
	for !s.failed {
		plain, rest, more := bytes.Cut(raw, []byte(`\`))
		out = append(out, plain...)
		if !more {
			break
		}
		var r rune
		r, raw = s.escape(rest)
		out = utf8.AppendRune(out, r)
	}
	return out
}

// escape reads what follows a backslash, and returns what follows that.
func (s *scanner) escape(raw []byte) (r rune, rest []byte) {
	if len(raw) == 0 {
		s.failed = true
		return utf8.RuneError, nil
	}
	if raw[0] == 'u' {
		return s.escapedRune(raw[1:])
	}
	i := strings.IndexByte(`"\/bfnrt`, raw[0])
	if i < 0 {
		s.failed = true
		return utf8.RuneError, nil
	}
	return rune("\"\\/\b\f\n\r\t"[i]), raw[1:]
}

// escapedRune reads the four digits after \u, and the second half of a pair.
func (s *scanner) escapedRune(raw []byte) (r rune, rest []byte) {
	r, rest = s.hex(raw)
	if !utf16.IsSurrogate(r) {
		return r, rest
	}
	low, ok := bytes.CutPrefix(rest, []byte(`\u`))
	if !ok {
		s.failed = true
		return utf8.RuneError, nil
	}
	second, rest := s.hex(low)
	if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
		s.failed = true
	}
	return r, rest
}

// hex reads four hexadecimal digits.
func (s *scanner) hex(raw []byte) (r rune, rest []byte) {
	if len(raw) < 4 {
		s.failed = true
		return utf8.RuneError, nil
	}
	v, err := strconv.ParseUint(string(raw[:4]), 16, 16)
	if err != nil {
		s.failed = true
	}
	return rune(v), raw[4:]
}
