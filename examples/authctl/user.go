package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

// storeTimeout lets a batch wait for a busy database; nobody waits for a page.
const storeTimeout = 15 * time.Second

// house is an open database with what changes it.
type house struct {
	*backend.Backend
	svc      *auth.Service
	accounts *auth.Accounts
}

// open opens the database and brings its tables up to date. The hasher may be
// nil.
func (c *command) open(ctx context.Context, hasher auth.PasswordHasher) (*house, error) {
	store, err := c.backend()
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h := &house{Backend: store}
	if h.svc, err = service(store, hasher); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h.accounts = auth.NewAccounts(store.Users, h.svc)
	return h, nil
}

func (c *command) backend() (*backend.Backend, error) {
	dsn, err := setting.DSN(c.dsn, setting.QuickstartDSN)
	if err != nil {
		return nil, err
	}
	return c.openDSN(dsn)
}

// openDSN opens the users at dsn, with the sessions where they are kept.
func (c *command) openDSN(dsn string) (*backend.Backend, error) {
	sessions, err := setting.Sessions(c.sessions)
	if err != nil {
		return nil, err
	}
	return backend.Open(dsn, sessions)
}

// service is one that never issues a token: its key is forgotten.
func service(store *backend.Backend, hasher auth.PasswordHasher) (*auth.Service, error) {
	tokens, err := token.NewHS256([]byte(rand.Text()+rand.Text()), nil)
	if err != nil {
		return nil, err
	}
	// What is done here is the operator's to see; only trouble is logged.
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return auth.New(store.Store, tokens, &auth.Options{
		Logger: log, Auditor: operator{store.Auditor(log)}, Hasher: hasher, StoreTimeout: storeTimeout,
	})
}

// operator marks events as done by this program: nobody has signed in to it.
type operator struct{ auth.Auditor }

func (o operator) Audit(ctx context.Context, e auth.Event) error {
	e.UserAgent = "authctl"
	return o.Auditor.Audit(ctx, e)
}

// user runs one of the user commands.
func (c *command) user(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return fmt.Errorf("user needs a verb: %w", errUsage)
	}
	verb, args := args[0], args[1:]
	switch verb {
	case "import":
		return c.importUsers(ctx, args)
	case "export":
		return c.exportUsers(ctx, args)
	}
	n, known := map[string]int{"add": -1, "list": 0, "disable": 1, "enable": 1, "delete": 1, "unlock": 1, "role": 2, "passwd": 1, "logout": 1}[verb]
	if !known {
		return fmt.Errorf("no command \"user %s\": %w", verb, errUsage)
	}
	if n >= 0 && len(args) != n {
		return fmt.Errorf("user %s takes %d arguments, not %d: %w", verb, n, len(args), errUsage)
	}
	h, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	switch verb {
	case "add":
		return c.add(ctx, h, args)
	case "list":
		return c.list(ctx, h)
	}
	u, err := h.accounts.Find(ctx, args[0])
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if err := c.change(ctx, h, verb, u, args[1:]); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s done\n", plain(u.Username), verb)
	return nil
}

// change does to one user what verb says.
func (c *command) change(ctx context.Context, h *house, verb string, u *auth.User, rest []string) error {
	switch verb {
	case "disable", "enable":
		return h.accounts.SetActive(ctx, u.ID, verb == "enable")
	case "delete":
		return h.accounts.Delete(ctx, u.ID)
	case "unlock":
		return h.svc.Unlock(ctx, u.ID)
	case "role":
		return h.accounts.SetRole(ctx, u.ID, auth.Role(rest[0]))
	case "logout":
		return h.svc.EndUserSessions(ctx, u.ID, "")
	case "passwd":
		password, err := c.password()
		if err != nil {
			return err
		}
		return h.accounts.SetPassword(ctx, u.ID, password)
	}
	return errUsage
}

func (c *command) add(ctx context.Context, h *house, args []string) error {
	var n auth.NewAccount
	var role string
	flags := newFlags("user add")
	flags.StringVar(&n.Username, "username", "", "")
	flags.StringVar(&n.Email, "email", "", "")
	flags.StringVar(&n.Name, "name", "", "")
	flags.StringVar(&role, "role", "user", "")
	flags.StringVar(&n.Organization, "organization", "", "")
	flags.StringVar(&n.AWSRegion, "aws-region", "", "")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: %w", flags.Arg(0), errUsage)
	}
	if n.Username == "" || n.Email == "" {
		return fmt.Errorf("user add needs -username and -email: %w", errUsage)
	}
	n.Role = auth.Role(role)
	var err error
	if n.Password, err = c.password(); err != nil {
		return err
	}
	u, err := h.accounts.Create(ctx, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: added as %s\n", u.Username, u.Role)
	return nil
}

// list prints a user a line, the username first.
func (c *command) list(ctx context.Context, h *house) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	const page = 500
	for after := ""; ; {
		users, err := h.accounts.List(ctx, after, page)
		if err != nil {
			return err
		}
		for _, u := range users {
			state, last := "active", "never"
			if !u.Active {
				state = "disabled"
			}
			if !u.LastLogin.IsZero() {
				last = u.LastLogin.Format(time.RFC3339)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plain(u.Username), plain(u.Email), plain(string(u.Role)), state, last)
		}
		if len(users) < page {
			return w.Flush()
		}
		after = users[len(users)-1].ID
	}
}

// password asks at the terminal, twice, or reads one line.
func (c *command) password() (auth.Secret, error) {
	fd := int(c.in.Fd())
	if !term.IsTerminal(fd) {
		line, err := bufio.NewReader(c.in).ReadString('\n')
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
