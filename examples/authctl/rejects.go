package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sallyport-go/sallyport/examples/internal/bulk"
)

// rejects keeps bad rows as they were, to be mended and imported again. They
// are written beside the file that was asked for, which gets its name when all
// rows are there: what is left of a run that was cut off is never taken for
// the whole, and the next run writes it anew.
type rejects struct {
	path   string // empty: bad rows are reported only
	header []byte
	file   *os.File // nil before the first bad row
}

const partial = ".part"

// newRejects refuses a file that is there: it may be half mended.
func newRejects(path string, input *os.File, header []byte) (*rejects, error) {
	r := &rejects{path: path, header: header}
	if path == "" {
		return r, nil
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is there already: import it first, or name another file for -rejected", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("-rejected: %w: name a new file, in a directory that is there", err)
	}
	read, err := input.Stat()
	if err != nil {
		return nil, err
	}
	if part, err := os.Stat(path + partial); err == nil && os.SameFile(read, part) {
		return nil, fmt.Errorf("%s would be written over while it is read: rename it", path+partial)
	}
	return r, nil
}

// keep writes one row, and the line end that the last of a file may lack. It is
// written at once: nothing is lost with the process.
func (r *rejects) keep(row bulk.Row) error {
	if r.path == "" {
		return nil
	}
	if r.file == nil {
		if err := r.create(); err != nil {
			return err
		}
	}
	last := &lastByte{w: r.file}
	if _, err := last.Write(row.Raw); err != nil {
		return err
	}
	if row.Rest != nil {
		if _, err := io.Copy(last, row.Rest); err != nil {
			return err
		}
	}
	if last.b != '\n' {
		_, err := r.file.WriteString("\n")
		return err
	}
	return nil
}

// create makes the file anew, never what is there already, which may be a link or
// be open to others: hashes are in it.
func (r *rejects) create() error {
	err := os.Remove(r.path + partial)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if r.file, err = os.OpenFile(r.path+partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return err
	}
	_, err = r.file.Write(r.header)
	return err
}

// finish gives the file its name and says what there is to do.
func (r *rejects) finish(err error, n counts) error {
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w; %d rows are done: run the same command again to go on", err, n.rows())
	case n.rejected == 0:
		return nil
	case r.path == "":
		return fmt.Errorf("%d of %d rows were rejected: -rejected FILE keeps them", n.rejected, n.rows())
	}
	if err := os.Rename(r.path+partial, r.path); err != nil {
		return err
	}
	return fmt.Errorf("%d of %d rows were rejected: mend %s and import that", n.rejected, n.rows(), r.path)
}

// lastByte remembers how what went through it ended.
type lastByte struct {
	w io.Writer
	b byte
}

func (l *lastByte) Write(p []byte) (int, error) {
	if len(p) > 0 {
		l.b = p[len(p)-1]
	}
	return l.w.Write(p)
}
