// Command authctl looks after the accounts of a sallyport database.
//
//	go run ./examples/authctl -db DSN user add -username U -email E
//
// Run it without arguments for everything it does: commands.go is the list.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt does not wait
	t := &tool{in: os.Stdin, out: os.Stdout, terminal: term.IsTerminal(int(os.Stdout.Fd()))}
	if err := t.run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "authctl:", visible(err.Error()))
		os.Exit(status(err))
	}
}

// status is 2 for a command line that cannot be understood, else 1.
func status(err error) int {
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	return 1
}

// tool is one run of the program.
type tool struct {
	dsn      string
	sessions string
	in       *os.File
	out      io.Writer
	terminal bool // out is one
}
