// Package serve runs the servers that are compared, each in a process of its
// own, and asks such a process what it has used.
package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/timing"
)

// Config is what a process is told before it starts to serve.
type Config struct {
	Kind  string // see kinds
	Users int    // user0 and so on, whose password is Password
	DSN   string // where Kind has a database
	Dir   string // for files, empty at first
	Body  []byte // what a validate answers, where it is not made from the user
	Rows  int    // sessions and users of a kind that is asked to validate
	Table string // prefix of its tables, where they have names

	Profile string // a file for what its processor did; empty: none
}

// Password is that of all users.
const Password = "lantern orbit walnut"

// User is the n-th user's e-mail, by which all servers know it.
func User(n int) string { return fmt.Sprintf("user%d@example.com", n) }

// program is what a process runs. handler is nil where it is only asked to do
// work.
type program struct {
	handler http.Handler
	work    func(n int) (Took, error) // n validations
	close   func() error
}

// kinds are the servers by name.
var kinds = map[string]func(context.Context, Config) (*program, error){
	"bare":          bare,
	"ours":          ours,
	"ours-postgres": oursPostgres,
	"gin-jwt":       ginJWT,
	"jwtauth":       jwtAuth,
	"PocketBase":    pocketBase,
	"rows-memory":   rowsMemory,
	"rows-postgres": rowsSQL,
	"rows-sqlite":   rowsSQL,
}

// Took is what some work cost.
type Took struct{ Processor, Elapsed time.Duration }

// Child serves until standard input ends, which it does when the parent is
// gone, however it went. The first line in is a Config and the first line out
// the address, or what went wrong.
func Child(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return errors.New("no configuration")
	}
	var cfg Config
	if err := json.Unmarshal(lines.Bytes(), &cfg); err != nil {
		return err
	}
	err := child(cfg, lines, out)
	if err != nil {
		fmt.Fprintln(out, "error:", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return err
}

func child(cfg Config, lines *bufio.Scanner, out io.Writer) (err error) {
	start := kinds[cfg.Kind]
	if start == nil {
		return fmt.Errorf("no server is called %q", cfg.Kind)
	}
	if cfg.Profile != "" {
		file, err := os.Create(cfg.Profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); err = errors.Join(err, file.Close()) }()
	}
	p, err := start(context.Background(), cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	addr := "-"
	if p.handler != nil {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addr = listener.Addr().String()
		server := &http.Server{Handler: p.handler, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(listener) }()
		defer server.Close()
	}
	fmt.Fprintln(out, addr)
	for lines.Scan() {
		answer, err := p.answer(lines.Text())
		if err != nil {
			return err
		}
		fmt.Fprintln(out, answer)
	}
	return nil
}

// answer does what a line asks for.
func (p *program) answer(line string) (string, error) {
	switch line {
	case "cpu":
		return fmt.Sprint(int64(timing.Processor())), nil
	case "collect":
		debug.FreeOSMemory()
		return "0", nil
	}
	var n int
	if _, err := fmt.Sscanf(line, "work %d", &n); err != nil || p.work == nil {
		return "", fmt.Errorf("cannot do %q", line)
	}
	took, err := p.work(n)
	return fmt.Sprint(int64(took.Processor), int64(took.Elapsed)), err
}

// IsChild reports whether this process was started to serve.
func IsChild() bool { return os.Getenv(childVar) != "" }

const childVar = "SALLYPORT_BENCH_CHILD"
