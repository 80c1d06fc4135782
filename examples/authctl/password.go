package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/sallyport-go/sallyport/auth"
)

// password asks at the terminal, twice, or reads one line.
func (t *tool) password() (auth.Secret, error) {
	fd := int(t.in.Fd())
	if !term.IsTerminal(fd) {
		line, err := bufio.NewReader(t.in).ReadString('\n')
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" {
			return auth.Secret{}, errors.Join(errors.New("no password: give one line of standard input"), ignoreEOF(err))
		}
		return auth.NewSecret(line), nil
	}
	first, err := ask(fd, "Password: ")
	if err != nil {
		return auth.Secret{}, err
	}
	second, err := ask(fd, "Again: ")
	if err != nil {
		return auth.Secret{}, err
	}
	if first != second {
		return auth.Secret{}, errors.New("the two passwords differ")
	}
	return auth.NewSecret(first), nil
}

func ask(fd int, prompt string) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	typed, err := term.ReadPassword(fd)
	fmt.Fprintln(os.Stderr)
	return string(typed), err
}

// ignoreEOF returns err unless it is the end of the input.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
