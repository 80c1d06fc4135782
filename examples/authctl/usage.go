package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

const overviewHead = `authctl looks after the accounts of a sallyport database.

  authctl [-db DSN] [-sessions DSN] COMMAND

`

const overviewFoot = `
authctl help COMMAND says all about one. Where a command prints data, -json
prints an object a line. The exit status is 1 for a failure and 2 for a command
line that cannot be understood.

U is a username or an e-mail. A password is asked for at the terminal, or is
one line of standard input. DSN is sqlite:PATH, postgres://..., mysql://...,
by default $SALLYPORT_DB, else what $SALLYPORT_DB_FILE holds, else
sqlite:quickstart.db. A DSN with a password does not belong in an argument. An
SQLite file that is not there is made by migrate, user add and user import alone.
-sessions is what the servers have: redis://... or rediss://..., by default
$SALLYPORT_SESSIONS, else what $SALLYPORT_SESSIONS_FILE holds, else none.
`

// overview is the page of the whole program.
func overview() string { return overviewHead + listing(commands()) + overviewFoot }

// groupPage is that of commands with one first word.
func groupPage(group string) string {
	return "usage: authctl " + group + " VERB\n\n" + listing(members(group)) + "\nauthctl help " + group + " VERB says all about one.\n"
}

// listing is a line for each command.
func listing(all []command) string {
	return table(func(w *tabwriter.Writer) {
		for _, c := range all {
			fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace(c.name+" "+c.args), c.about)
		}
	})
}

// page is all about one command.
func (c *command) page() string {
	flags := c.flags()
	usage := "usage: authctl " + c.name
	if hasFlags(flags) {
		usage += " [flags]"
	}
	text := strings.TrimSpace(usage+" "+c.args) + "\n\n" + c.about + "\n"
	if c.more != "" {
		text += "\n" + c.more + "\n"
	}
	if !hasFlags(flags) {
		return text
	}
	return text + "\n" + table(func(w *tabwriter.Writer) {
		flags.VisitAll(func(f *flag.Flag) {
			value, about := flag.UnquoteUsage(f)
			if !slices.Contains([]string{"", "false", "0", "0s"}, f.DefValue) {
				about += " (default " + f.DefValue + ")"
			}
			fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace("-"+f.Name+" "+value), about)
		})
	})
}

// flags are those of the command, set for nobody.
func (c *command) flags() *flag.FlagSet {
	flags := newFlags(c.name)
	c.setup(new(tool), flags)
	return flags
}

// table has two columns.
func table(write func(*tabwriter.Writer)) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	write(w)
	w.Flush()
	return b.String()
}

// help prints the page of what is named.
func (t *tool) help(*flag.FlagSet) action {
	return func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return t.print(overview())
		}
		if len(args) == 1 && slices.Contains(groups(), args[0]) {
			return t.print(groupPage(args[0]))
		}
		c, _, err := find(args)
		if err != nil {
			return err
		}
		return t.print(c.page())
	}
}
