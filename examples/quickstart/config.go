package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

type config struct {
	addr     string
	dsn      string
	sessions string
	cookie   bool
	maxAge   time.Duration
	account  auth.Limit
	address  auth.Limit
	proxies  []netip.Prefix
	hashes   []password.Format
}

// parseFlags reads the command line; what is wrong with it is one line to w.
func parseFlags(args []string, w io.Writer) (*config, error) {
	cfg := &config{account: auth.Limit{Max: 10, Window: 15 * time.Minute}, address: auth.Limit{Max: 100, Window: 15 * time.Minute}}
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&cfg.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&cfg.dsn, "db", "", "`DSN`: sqlite:PATH, postgres://..., mysql://user:pass@host:port/db or memory:\n(a DSN with a password belongs in SALLYPORT_DB or SALLYPORT_DB_FILE; default sqlite:quickstart.db)")
	flags.StringVar(&cfg.sessions, "sessions", "", "`DSN` of a Redis for sessions and throttle: redis://... or rediss://...\n(a DSN with a password belongs in SALLYPORT_SESSIONS or SALLYPORT_SESSIONS_FILE; default: where the users are)")
	flags.BoolVar(&cfg.cookie, "cookie", true, "take cookies beside Bearer tokens")
	flags.DurationVar(&cfg.maxAge, "max-age", 0, "how old the answer to validate may be, at most 1m; 0 asks the store each time")
	flags.Func("login-limit-account", "`N/D` failed logins of one account from one address, ten times N from all (default 10/15m)", limit(&cfg.account))
	flags.Func("login-limit-address", "`N/D` failed logins of one address over all accounts (default 100/15m)", limit(&cfg.address))
	flags.Func("trusted-proxies", "`CIDR,...` of the proxies whose forwarded headers are believed", func(s string) (err error) {
		cfg.proxies, err = setting.Prefixes(s)
		return err
	})
	flags.Func("hashes", "`FORMS` of imported password hashes to read beside argon2id, such as bcrypt,django:1200000", func(s string) (err error) {
		cfg.hashes, err = setting.Hashes(s)
		return err
	})
	err := flags.Parse(args)
	if err == nil {
		err = cfg.finish(flags.Args())
	}
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(w, "usage: quickstart [flags]")
		flags.SetOutput(w)
		flags.PrintDefaults()
		return nil, err
	}
	if err != nil {
		fmt.Fprintf(w, "quickstart: %v: see quickstart -help\n", err)
		return nil, err
	}
	return cfg, nil
}

func (c *config) finish(rest []string) (err error) {
	if len(rest) > 0 && (rest[0] == "true" || rest[0] == "false") {
		return fmt.Errorf("unexpected argument %q: write -cookie=%s", rest[0], rest[0])
	}
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if c.maxAge < 0 || c.maxAge > time.Minute {
		return fmt.Errorf("-max-age %v is not between 0 and 1m", c.maxAge)
	}
	if c.dsn, err = setting.DSN(c.dsn, setting.QuickstartDSN); err != nil {
		return err
	}
	c.sessions, err = setting.Sessions(c.sessions)
	return err
}

// limit parses "10/15m".
func limit(l *auth.Limit) func(string) error {
	return func(s string) error {
		n, d, _ := strings.Cut(s, "/")
		most, err := strconv.Atoi(n)
		window, err2 := time.ParseDuration(d)
		if err != nil || err2 != nil || most < 1 || window <= 0 {
			return fmt.Errorf("not of the form 10/15m")
		}
		*l = auth.Limit{Max: most, Window: window}
		return nil
	}
}
