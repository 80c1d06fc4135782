package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// Files returns a source that reads each field from a file of its own, for
// hosts whose configuration says where the files are:
//
//	credentials.Files(map[string]string{"NVIDIA_API_KEY": "/etc/llm/nvidia"})
//
// It copies what it is given. A set of whose fields none has a path is not
// configured; a path where no file can be read is a fault. Files are read as
// [Env] reads those that NAME_FILE names; the set's Source is "file" too. Rename
// a new file over the old one. Two fields that rotate together belong in one
// [Dir]: files replaced one after the other are a mix until the second is
// there.
func Files(paths map[string]string) auth.SecretProvider {
	return files(maps.Clone(paths))
}

const fromFile = "file"

type files map[string]string

func (f files) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	names, err := fieldsOf(set)
	if err != nil {
		return auth.Secrets{}, err
	}
	return steady(ctx, set, func() (*reading, error) { return f.read(names) })
}

func (f files) read(names []string) (*reading, error) {
	r := newReading(fromFile)
	for _, name := range names {
		if path := f[name]; path != "" {
			if err := r.addFile(name, path); err != nil {
				return nil, fmt.Errorf("credentials: the file of %s: %w", name, err)
			}
		}
	}
	return r, nil
}

// dataLink is what Kubernetes swaps: a symbolic link to the folder that has
// all files of one rotation, whose name is the time it was made.
const dataLink = "..data"

// Dir returns a source that reads each field from a file of a folder: a secret
// volume of Kubernetes, /run/secrets of Docker, or $CREDENTIALS_DIRECTORY of
// systemd, where os.Getenv("CREDENTIALS_DIRECTORY") is all that is needed. The
// file has the field's name, or the one that names gives for it; nil names give
// none.
//
// A field without a file is not there, and neither is any in a folder that is
// empty or whose path is "". A path that is not a folder, and a file that
// cannot be read, are faults. No file outside of the folder is read, whatever
// links are in it. Files are at most 64 KiB of UTF-8 and lose one trailing
// newline.
//
// Everything is read anew each time, from one folder opened once, until two
// readings agree. So all fields are of one rotation where the folder changes in
// one step: by Kubernetes' link "..data", whose target is then the version, or
// because path is itself a link that is renamed. Elsewhere the version is when
// a file was last written. The set's Source is "directory".
func Dir(path string, names map[string]string) auth.SecretProvider {
	return dir{path, maps.Clone(names)}
}

type dir struct {
	path  string
	names map[string]string
}

func (d dir) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	fields, err := fieldsOf(set)
	if err != nil {
		return auth.Secrets{}, err
	}
	if d.path == "" {
		return auth.Secrets{}, auth.ErrSecretNotFound
	}
	return steady(ctx, set, func() (*reading, error) { return d.read(fields) })
}

func (d dir) read(fields []string) (*reading, error) {
	// With the dot the path of a FIFO is refused and not waited for.
	root, err := os.OpenRoot(d.path + string(filepath.Separator) + ".")
	if err != nil {
		return nil, fmt.Errorf("credentials: the folder of secrets: %w", withoutPath(err))
	}
	defer root.Close()
	r := newReading("directory")
	switch target, err := root.Readlink(dataLink); {
	case errors.Is(err, fs.ErrNotExist):
		return r, d.readFrom(root, fields, r)
	case err != nil:
		return nil, fmt.Errorf("credentials: %s in the folder of secrets: %w", dataLink, withoutPath(err))
	default:
		return r, d.readGeneration(root, target, fields, r)
	}
}

// readGeneration reads from the folder that dataLink was found to name.
func (d dir) readGeneration(root *os.Root, target string, fields []string, r *reading) error {
	info, err := root.Stat(target)
	switch {
	case err != nil:
		return fmt.Errorf("credentials: %s in the folder of secrets: %w", dataLink, withoutPath(err))
	case !info.IsDir():
		return fmt.Errorf("credentials: %s in the folder of secrets names no folder: mount the secret anew", dataLink)
	}
	generation, err := root.OpenRoot(target)
	if err != nil {
		return fmt.Errorf("credentials: %s in the folder of secrets: %w", dataLink, withoutPath(err))
	}
	defer generation.Close()
	r.generation = target
	return d.readFrom(generation, fields, r)
}

func (d dir) readFrom(root *os.Root, fields []string, r *reading) error {
	for _, field := range fields {
		name := field
		if given := d.names[field]; given != "" {
			name = given
		}
		if name != filepath.Base(name) || strings.HasPrefix(name, "..") || name == "." {
			return fmt.Errorf("credentials: the file name given for %s has a path: give the name of a file in the folder", field)
		}
		if _, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := r.addFrom(root.Stat, root.OpenFile, field, name); err != nil {
			return fmt.Errorf("credentials: the file of %s: %w", field, err)
		}
	}
	return nil
}

// versionOf is a generation's own name where that is fit to be shown.
func versionOf(target string) string {
	if matches(`^[\w.-]{1,64}$`, target) {
		return strings.TrimLeft(target, ".")
	}
	return ""
}
