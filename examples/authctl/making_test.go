package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A database is made by the commands that add users and by migrate. All others
// name the file that is not there, and leave nothing behind.
func TestAFileThatIsNotThereIsMadeByFewCommands(t *testing.T) {
	makes := map[string]bool{"migrate": true, "user add": true, "user import": true}
	needless := map[string]bool{"key new": true, "completion": true, "help": true}
	dir := t.TempDir()
	path := filepath.Join(dir, "none.db")
	for _, r := range runs {
		stdout, stderr, code := process(t, "sqlite:"+path, r.stdin, append(strings.Fields(r.command), r.args...)...)
		if makes[r.command] {
			require.FileExists(t, path, "%s: %s", r.command, stderr)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Zero(t, info.Mode().Perm()&0o077, r.command)
			require.NoError(t, os.Remove(path))
		} else if !needless[r.command] {
			require.Equal(t, 1, code, r.command)
			require.Contains(t, stdout+stderr, path, r.command)
			require.Contains(t, stdout+stderr, ": run authctl migrate, or name another file with -db or SALLYPORT_DB\n", r.command)
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left, "%s leaves nothing behind", r.command)
	}
	for _, flag := range []string{"-check", "-export=-"} {
		_, stderr, code := process(t, "sqlite:"+path, "", "migrate", flag)
		require.Equal(t, flag == "-check", code == 1, stderr)
		require.NoFileExists(t, path, flag)
	}
}
