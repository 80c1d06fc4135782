package bulk

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

// Row is one row of a file.
type Row struct {
	Line    int          // the line that it begins in, from 1
	Raw     []byte       // as it was, with its line end; the first MaxRow bytes of a longer one
	Rest    io.Reader    // what follows Raw of a longer one, until the next row is read; else nil
	Account auth.Account // what is given; a field that is not is zero, and Active true
	Err     error        // why it is no account; never with the hash in it
}

// Reader reads the rows of a file.
type Reader struct {
	Header []byte // of CSV, as it was, with its line end

	in    *bufio.Reader
	line  int               // how many have ended
	ends  func(b byte) bool // whether b, the next byte, ends the row
	parse func([]byte) (auth.Account, error)
	rest  io.Reader
}

var (
	errEncoding = errors.New("is not UTF-8")
	errLong     = fmt.Errorf("is longer than %d bytes", MaxRow)
)

// NewReader reads what comes before the first row: a byte order mark, and the
// header of CSV, whose columns have to be known.
func NewReader(in io.Reader, f Format) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, MaxRow)}
	if mark, err := r.in.Peek(3); err == nil && string(mark) == "\ufeff" {
		r.in.Discard(len(mark))
	}
	if f == JSONL {
		r.ends, r.parse = func(b byte) bool { return b == '\n' }, parseJSON
		return r, nil
	}
	r.ends = new(quoting).ends
	raw, long, err := r.raw()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty: CSV begins with a line of column names")
	case err != nil:
		return nil, err
	case long:
		return nil, fmt.Errorf("the line of column names %w", errLong)
	}
	header, err := parseHeader(raw)
	if err != nil {
		return nil, fmt.Errorf("the line of column names: %w", err)
	}
	r.Header, r.parse = raw, header.parse
	return r, nil
}

// Next returns the next row that is not blank, be it good or bad. The error is
// io.EOF or what reading the file failed with.
func (r *Reader) Next() (Row, error) {
	if r.rest != nil {
		if _, err := io.Copy(io.Discard, r.rest); err != nil {
			return Row{}, err
		}
		r.rest = nil
	}
	for {
		row := Row{Line: r.line + 1}
		raw, long, err := r.raw()
		if err != nil {
			return Row{}, err
		}
		row.Raw = raw
		switch {
		case long:
			r.rest = &rest{r, false}
			row.Rest, row.Err = r.rest, errLong
		case len(body(raw)) == 0:
			continue
		case !utf8.Valid(raw):
			row.Err = errEncoding
		default:
			row.Account, row.Err = r.parse(body(raw))
		}
		return row, nil
	}
}

// raw reads one row, or the first MaxRow bytes of it.
func (r *Reader) raw() (raw []byte, long bool, err error) {
	for len(raw) < MaxRow {
		b, err := r.in.ReadByte()
		if errors.Is(err, io.EOF) && len(raw) > 0 {
			return raw, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		raw = append(raw, b)
		if r.ended(b) {
			return raw, false, nil
		}
	}
	return raw, true, nil
}

// ended counts lines and reports whether b ends the row.
func (r *Reader) ended(b byte) bool {
	if b == '\n' {
		r.line++
	}
	return r.ends(b)
}

// rest reads on to the end of a row.
type rest struct {
	r    *Reader
	done bool
}

func (l *rest) Read(p []byte) (n int, err error) {
	for n < len(p) && !l.done {
		b, err := l.r.in.ReadByte()
		if err != nil {
			l.done = true
			return n, err
		}
		p[n] = b
		n++
		l.done = l.r.ended(b)
	}
	if n == 0 && l.done {
		return 0, io.EOF
	}
	return n, nil
}

// body is a row without its line end.
func body(raw []byte) []byte {
	for _, end := range []byte{'\n', '\r'} {
		if n := len(raw) - 1; n >= 0 && raw[n] == end {
			raw = raw[:n]
		}
	}
	return raw
}

// newAccount is what a row that says nothing gives.
func newAccount() auth.Account { return auth.Account{User: auth.User{Active: true}} }
