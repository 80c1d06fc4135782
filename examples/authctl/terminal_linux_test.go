package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal is a real one that the program runs at.
type terminal struct {
	keyboard *os.File
	program  *os.File // the side that the program has
	mode     unix.Termios
	cmd      *exec.Cmd
	done     chan struct{}

	mu     sync.Mutex
	screen bytes.Buffer
}

func (x *terminal) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.Write(p)
}

func (x *terminal) shown() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// atTerminal starts the program as a shell does: the terminal is its own, and
// Control-C is for it.
func atTerminal(t *testing.T, dsn string, args ...string) *terminal {
	t.Helper()
	x := &terminal{done: make(chan struct{})}
	var err error
	x.keyboard, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(x.keyboard.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetUint32(int(x.keyboard.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	x.program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	x.mode = x.now(t)
	x.cmd = prepare(t, dsn, args...)
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = x.program, x.program, x.program
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, x.cmd.Start())
	go func() {
		_ = x.cmd.Wait()
		close(x.done)
	}()
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(x, x.keyboard) // until nobody has the other side
		close(read)
	}()
	t.Cleanup(func() {
		_ = x.cmd.Process.Kill()
		<-x.done
		x.program.Close()
		<-read
		x.keyboard.Close()
	})
	return x
}

// now is how the terminal is set.
func (x *terminal) now(t *testing.T) unix.Termios {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(x.program.Fd()), unix.TCGETS)
	require.NoError(t, err)
	return *mode
}

// asks waits until the program has asked and the terminal shows no more of what
// is typed.
func (x *terminal) asks(t *testing.T, prompt string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return strings.HasSuffix(x.shown(), prompt) && x.now(t).Lflag&unix.ECHO == 0
	}, 30*time.Second, time.Millisecond, "%q must be asked for without showing it", prompt)
}

// ends waits for the end of the program and returns its exit code.
func (x *terminal) ends(t *testing.T) int {
	t.Helper()
	select {
	case <-x.done:
	case <-time.After(30 * time.Second):
		t.Fatalf("it must end: %s", x.shown())
	}
	require.Equal(t, x.mode, x.now(t), "the terminal is left as it was")
	return x.cmd.ProcessState.ExitCode()
}

const (
	typedPassword = "gravel tulip monsoon"
	interrupt     = "\x03"
)

// What is typed at two prompts, and what comes of it.
var typedPasswords = []struct {
	name  string
	typed []string
	says  string // of the last line; the name of the user comes before it if it is done
}{
	{"twice the same", []string{typedPassword + "\n", typedPassword + "\n"}, ""},
	{"two that differ", []string{typedPassword + "\n", typedPassword + "x\n"}, "authctl: the two passwords differ: run the command again, and type the same one twice"},
	{"nothing", []string{"\n"}, "authctl: no password: give one line of standard input, or type it at the terminal"},
	{"an interrupt", []string{interrupt}, "authctl: interrupted before a password was given: run the command again"},
	{"an interrupt within a line", []string{"gravel" + interrupt}, "authctl: interrupted before a password was given: run the command again"},
	{"an interrupt at the second prompt", []string{typedPassword + "\n", interrupt}, "authctl: interrupted before a password was given: run the command again"},
}

func TestAPasswordIsTypedAtATerminal(t *testing.T) {
	shared := newDSN(t)
	_, stderr, code := process(t, shared, johnsPassword, "user", "add", "-username", "john", "-email", "john@example.com")
	require.Zero(t, code, stderr)
	before, _, _ := process(t, shared, "", "user", "export", "-with-hashes")
	for _, c := range typedPasswords {
		t.Run("add/"+c.name, func(t *testing.T) {
			dsn := newDSN(t)
			typesPasswords(t, dsn, c.typed, "john: added as user", c.says, "user", "add", "-username", "john", "-email", "john@example.com")
			if c.says != "" {
				require.NoFileExists(t, strings.TrimPrefix(dsn, "sqlite:"), "nothing is made")
			}
		})
		t.Run("passwd/"+c.name, func(t *testing.T) {
			typesPasswords(t, shared, c.typed, "john: passwd done", c.says, "user", "passwd", "john")
			after, _, _ := process(t, shared, "", "user", "export", "-with-hashes")
			require.Equal(t, c.says != "", before == after, "the hash is another one if it was done")
			before = after
		})
	}
}

// typesPasswords runs a command that asks for a password, and types. It says
// done, or else why not.
func typesPasswords(t *testing.T, dsn string, typed []string, done, refused string, command ...string) {
	t.Helper()
	x := atTerminal(t, dsn, command...)
	for i, line := range typed {
		x.asks(t, []string{"Password: ", "Again: "}[i])
		_, err := x.keyboard.WriteString(line)
		require.NoError(t, err)
	}
	code, says := x.ends(t), done
	if refused != "" {
		says = refused
	}
	require.Equal(t, refused != "", code == 1, x.shown())
	require.Eventually(t, func() bool { return strings.HasSuffix(x.shown(), says+"\r\n") }, 10*time.Second, time.Millisecond, "%q", x.shown())
	require.NotContains(t, x.shown(), "gravel", "what is typed is not shown")
}
