package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// usageError is a command line that cannot be understood.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// misuse is a usageError that says where to look: at a command, or at all of
// them for "".
func misuse(name, format string, args ...any) error {
	see := "authctl -help"
	if name != "" {
		see = "authctl help " + name
	}
	return &usageError{fmt.Sprintf(format, args...) + ": see " + see}
}

// run does what the arguments say.
func (t *tool) run(ctx context.Context, args []string) error {
	flags := t.globalFlags()
	err := flags.Parse(args)
	if args = flags.Args(); errors.Is(err, flag.ErrHelp) || err == nil && len(args) == 0 {
		return t.print(overview())
	}
	if err != nil {
		return misuse("", "%v", err)
	}
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	if c == nil {
		return t.print(groupPage(args[0]))
	}
	return c.run(ctx, t, rest)
}

// globalFlags are those before the command.
func (t *tool) globalFlags() *flag.FlagSet {
	flags := newFlags("authctl")
	flags.StringVar(&t.dsn, "db", "", "`DSN` of the users")
	flags.StringVar(&t.sessions, "sessions", "", "`DSN` of the sessions, if they are in Redis")
	return flags
}

// find returns the command that args begin with, and the rest of them. If they
// ask what a group has, there is none.
func find(args []string) (*command, []string, error) {
	two := strings.Join(args[:min(2, len(args))], " ")
	for _, c := range commands() {
		switch c.name {
		case two:
			return &c, args[min(2, len(args)):], nil
		case args[0]:
			return &c, args[1:], nil
		}
	}
	switch isGroup := len(members(args[0])) > 0; {
	case !isGroup:
		return nil, nil, unknown(args[:1])
	case len(args) == 1:
		return nil, nil, misuse(args[0], "%s needs a verb", args[0])
	case asksHelp(args[1]):
		return nil, nil, nil
	}
	return nil, nil, unknown(args[:2])
}

// run reads the flags of a command and does it.
func (c *command) run(ctx context.Context, t *tool, args []string) error {
	flags := newFlags(c.name)
	do := c.setup(t, flags)
	rest, err := c.parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return t.print(c.page())
	}
	if err != nil {
		return c.misuse(args, "%v", err)
	}
	least, most := c.arity()
	switch n := len(rest); {
	case n < least:
		return misuse(c.name, "%s needs %s: it takes %s, not %d", c.name, nouns[strings.Fields(c.args)[n]], count(least, most), n)
	case n > most:
		return c.misuse(args, "unexpected argument %q: %s takes %s, not %d", rest[most], c.name, count(least, most), n)
	}
	return do(ctx, rest)
}

// misuse is one of the command, and looks in args for a flag that does not belong
// there: what it did to the arguments would explain nothing.
func (c *command) misuse(args []string, format string, more ...any) error {
	for _, arg := range args {
		if arg == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case !strings.HasPrefix(arg, "-"):
		case new(tool).globalFlags().Lookup(name) != nil:
			return misuse(c.name, "-%s stands before the command, as in authctl -%s DSN %s", name, name, c.name)
		case !hasFlags(c.flags()):
			return misuse(c.name, "%s has no flag %s", c.name, arg)
		}
	}
	return misuse(c.name, format, more...)
}

// parse takes flags before, between and behind the arguments, and none behind
// "--". A command that has none takes a name that begins with a hyphen.
func (c *command) parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	if !hasFlags(flags) && (len(args) == 0 || args[0] != "--" && !asksHelp(args[0])) {
		return args, nil
	}
	for len(args) > 0 {
		given := args
		if err := flags.Parse(given); err != nil {
			return nil, err
		}
		args = flags.Args()
		if read := len(given) - len(args); read > 0 && given[read-1] == "--" {
			return append(rest, args...), nil
		}
		if len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// arity is how many arguments the command takes.
func (c *command) arity() (least, most int) {
	for _, name := range strings.Fields(c.args) {
		most++
		if name[0] != '[' {
			least++
		}
		if strings.Contains(name, "...") {
			most = 1 << 16
		}
	}
	return least, most
}

// nouns are the arguments that may be missing.
var nouns = map[string]string{"U": "a user", "ROLE": "a role", "FILE": "a file", "ID": "an ID", "SHELL": "a shell"}

func count(least, most int) string {
	switch {
	case most == 0:
		return "no arguments"
	case most == 1 && least == 0:
		return "at most 1 argument"
	case most == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", most)
}

// newFlags returns a flag set that prints nothing.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

func hasFlags(flags *flag.FlagSet) (has bool) {
	flags.VisitAll(func(*flag.Flag) { has = true })
	return has
}

func asksHelp(arg string) bool {
	return arg == "-h" || arg == "-help" || arg == "--help" || arg == "--h"
}

func (t *tool) print(text string) error {
	_, err := io.WriteString(t.out, text)
	return err
}
