package httpadapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxBody  = 64 << 10 // bytes of a login or a password change
	maxDepth = 32       // levels of arrays and objects in it
)

// readStrings reads what was typed under these keys. encoding/json alone would
// take a second document behind the first, the last of two passwords,
// "PASSWORD" and "paſſword" for "password", and would alter a password that is
// not UTF-8; all of these are refused.
func readStrings(w http.ResponseWriter, r *http.Request, keys ...string) ([]string, error) {
	if !isJSON(r.Header.Values("Content-Type")) {
		return nil, errContentType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, bodyError(err)
	}
	return parseStrings(body, keys)
}

// isJSON reports whether the one Content-Type is JSON in UTF-8.
func isJSON(contentTypes []string) bool {
	if len(contentTypes) != 1 {
		return false
	}
	kind, params, err := mime.ParseMediaType(contentTypes[0])
	charset, given := params["charset"]
	return err == nil && kind == "application/json" && (!given || strings.EqualFold(charset, "utf-8"))
}

func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errLongBody
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return errSlowBody
	}
	return errBody
}

// parseStrings returns the fields of a JSON object that keys name; one that is
// absent or null is empty. Other keys are ignored.
func parseStrings(body []byte, keys []string) ([]string, error) {
	if !utf8.Valid(body) || !wellFormed(body) || !json.Valid(body) {
		return nil, errBody
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, errBody
	}
	values := make([]string, len(keys))
	seen := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		key, ok := token.(string)
		if err != nil || !ok || seen[key] {
			return nil, errBody
		}
		seen[key] = true
		var into any = new(json.RawMessage)
		if i := slices.IndexFunc(keys, func(k string) bool { return strings.EqualFold(k, key) }); i >= 0 {
			if keys[i] != key {
				return nil, errBody
			}
			into = &values[i] // a string, or null for none
		}
		if err := dec.Decode(into); err != nil {
			return nil, errBody
		}
	}
	return values, nil
}

// wellFormed looks for the two things that json.Valid accepts and we do not:
// deep nesting, and an escaped half of a surrogate pair (RFC 8259, section
// 8.2), which would be decoded to U+FFFD. What it says of invalid JSON does
// not matter.
func wellFormed(body []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			n := escapeLen(body[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		case inString:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return true
}

// escapeLen returns the length of the escape that s begins with, a surrogate
// pair being one, or 0 for half a pair.
func escapeLen(s []byte) int {
	first, ok := unicodeEscape(s)
	if !ok {
		return 2
	}
	if !utf16.IsSurrogate(first) {
		return 6
	}
	second, _ := unicodeEscape(s[6:])
	if utf16.DecodeRune(first, second) == utf8.RuneError {
		return 0
	}
	return 12
}

// unicodeEscape returns the \uXXXX that s begins with.
func unicodeEscape(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	r, err := strconv.ParseUint(string(s[2:6]), 16, 16)
	return rune(r), err == nil
}
