package main

import (
	"context"
	"database/sql"
	"os"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/serve"
	"github.com/sallyport-go/sallyport/bench/internal/timing"
)

// strictRows are the sessions and users among which it validates.
const strictRows = 1000

// strict compares a validation that asks the database with the same question
// asked by hand, over the same pool.
func strict(ctx context.Context, l *lab) error {
	if l.dsn == "" {
		l.table.Skip("no server", "strict-postgres")
	} else if err := strictOn(ctx, l, "strict-postgres", serve.Config{DSN: l.dsn}); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(l.dir, "")
	if err != nil {
		return err
	}
	return strictOn(ctx, l, "strict-sqlite", serve.Config{Dir: dir})
}

// byHand is what a host would write that has our tables.
const byHand = `SELECT u.id, u.username, u.email, u.name, u.organization, u.aws_region, u.role, u.active, u.password_hash,
	u.created_at, u.updated_at, u.last_login,
	s.id, s.user_id, s.stamp, s.user_agent, s.remote, s.created_at, s.expires_at, s.last_seen
	FROM strict_sessions s JOIN strict_users u ON u.id = s.user_id WHERE s.id = $1 AND s.expires_at > $2`

func strictOn(ctx context.Context, l *lab, figure string, cfg serve.Config) error {
	// As from a request, which may be given up.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cfg.Rows, cfg.Table = strictRows, "strict_"
	db, store, err := serve.OpenRows(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	defer store.Close()
	svc, tokens, err := serve.NewService(store)
	if err != nil {
		return err
	}
	var minted, ids [strictRows]string
	for n := range strictRows {
		ids[n] = serve.SessionID(n)
		if minted[n], err = serve.Mint(ctx, tokens, n); err != nil {
			return err
		}
	}
	join, err := db.PrepareContext(ctx, byHand)
	if err != nil {
		return err
	}
	defer join.Close()
	next := 0
	turn := func() int { next = (next + 1) % strictRows; return next }
	spent, err := timing.Rounds(l.rounds, l.slice*2,
		timing.Variant{Name: figure, Do: func() error { _, err := svc.Validate(ctx, minted[turn()], 0); return err }},
		timing.Variant{Name: "by hand", Do: func() error { return ask(ctx, join, ids[turn()]) }})
	if err != nil {
		return err
	}
	l.ratio(figure, spent[0].Elapsed, spent[1].Elapsed)
	l.beside(figure, "by CPU of this process", spent[0].Processor, spent[1].Processor)
	l.table.Note(figure, "by hand takes %.0f us, ours %.0f us", spent[1].Elapsed.Median()/1e3, spent[0].Elapsed.Median()/1e3)
	return nil
}

// ask runs the join and reads what it says.
func ask(ctx context.Context, join *sql.Stmt, id string) error {
	var text [12]string
	var agent []byte
	var active bool
	var at [6]int64
	return join.QueryRowContext(ctx, id, time.Now().UnixMicro()).Scan(&text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &active, &text[7],
		&at[0], &at[1], &at[2],
		&text[8], &text[9], &text[10], &agent, &text[11], &at[3], &at[4], &at[5])
}
