package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/sallyport-go/sallyport/auth"
)

var (
	errNoPassword  = errors.New("no password: give one line of standard input, or type it at the terminal")
	errUnfinished  = errors.New("interrupted before a password was given: run the command again")
	errTwoDiffered = errors.New("the two passwords differ: run the command again, and type the same one twice")
)

// password asks at the terminal, twice, or reads one line.
func (t *tool) password(ctx context.Context) (auth.Secret, error) {
	fd := int(t.in.Fd())
	if !term.IsTerminal(fd) {
		line, err := await(ctx, func() (string, error) { return bufio.NewReader(t.in).ReadString('\n') })
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		return given(line, err)
	}
	first, err := ask(ctx, fd, "Password: ")
	if err != nil {
		return auth.Secret{}, err
	}
	second, err := ask(ctx, fd, "Again: ")
	if err == nil && first.Reveal() != second.Reveal() {
		err = errTwoDiffered
	}
	if err != nil {
		return auth.Secret{}, err
	}
	return first, nil
}

// ask reads a line that the terminal does not show, and leaves it as it was, also
// when it is interrupted.
func ask(ctx context.Context, fd int, prompt string) (auth.Secret, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return auth.Secret{}, err
	}
	fmt.Fprint(os.Stderr, prompt)
	typed, err := await(ctx, func() (string, error) {
		line, err := term.ReadPassword(fd)
		return string(line), err
	})
	err = errors.Join(err, term.Restore(fd, before))
	fmt.Fprintln(os.Stderr)
	return given(typed, err)
}

// given is what was read as a password, if there was one.
func given(line string, err error) (auth.Secret, error) {
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return auth.Secret{}, err
	case line == "":
		return auth.Secret{}, errNoPassword
	}
	return auth.NewSecret(line), nil
}

// await reads until ctx ends. Nothing ends a read of a terminal: that is left
// waiting, and the process does not wait for it.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", errUnfinished
	}
}
