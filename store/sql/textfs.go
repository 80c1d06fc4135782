package sqlstore

import (
	"io"
	"io/fs"
	"strings"
	"time"
)

// textFS is a directory of texts, sorted by name.
type textFS []textFile

// Open opens a file or, as ".", the directory.
func (t textFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		return &openDir{files: t}, nil
	}
	for _, f := range t {
		if f.name == name {
			return &openText{textFile: f, Reader: strings.NewReader(f.text)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// textFile is a file and its own fs.FileInfo.
type textFile struct{ name, text string }

func (f textFile) Name() string       { return f.name }
func (f textFile) Size() int64        { return int64(len(f.text)) }
func (f textFile) Mode() fs.FileMode  { return 0o444 }
func (f textFile) ModTime() time.Time { return time.Time{} }
func (f textFile) IsDir() bool        { return false }
func (f textFile) Sys() any           { return nil }

type openText struct {
	textFile
	*strings.Reader
}

func (o *openText) Size() int64                { return o.textFile.Size() }
func (o *openText) Stat() (fs.FileInfo, error) { return o.textFile, nil }
func (o *openText) Close() error               { return nil }

// openDir is the directory and its own fs.FileInfo.
type openDir struct{ files textFS } // those not yet read

func (d *openDir) Stat() (fs.FileInfo, error) { return d, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Name() string               { return "." }
func (d *openDir) Size() int64                { return 0 }
func (d *openDir) Mode() fs.FileMode          { return fs.ModeDir | 0o555 }
func (d *openDir) ModTime() time.Time         { return time.Time{} }
func (d *openDir) IsDir() bool                { return true }
func (d *openDir) Sys() any                   { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

// ReadDir returns the next n entries, or all that are left if n is not
// positive.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.files) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.files) {
		n = len(d.files)
	}
	entries := make([]fs.DirEntry, n)
	for i, f := range d.files[:n] {
		entries[i] = fs.FileInfoToDirEntry(f)
	}
	d.files = d.files[n:]
	return entries, nil
}
