package credentials_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// A file that this process may not read is a fault, for root's test runs too.
func TestAFileThatMayNotBeReadIsAFault(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755))
	require.NoError(t, os.Chmod(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, field), []byte(docNVIDIA), 0o000))
	for name, src := range fileSources(folder) {
		err := asNobody(func() error {
			_, err := src.Secrets(t.Context(), "nvidia")
			return err
		})
		require.ErrorContains(t, err, "permission denied", name)
		require.NotErrorIs(t, err, auth.ErrSecretNotFound, name)
	}
}

// asNobody runs f with the file access of nobody. Its thread is thrown away.
func asNobody(f func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		if os.Getuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				result <- err
				return
			}
		}
		result <- f()
	}()
	return <-result
}
