//go:build unix

package credentials_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

const field = "NVIDIA_API_KEY"

// fileSources are the ways to read the file of that name in a folder.
func fileSources(folder string) map[string]auth.SecretProvider {
	path := filepath.Join(folder, field)
	return map[string]auth.SecretProvider{
		"Env":         credentials.Env(environ{field + "_FILE": path}.lookup),
		"Files":       credentials.Files(map[string]string{field: path}),
		"Dir":         credentials.Dir(folder, nil),
		"Dir, given":  credentials.Dir(folder, map[string]string{field: field}),
		"Dir, linked": credentials.Dir(folder+"/../"+filepath.Base(folder), nil),
	}
}

func TestFilesAndFoldersAreRead(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, field)
	for content, want := range map[string]string{"k\n": "k", "k\r\n": "k", "k\n\n": "k\n", " ké ": " ké ", strings.Repeat("x", 64<<10): strings.Repeat("x", 64<<10)} {
		replace(t, path, content)
		written := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		require.NoError(t, os.Chtimes(path, written, written))
		for name, src := range fileSources(folder) {
			got, err := src.Secrets(t.Context(), "nvidia")
			require.NoError(t, err, name)
			assert.Equal(t, want, got.Values[field].Reveal(), name)
			assert.Equal(t, "2026-01-02T03:04:05Z", got.Version, "%s: the version is when the file was written", name)
			assertPrintsNothing(t, got)
		}
	}
	for name, src := range fileSources(folder) {
		_, err := src.Secrets(t.Context(), "my-llm")
		assert.ErrorIs(t, err, auth.ErrSecretNotFound, name)
		_, err = src.Secrets(t.Context(), "../nvidia")
		assert.ErrorContains(t, err, "set name", name)
	}
}

func TestWhatIsNotThereIsNotConfigured(t *testing.T) {
	empty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(empty, field), []byte("\n"), 0o600))
	for name, src := range map[string]auth.SecretProvider{
		"no path":      credentials.Files(map[string]string{field: ""}),
		"nil paths":    credentials.Files(nil),
		"empty folder": credentials.Dir(t.TempDir(), nil),
		"empty file":   credentials.Dir(empty, nil),
		"no folder":    credentials.Dir("", nil), // CREDENTIALS_DIRECTORY is not set
	} {
		_, err := src.Secrets(t.Context(), "nvidia")
		assert.ErrorIs(t, err, auth.ErrSecretNotFound, name)
	}
}

// hostile makes a path into something that no secret is. It is called with the
// path of the file in an empty folder.
var hostile = map[string]struct {
	says string
	make func(path string) error
}{
	"NUL":         {"NUL", func(p string) error { return os.WriteFile(p, []byte(docNVIDIA+"\x00"), 0o600) }},
	"not UTF-8":   {"UTF-8", func(p string) error { return os.WriteFile(p, []byte(docNVIDIA+"\xff"), 0o600) }},
	"a byte more": {"more than 65536 bytes", func(p string) error { return os.WriteFile(p, make([]byte, 64<<10+1), 0o600) }},
	"100 MB":      {"more than 65536 bytes", func(p string) error { return errorsOf(os.WriteFile(p, nil, 0o600), os.Truncate(p, 100<<20)) }},
	"a FIFO":      {"not a regular file", func(p string) error { return syscall.Mkfifo(p, 0o600) }},
	"a folder":    {"", func(p string) error { return os.Mkdir(p, 0o700) }},
	"/dev/zero":   {"", func(p string) error { return os.Symlink("/dev/zero", p) }},
	"a FIFO's link": {"not a regular file", func(p string) error {
		return errorsOf(syscall.Mkfifo(p+"x", 0o600), os.Symlink(filepath.Base(p)+"x", p))
	}},
	"a loop": {"too many levels", func(p string) error { return os.Symlink(filepath.Base(p), p) }},
	"a link to nothing": {"no such file", func(p string) error {
		return os.Symlink("gone", p)
	}},
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestHostileFilesAreFaultsAndNeverWaitedFor(t *testing.T) {
	for what, h := range hostile {
		folder := t.TempDir()
		require.NoError(t, h.make(filepath.Join(folder, field)))
		for name, src := range fileSources(folder) {
			began := time.Now()
			_, err := src.Secrets(t.Context(), "nvidia")
			require.Error(t, err, "%s: %s", name, what)
			assert.NotErrorIs(t, err, auth.ErrSecretNotFound, "%s: %s is a fault", name, what)
			assert.ErrorContains(t, err, h.says, "%s: %s", name, what)
			assert.NotContains(t, err.Error(), docNVIDIA[:8], "%s: %s: no content", name, what)
			assert.NotContains(t, err.Error(), folder, "%s: %s: no path", name, what)
			assert.Less(t, time.Since(began), 30*time.Second, "%s: %s", name, what)
		}
	}
}

// A FIFO that takes the file's place after it was looked at is not waited for.
func TestAFIFOThatComesInBetweenIsNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	path, fifo, next := filepath.Join(folder, field), filepath.Join(folder, "fifo"), filepath.Join(folder, "next")
	replace(t, path, docNVIDIA)
	require.NoError(t, os.Link(path, path+"-kept"))
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	var over atomic.Bool
	var swaps sync.WaitGroup
	swaps.Go(func() {
		for !over.Load() {
			for _, what := range []string{fifo, path + "-kept"} {
				assert.NoError(t, errorsOf(os.Link(what, next), os.Rename(next, path)))
			}
		}
	})
	read := make(chan struct{})
	go func() {
		defer close(read)
		for range 500 {
			for _, src := range fileSources(folder) {
				src.Secrets(t.Context(), "nvidia")
			}
		}
	}()
	select {
	case <-read:
	case <-time.After(time.Minute):
		t.Error("a source waits for the writer of a FIFO")
	}
	over.Store(true)
	swaps.Wait()
	if writer, err := os.OpenFile(fifo, os.O_RDWR, 0); err == nil { // lets go who waits
		defer writer.Close()
	}
}

