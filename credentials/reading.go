package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	maxFile     = 64 << 10 // bytes a secret's file may have
	maxReadings = 8        // tries for two that agree
)

// reading is what a source found when it looked once.
type reading struct {
	source     string // see auth.Secrets
	values     map[string]string
	generation string    // the folder that was read, where each rotation has its own
	changed    time.Time // when the youngest file was last written
}

func newReading(source string) *reading {
	return &reading{source: source, values: map[string]string{}}
}

func (r *reading) equal(s *reading) bool {
	return r.source == s.source && r.generation == s.generation && r.changed.Equal(s.changed) && maps.Equal(r.values, s.values)
}

// secrets seals a reading that was confirmed.
func (r *reading) secrets() (auth.Secrets, error) {
	s := auth.Secrets{Values: seal(r.values), Source: r.source, Version: versionOf(r.generation)}
	if len(s.Values) == 0 {
		return auth.Secrets{}, auth.ErrSecretNotFound
	}
	if s.Version == "" && !r.changed.IsZero() {
		s.Version = r.changed.UTC().Format(time.RFC3339Nano)
	}
	return s, nil
}

// steady reads until two readings in a row agree: the second of them shows
// that nothing was swapped while the first was under way. What is not there may
// just have been swapped.
func steady(ctx context.Context, set string, read func() (*reading, error)) (auth.Secrets, error) {
	var last *reading
	var err error
	for range maxReadings {
		if err := ctx.Err(); err != nil {
			return auth.Secrets{}, err
		}
		var now *reading
		switch now, err = read(); {
		case errors.Is(err, fs.ErrNotExist):
			now = nil
		case err != nil:
			return auth.Secrets{}, err
		case last != nil && last.equal(now):
			return now.secrets()
		}
		last = now
	}
	if err == nil {
		err = fmt.Errorf("credentials: the files of set %q change while they are read: replace them in one step", set)
	}
	return auth.Secrets{}, err
}

// addFile makes a field of the file at path. The path is the host's own, so
// symbolic links are followed.
func (r *reading) addFile(field, path string) error {
	return r.addFrom(os.Stat, os.OpenFile, field, path)
}

type (
	statFunc func(name string) (fs.FileInfo, error)
	openFunc func(name string, flag int, mode fs.FileMode) (*os.File, error)
)

// addFrom makes a field of a file that stat and open reach: those of package os
// or of an os.Root.
func (r *reading) addFrom(stat statFunc, open openFunc, field, name string) error {
	content, changed, err := readFile(stat, open, name, maxFile)
	if err != nil {
		return err
	}
	r.values[field] = trimNewline(content)
	r.note(changed)
	return nil
}

func (r *reading) note(changed time.Time) {
	if changed.After(r.changed) {
		r.changed = changed
	}
}

// readFile returns the text of a regular file of at most limit bytes, and when
// it was last written. Its errors leave the path out: somebody may have put the
// secret itself there.
func readFile(stat statFunc, open openFunc, name string, limit int64) (string, time.Time, error) {
	fail := func(err error) (string, time.Time, error) { return "", time.Time{}, err }
	// To open a device may do something. Look first, and look again at what was
	// opened: a FIFO that came in between does not wait for its writer.
	if info, err := stat(name); err != nil {
		return fail(withoutPath(err))
	} else if !info.Mode().IsRegular() {
		return fail(errNotRegular)
	}
	f, err := open(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return fail(withoutPath(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fail(withoutPath(err))
	}
	if !info.Mode().IsRegular() {
		return fail(errNotRegular)
	}
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return fail(withoutPath(err))
	case int64(len(content)) > limit:
		return fail(fmt.Errorf("it has more than %d bytes: name one that has the secret alone", limit))
	case !utf8.Valid(content) || strings.ContainsRune(string(content), 0):
		return fail(errors.New("it has a NUL or is not UTF-8: write the secret as text"))
	}
	return string(content), info.ModTime(), nil
}

var errNotRegular = errors.New("it is not a regular file: name one")

// trimNewline drops one line ending, as editors and echo append it.
func trimNewline(s string) string {
	if t, ok := strings.CutSuffix(s, "\r\n"); ok {
		return t
	}
	return strings.TrimSuffix(s, "\n")
}

func withoutPath(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return errors.New("it cannot be read")
}
