// Package bulk reads and writes files of accounts, CSV or JSONL, a row at a
// time and in bounded memory. What NewWriter writes, NewReader reads back as it
// was.
package bulk

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Format is how a file is written.
type Format string

const (
	CSV   Format = "csv"   // RFC 4180 with a header line, UTF-8
	JSONL Format = "jsonl" // a JSON object a line
)

// MaxRow is how many bytes a row may have, with its line end.
const MaxRow = 64 << 10

// FormatOf returns the format that is named, or else the one that the file's
// name ends in, or else fallback. If all of them are empty it is an error.
func FormatOf(name, path string, fallback Format) (Format, error) {
	if name == "" {
		name = strings.TrimPrefix(filepath.Ext(path), ".")
		if Format(name) != CSV && Format(name) != JSONL {
			name = string(fallback)
		}
	}
	switch f := Format(name); f {
	case CSV, JSONL:
		return f, nil
	case "":
		return "", fmt.Errorf("%q ends neither in .csv nor in .jsonl: give -format", path)
	}
	return "", fmt.Errorf("no format %q: csv or jsonl", name)
}
