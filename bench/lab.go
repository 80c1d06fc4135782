package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/plot"
	"github.com/sallyport-go/sallyport/bench/internal/result"
)

// sizes are how much is measured.
type sizes struct {
	rounds   int           // of each comparison
	slice    time.Duration // how long a variant works in a round, in process
	requests int           // of a round over HTTP
	hashes   int           // passwords a slot checks in a round
	few      int           // rows that are compared
	many     int           // with so many
	sessions int           // in memory, to see what one takes
	users    int           // to import
	storm    storming
}

// whole is what the page is made of.
func whole(rounds, rows int) sizes {
	return sizes{
		rounds: rounds, slice: 20 * time.Millisecond, requests: 4000, hashes: 16,
		few: 1000, many: rows, sessions: 200_000, users: 100_000,
		storm: storming{clients: 64, quiet: 5 * time.Second, loud: 10 * time.Second, rounds: min(rounds, 5)},
	}
}

// smoke only shows that everything still runs.
func smoke() sizes {
	return sizes{
		rounds: 2, slice: time.Millisecond, requests: 80, hashes: 2,
		few: 50, many: 500, sessions: 2000, users: 1000,
		storm: storming{clients: 4, quiet: 500 * time.Millisecond, loud: 500 * time.Millisecond, rounds: 1},
	}
}

// lab is one run: its sizes, what it has to work with, and what came of it.
type lab struct {
	sizes
	procs   int    // GOMAXPROCS of every process
	slots   int    // passwords hashed at once
	dir     string // for files, removed at the end
	root    string // of the repository
	server  string // the DSN of the PostgreSQL that was given; empty: none
	dsn     string // a database there that is dropped at the end
	profile string // a directory for what the servers' processors did; empty: none
	table   *result.Table
	courses []plot.Line // through the storm
}

// measure fills some rows of the table.
type measure struct {
	name    string
	figures []string
	do      func(context.Context, *lab) error
}

var measures = []measure{
	{"verify", []string{"verify-golang-jwt", "verify-allocs", "verify-hmac", "verify-eddsa", "verify-es256", "verify-rs256"}, verify},
	{"http", []string{"http-memory", "http-postgres"}, validateHTTP},
	{"strict", []string{"strict-postgres", "strict-sqlite"}, strict},
	{"logins", []string{"logins"}, loginsHere},
	{"storm", []string{"storm-p99", "storm-p50", "storm-memory"}, storm},
	{"rows", []string{"rows-memory", "rows-collected", "rows-postgres", "rows-sqlite"}, growth},
	{"sessions", []string{"session-bytes"}, sessionBytes},
	{"import", []string{"import-sqlite", "import-postgres"}, imports},
}

// run makes those measures that are asked for, all where none is, and leaves a
// reason at the others.
func (l *lab) run(ctx context.Context, only []string, log io.Writer) error {
	for _, name := range only {
		if !slices.ContainsFunc(measures, func(m measure) bool { return m.name == name }) {
			return fmt.Errorf("-only: no measure is called %q, but %s", name, strings.Join(names(), ", "))
		}
	}
	for _, m := range measures {
		if len(only) > 0 && !slices.Contains(only, m.name) {
			l.table.Skip("not asked for", m.figures...)
			continue
		}
		start := time.Now()
		if err := m.do(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprintf(log, "%s took %v\n", m.name, time.Since(start).Round(time.Second))
	}
	if missing := l.table.Incomplete(); len(missing) > 0 {
		return fmt.Errorf("nothing was said of %s", strings.Join(missing, ", "))
	}
	return nil
}

func names() (all []string) {
	for _, m := range measures {
		all = append(all, m.name)
	}
	return all
}

func (l *lab) ratio(figure string, a, b result.Sample) { l.table.Add(figure, result.Ratio(a, b)) }

func (l *lab) beside(figure, who string, a, b result.Sample) {
	l.table.AddBeside(figure, who, "x", result.Ratio(a, b))
}
