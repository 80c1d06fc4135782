package backend

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/sallyport-go/sallyport/store/sql"
)

func openSQLite(path string) (*Backend, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return nil, errDSN // SQLite's own forms are no path: they would name a file
	}
	if err := usable(path); err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"mode":    {"rw"}, // a file that is not there is for Make, whose owner alone can read it
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)"},
	}.Encode()}
	b, err := open("sqlite", name.String(), sqlstore.SQLite)
	if err != nil {
		return nil, err
	}
	b.file, b.KeyFile = path, path+".key"
	return b, nil
}

// usable is an error if path is not an SQLite file, nor one that can be made.
func usable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(path))
		return unusable(err)
	}
	if err != nil {
		return unusable(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unusable(err)
	}
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	if info.Mode().IsRegular() {
		_, err = io.ReadFull(f, head)
	}
	if !errors.Is(err, io.EOF) && string(head) != magic { // an empty file is a database without tables
		return fmt.Errorf("sqlite: %s is no SQLite file: name another one", path)
	}
	return nil
}

func unusable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlite: %w: name a file that can be made or written, in a directory that is there", err)
}

// Missing is an error if the database is an SQLite file that is not there.
func (b *Backend) Missing() error {
	if b.file == "" {
		return nil
	}
	if _, err := os.Stat(b.file); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

// Make makes an SQLite file that is not there, readable to its owner only.
func (b *Backend) Make() error {
	if b.file == "" {
		return nil
	}
	f, err := os.OpenFile(b.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unusable(err)
	}
	return f.Close()
}
