// Command bench measures the library side by side with others of its kind and
// with the floors under it, and judges each figure by its bar.
//
//	make bench
//
// PostgreSQL is measured where SALLYPORT_TEST_POSTGRES says it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

func main() {
	if serve.IsChild() {
		if err := serve.Child(os.Stdin, os.Stdout); err != nil {
			os.Exit(1) // the parent has been told
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := bench(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// errUnmet ends a run in which a figure is beyond its bar.
var errUnmet = errors.New("not met")

func bench(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "measure these `names` only, separated by commas: "+strings.Join(names(), ", "))
	rows := flags.Int("rows", 1_000_000, "sessions and users that are compared with 1,000")
	rounds := flags.Int("rounds", 15, "rounds of each comparison; of the storm at most 5")
	procs := flags.Int("procs", runtime.NumCPU(), "GOMAXPROCS of every process")
	small := flags.Bool("smoke", false, "run everything at its smallest and judge nothing")
	docs := flags.String("docs", "", "write performance.md and performance.svg in this `directory`")
	profile := flags.String("profile", "", "write what the processors of the servers did, as NAME.prof for go tool pprof, in this `directory`")
	root := flags.String("root", "..", "the `directory` of the repository")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *rounds < 1 || *rows < 1000 || *procs < 1:
		return errors.New("-rounds and -procs are at least 1, -rows at least 1000")
	case *docs != "" && (*small || *only != ""):
		return errors.New("-docs takes a whole run: leave out -smoke and -only")
	}
	runtime.GOMAXPROCS(*procs)
	l := &lab{
		sizes: whole(*rounds, *rows), procs: *procs, slots: max(1, *procs-1), root: *root,
		server: os.Getenv("SALLYPORT_TEST_POSTGRES"),
	}
	if *profile != "" {
		if l.profile, err = filepath.Abs(*profile); err != nil {
			return err
		}
		if err := os.MkdirAll(l.profile, 0o755); err != nil {
			return err
		}
	}
	if *small {
		l.sizes = smoke()
	}
	l.table = result.NewTable(figures(l.slots, l.sizes))
	if l.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(l.dir)) }()
	if l.server != "" {
		var drop func() error
		if l.dsn, drop, err = temporary(ctx, l.server); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, drop()) }()
	}

	var list []string
	if *only != "" {
		list = strings.Split(*only, ",")
	}
	err = l.run(ctx, list, os.Stderr)
	fmt.Fprint(out, l.table.Plain(!*small))
	if err != nil || *small {
		return err
	}
	if *docs != "" {
		if err := l.write(ctx, *docs); err != nil {
			return err
		}
	}
	if unmet := l.table.Unmet(); len(unmet) > 0 {
		return fmt.Errorf("%w: %s", errUnmet, strings.Join(unmet, ", "))
	}
	return nil
}
