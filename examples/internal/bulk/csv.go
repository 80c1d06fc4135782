package bulk

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

// quoting follows a CSV file byte by byte to find where a row ends. Nothing
// within quotes ever ends one, however wrong the row is otherwise: what a
// person typed into a field must not become a row of its own.
type quoting struct{ state int }

const (
	atStart  = iota // of a field
	inPlain         // within a field without quotes
	inQuotes        // within one with quotes
	atQuote         // behind a quote within one: its end, or half of a quote
)

// ends reports whether b ends the row.
func (q *quoting) ends(b byte) bool {
	switch {
	case b == '"' && (q.state == atStart || q.state == atQuote):
		q.state = inQuotes
	case q.state == inQuotes:
		if b == '"' {
			q.state = atQuote
		}
	case b == ',' || b == '\n':
		q.state = atStart
	default:
		q.state = inPlain
	}
	return b == '\n' && q.state == atStart
}

// header is the columns of a file.
type header []column

func parseHeader(raw []byte) (header, error) {
	if !utf8.Valid(raw) {
		return nil, errEncoding
	}
	names, err := fields(body(raw))
	if err != nil {
		return nil, err
	}
	var h header
	for _, name := range names {
		c, err := columnNamed(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(h, func(other column) bool { return other.name == name }) {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		h = append(h, c)
	}
	if !slices.Contains(names, "username") {
		return nil, errors.New("there is no username")
	}
	return h, nil
}

// parse reads a row. An empty cell is a field that is not given.
func (h header) parse(raw []byte) (auth.Account, error) {
	a := newAccount()
	cells, err := fields(raw)
	if err != nil {
		return a, err
	}
	if len(cells) != len(h) {
		return a, fmt.Errorf("has %d fields, and there are %d columns", len(cells), len(h))
	}
	for i, cell := range cells {
		if cell == "" {
			continue
		}
		if err := h[i].set(&a, cell); err != nil {
			return a, err
		}
	}
	return a, nil
}

var (
	errOpen   = errors.New("opens a quote that is never closed, so all that follows belongs to it")
	errBehind = errors.New("has text behind a closing quote")
	errWithin = errors.New("has a quote within a field that does not begin with one")
)

// fields takes a row apart (RFC 4180, section 2).
func fields(raw []byte) ([]string, error) {
	var all []string
	for {
		var field string
		var err error
		if len(raw) > 0 && raw[0] == '"' {
			field, raw, err = quoted(raw[1:])
		} else {
			end := bytes.IndexByte(raw, ',')
			if end < 0 {
				end = len(raw)
			}
			field, raw = string(raw[:end]), raw[end:]
			if strings.Contains(field, `"`) {
				err = errWithin
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, field)
		if len(raw) == 0 {
			return all, nil
		}
		if raw[0] != ',' {
			return nil, errBehind
		}
		raw = raw[1:]
	}
}

// quoted reads a field whose opening quote has been read.
func quoted(raw []byte) (field string, rest []byte, err error) {
	var b strings.Builder
	for {
		end := bytes.IndexByte(raw, '"')
		if end < 0 {
			return "", nil, errOpen
		}
		b.Write(raw[:end])
		raw = raw[end+1:]
		if len(raw) == 0 || raw[0] != '"' {
			return b.String(), raw, nil
		}
		b.WriteByte('"')
		raw = raw[1:]
	}
}
