package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"

	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

// level says how bad it is.
type level string

const (
	fine    level = "ok"
	warning level = "warning" // worth knowing, and no failure
	failure level = "error"
	skipped level = "skipped" // what it needs is not there
)

// finding is what a check has to say, and what to do about it.
type finding struct {
	Check  string `json:"check"`
	Level  level  `json:"level"`
	Text   string `json:"finding,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// wrong is a finding of a failure.
func wrong(remedy, format string, args ...any) []finding {
	return []finding{{Level: failure, Text: fmt.Sprintf(format, args...), Remedy: remedy}}
}

// patient is what is looked at: the stores, and what the servers have.
type patient struct {
	*backend.Backend
	missing              error // the database is a file that is not there
	addr                 string
	cookie, insecureHTTP bool
	proxies              []netip.Prefix
	formats              []password.Format
	secrets              map[string]string // passwords of the stores, by what they open
}

// check looks at one thing. What it needs are checks before it that found no
// failure, and a database where it is said to need one.
type check struct {
	name  string
	needs []string
	look  func(ctx context.Context, p *patient) []finding
}

// checks are made in this order.
var checks = []check{
	{"store", nil, checkStore},
	{"tables", []string{"store"}, checkTables},
	{"indexes", []string{"store", "tables"}, checkIndexes},
	{"clock", []string{"store"}, checkClock},
	{"sessions", nil, checkSessions},
	{"key", nil, checkKey},
	{"hashes", []string{"store", "tables"}, checkHashes},
	{"tls", nil, checkTLS},
	{"proxies", []string{"store", "tables"}, checkProxies},
}

// doctor looks for what is wrong.
func (t *tool) doctor(flags *flag.FlagSet) action {
	p := &patient{secrets: make(map[string]string)}
	flags.StringVar(&p.addr, "addr", "127.0.0.1:8080", "the `address` that servers listen on")
	flags.BoolVar(&p.cookie, "cookie", true, "whether servers take cookies")
	flags.BoolVar(&p.insecureHTTP, "insecure-http", false, "servers have Cookie.InsecureHTTP")
	flags.Func("trusted-proxies", "the `CIDR,...` of the proxies that servers trust", func(s string) (err error) {
		p.proxies, err = setting.Prefixes(s)
		return err
	})
	flags.Func("hashes", "the `FORMS` of hashes that servers read beside argon2id", func(s string) (err error) {
		p.formats, err = setting.Hashes(s)
		return err
	})
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, _ []string) (err error) {
		if err := t.admit(p); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.Close()) }()
		r := &report{tool: t, json: *asJSON, failed: make(map[string]bool)}
		for _, c := range checks {
			if err := r.add(c.name, c.run(ctx, p, r)); err != nil {
				return err
			}
		}
		return r.finish()
	}
}

// admit opens the stores. A file that is not there is for the first check to
// tell; a DSN that names nothing is a refusal.
func (t *tool) admit(p *patient) error {
	dsn, err1 := t.users()
	sessions, err2 := setting.Sessions(t.sessions)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	p.secrets["database"], p.secrets["Redis"] = passwordOf(dsn), passwordOf(sessions)
	var err error
	if p.Backend, err = t.backend(dsn); err == nil {
		p.missing = p.Missing()
	}
	return err
}

// run makes a check, unless what it needs failed.
func (c check) run(ctx context.Context, p *patient, r *report) []finding {
	for _, need := range c.needs {
		if r.failed[need] || need == "store" && p.SQL == nil {
			return []finding{{Level: skipped}}
		}
	}
	ctx, done := context.WithTimeout(ctx, 4*storeTimeout)
	defer done()
	return c.look(ctx, p)
}
