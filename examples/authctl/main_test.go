package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The test binary is the program when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("SALLYPORT_TEST_BE_AUTHCTL") == "1" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// prepare is a run of the program on a database.
func prepare(t *testing.T, dsn string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = []string{"SALLYPORT_TEST_BE_AUTHCTL=1", "SALLYPORT_DB=" + dsn, "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	return cmd
}

// process runs the program on a database.
func process(t *testing.T, dsn, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := prepare(t, dsn, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if _, failed := cmd.Run().(*exec.ExitError); !failed {
		require.NotNil(t, cmd.ProcessState)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func newDSN(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }
