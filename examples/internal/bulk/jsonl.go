package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

var (
	errObject    = errors.New("is not one JSON object")
	errSurrogate = errors.New("has half a character: a \\u escape of a surrogate without the other")
)

// parseJSON reads an object. encoding/json alone would take the last of two
// values of one key, "USERNAME" for "username", and U+FFFD for half a surrogate
// pair; all of these are refused. Null, like an empty string, is a field that is
// not given.
func parseJSON(line []byte) (auth.Account, error) {
	a := newAccount()
	dec := json.NewDecoder(bytes.NewReader(line))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') || !json.Valid(line) {
		return a, errObject
	}
	seen := make(map[string]bool, len(columns))
	for dec.More() {
		key, _ := dec.Token() // what json.Valid found valid has no error
		name := key.(string)
		c, err := columnNamed(name)
		if err != nil {
			return a, err
		}
		if seen[name] {
			return a, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return a, errObject
		}
		if err := c.setJSON(&a, value); err != nil {
			return a, err
		}
	}
	return a, nil
}

// setJSON sets a field to a string, or to true or false where it is that.
func (c column) setJSON(a *auth.Account, value json.RawMessage) error {
	if string(value) == "null" {
		return nil
	}
	if c.name == activeColumn {
		if b := string(value); b != "true" && b != "false" {
			return fmt.Errorf("%s is neither true nor false", c.name)
		}
		return c.set(a, string(value))
	}
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return fmt.Errorf("%s is not a string", c.name)
	}
	if halfPair(value) {
		return errSurrogate
	}
	if text == "" {
		return nil
	}
	return c.set(a, text)
}

// halfPair reports whether a valid JSON string escapes one half of a surrogate
// pair without the other (RFC 8259, section 8.2).
func halfPair(s []byte) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		i++ // over what is escaped
		first, ok := escaped(s, i)
		if !ok {
			continue
		}
		if i += 4; !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escaped(s, i+2)
		if !ok || s[i+1] != '\\' || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped returns XXXX if s has uXXXX at i.
func escaped(s []byte, i int) (rune, bool) {
	if i+5 > len(s) || s[i] != 'u' {
		return 0, false
	}
	r, err := strconv.ParseUint(string(s[i+1:i+5]), 16, 16)
	return rune(r), err == nil
}
