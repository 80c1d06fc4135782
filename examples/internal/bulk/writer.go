package bulk

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

// Writer writes accounts, a row each.
type Writer struct {
	columns []column
	row     func(cells []string) error
	flush   func() error
}

// NewWriter writes the header of CSV at once. Without hashes a file has no
// such column at all.
func NewWriter(w io.Writer, f Format, hashes bool) (*Writer, error) {
	out := &Writer{columns: written(hashes)}
	if f == JSONL {
		buffer := bufio.NewWriter(w)
		out.row, out.flush = out.object(buffer), buffer.Flush
		return out, nil
	}
	table := csv.NewWriter(w)
	out.row = table.Write
	out.flush = func() error {
		table.Flush()
		return table.Error()
	}
	var names []string
	for _, c := range out.columns {
		names = append(names, c.name)
	}
	return out, table.Write(names)
}

// Write adds a row.
func (w *Writer) Write(a *auth.Account) error {
	cells := make([]string, len(w.columns))
	for i, c := range w.columns {
		if cells[i] = c.get(a); !utf8.ValidString(cells[i]) {
			return fmt.Errorf("the account %q: %s %w", a.ID, c.name, errEncoding)
		}
	}
	return w.row(cells)
}

// Flush writes out what is still held.
func (w *Writer) Flush() error { return w.flush() }

// object writes a JSON object with the keys in the order of the columns.
func (w *Writer) object(out *bufio.Writer) func(cells []string) error {
	return func(cells []string) error {
		before := '{'
		for i, c := range w.columns {
			value := []byte("null")
			if c.name == activeColumn {
				value = []byte(cells[i])
			} else if cells[i] != "" {
				value, _ = json.Marshal(cells[i]) // a string has no error
			}
			fmt.Fprintf(out, "%c%q:%s", before, c.name, value)
			before = ','
		}
		_, err := out.WriteString("}\n")
		return err
	}
}
