// Command authctl looks after the accounts of a sallyport database.
//
//	go run ./examples/authctl -db DSN user add -username U -email E
//
// Run it without arguments for everything it does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `authctl looks after the accounts of a sallyport database.

  authctl [-db DSN] [-sessions DSN] COMMAND

  user add -username U -email E [-name N] [-role user|admin|super_admin]
           [-organization O] [-aws-region R]
  user list
  user disable U        ends U's sessions too
  user enable U
  user delete U
  user unlock U         forgets the failed logins
  user role U ROLE
  user passwd U         ends U's sessions too
  user logout U         ends U's sessions
  user import [-rejected FILE] [-hashes FORMS] [-format csv|jsonl] FILE
  user export [-with-hashes] [-format csv|jsonl] [FILE]
  audit [-user U] [-kind K] [-since 24h] [-n 50] [-json]
                        prints the latest events, the newest last
  migrate [-check]      brings the tables up to date, or says what is due
  doctor                looks for what is wrong, a line each
  key new               prints a new signing key

import adds the accounts of FILE, "-" for standard input, with the password
hashes they have: CSV with a line of column names, or JSONL. The names are id,
username, email, name, organization, aws_region, role, is_active, created_at,
updated_at, last_login and password_hash; only username is required. A row that
cannot be added is reported with its line and kept as it was in the -rejected
file, and the others are added. An import that was interrupted is run again as
it was: what is there already is passed over.
FORMS are the hashes to take beside argon2id: bcrypt, scrypt, argon2i, argon2id
and django, separated by commas, each with the highest cost to read if it is not
that of bcrypt:12,scrypt:16/8/1,argon2i:65536/3/4,argon2id:131072/6/4,django:1000000
The server needs the same ones: quickstart -hashes.

export writes all accounts in the form that import reads, to standard output or
to a new file that only its owner can read; JSONL if nothing else is said.
-with-hashes adds the password hashes, which whoever has the file can then guess
at for as long as they like: without it the file moves people, and they set new
passwords.

U is a username or an e-mail. A password is asked for at the terminal, or is
one line of standard input. DSN is sqlite:PATH, postgres://..., mysql://...,
by default $SALLYPORT_DB, else what $SALLYPORT_DB_FILE holds, else
sqlite:quickstart.db. A DSN with a password does not belong in an argument.
-sessions is what the servers have: redis://... or rediss://..., by default
$SALLYPORT_SESSIONS, else what $SALLYPORT_SESSIONS_FILE holds, else none.
`

// errUsage is a command line that cannot be understood.
var errUsage = errors.New("see authctl -help")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt does not wait
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "authctl:", visible(err.Error()))
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "authctl:", visible(err.Error()))
		os.Exit(1)
	}
}

// command is one run on a database.
type command struct {
	dsn      string
	sessions string
	in       *os.File
	out      io.Writer
}

func run(ctx context.Context, args []string, in *os.File, out io.Writer) error {
	c := &command{in: in, out: out}
	flags := newFlags("authctl")
	flags.StringVar(&c.dsn, "db", "", "")
	flags.StringVar(&c.sessions, "sessions", "", "")
	if err := parse(flags, args); err != nil {
		return err
	}
	args = flags.Args()
	if len(args) == 0 {
		return flag.ErrHelp
	}
	switch name, rest := args[0], args[1:]; name {
	case "user":
		return c.user(ctx, rest)
	case "audit":
		return c.audit(ctx, rest)
	case "migrate":
		return c.migrate(ctx, rest)
	case "doctor":
		return c.doctor(ctx, rest)
	case "key":
		return c.key(rest)
	case "help":
		return flag.ErrHelp
	default:
		return fmt.Errorf("no command %q: %w", name, errUsage)
	}
}

// newFlags returns a flag set that leaves all printing to main.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

func parse(flags *flag.FlagSet, args []string) error {
	err := flags.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return fmt.Errorf("%w: %w", err, errUsage)
	}
	return err
}
