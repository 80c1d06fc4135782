package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

// growth compares a validation among many rows with one among few, each in a
// process of its own, since a large heap costs its collector more.
func growth(ctx context.Context, l *lab) error {
	for _, kind := range []string{"rows-memory", "rows-postgres", "rows-sqlite"} {
		if kind == "rows-postgres" && l.dsn == "" {
			l.table.Skip("no server", kind)
			continue
		}
		if err := grow(ctx, l, kind); err != nil {
			return err
		}
	}
	return nil
}

func grow(ctx context.Context, l *lab, kind string) error {
	start := time.Now()
	few, err := l.filled(ctx, kind, "few_", l.few)
	if err != nil {
		return err
	}
	defer few.End()
	many, err := l.filled(ctx, kind, "many_", l.many)
	if err != nil {
		return err
	}
	defer many.End()
	l.table.Note(kind, "filled in %v", time.Since(start).Round(time.Second))
	both := []*serve.Process{few, many}
	clock, n := func(t serve.Took) time.Duration { return t.Elapsed }, l.requests/2
	if kind == "rows-memory" {
		clock, n = func(t serve.Took) time.Duration { return t.Processor }, l.requests*4
	}
	var took [2]result.Sample
	for round := range l.rounds + 1 {
		for k := range 2 {
			i := (round + k) % 2
			t, err := both[i].Work(n)
			if err != nil {
				return err
			}
			if round > 0 { // the first one warms up
				took[i] = append(took[i], float64(clock(t))/float64(n))
			}
		}
	}
	l.ratio(kind, took[1], took[0])
	l.table.Note(kind, "%.1f us among few, %.1f us among many", took[0].Median()/1e3, took[1].Median()/1e3)
	if kind == "rows-memory" {
		return l.collected(both)
	}
	return nil
}

// collected compares validations that go on until the larger heap has been
// collected a few times, which no round is long enough for.
func (l *lab) collected(both []*serve.Process) error {
	n := 3 * l.many
	var each [2]result.Sample
	for range min(l.rounds, 3) {
		for i, p := range both {
			t, err := p.Work(n)
			if err != nil {
				return err
			}
			each[i] = append(each[i], float64(t.Processor)/float64(n))
		}
	}
	l.ratio("rows-collected", each[1], each[0])
	l.table.Note("rows-collected", "%d in a row", n)
	return nil
}

// filled starts a process that validates among so many rows.
func (l *lab) filled(ctx context.Context, kind, table string, rows int) (*serve.Process, error) {
	cfg := serve.Config{Kind: kind, Rows: rows, Table: table}
	var err error
	if cfg.Dir, err = os.MkdirTemp(l.dir, ""); err != nil {
		return nil, err
	}
	if kind == "rows-postgres" {
		cfg.DSN = l.dsn
	}
	if l.profile != "" {
		cfg.Profile = filepath.Join(l.profile, kind+"-"+strings.TrimSuffix(table, "_")+".prof")
	}
	return serve.Start(ctx, cfg, l.procs)
}