// A folder may hold any links: none leads out of it.
func TestDirStaysInItsFolder(t *testing.T) {
	outside := t.TempDir()
	replace(t, filepath.Join(outside, field), docNVIDIA)
	folder := filepath.Join(outside, "folder")
	link := func(target, name string) func(*testing.T) {
		return func(t *testing.T) { require.NoError(t, os.Symlink(target, filepath.Join(folder, name))) }
	}
	names := func(name string) map[string]string { return map[string]string{field: name} }
	for what, c := range map[string]struct {
		prepare func(*testing.T)
		names   map[string]string
	}{
		"a link up":        {link("../"+field, field), nil},
		"an absolute link": {link(filepath.Join(outside, field), field), nil},
		"..data up":        {link("..", "..data"), nil},
		"..data absolute":  {link(outside, "..data"), nil},
		"..data to a FIFO": {func(t *testing.T) {
			link("fifo", "..data")(t)
			require.NoError(t, syscall.Mkfifo(filepath.Join(folder, "fifo"), 0o600))
		}, nil},
		"..data to itself":    {link("..data", "..data"), nil},
		"..data no link":      {func(t *testing.T) { writeFiles(t, filepath.Join(folder, "..data"), nil) }, nil},
		"a name up":           {nil, names("../" + field)},
		"a name down and up":  {nil, names("x/../../" + field)},
		"an absolute name":    {nil, names(filepath.Join(outside, field))},
		"the parent":          {nil, names("..")},
		"the folder":          {nil, names(".")},
		"a name with a NUL":   {nil, names("x\x00")},
		"a generation's name": {nil, names("..data")},
	} {
		t.Run(what, func(t *testing.T) {
			require.NoError(t, os.RemoveAll(folder))
			require.NoError(t, os.Mkdir(folder, 0o700))
			if c.prepare != nil {
				c.prepare(t)
			}
			got, err := credentials.Dir(folder, c.names).Secrets(t.Context(), "nvidia")
			require.Error(t, err)
			require.NotErrorIs(t, err, auth.ErrSecretNotFound)
			require.Empty(t, got.Values)
			require.NotContains(t, err.Error(), outside)
		})
	}
}

func TestDirNeedsAFolder(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	for _, path := range []string{filepath.Join(t.TempDir(), "gone"), file(t, "x"), fifo, "/dev/zero", "a\x00b"} {
		_, err := credentials.Dir(path, nil).Secrets(t.Context(), "nvidia")
		require.Error(t, err)
		require.NotErrorIs(t, err, auth.ErrSecretNotFound, "a volume that is not mounted is a fault")
		require.NotContains(t, err.Error(), path)
	}
}

func TestDirUsesTheGivenNames(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"id": docKeyID, "key.txt": docSecret, "AWS_REGION": "eu-west-1"} {
		replace(t, filepath.Join(folder, name), content)
	}
	names := map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key.txt"}
	src := credentials.Dir(folder, names)
	clear(names)
	got, err := src.Secrets(t.Context(), "aws")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"AWS_ACCESS_KEY_ID": docKeyID, "AWS_SECRET_ACCESS_KEY": docSecret, "AWS_REGION": "eu-west-1"}, reveal(got))
}
