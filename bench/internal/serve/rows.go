package serve

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/bench/internal/timing"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/sql"
)

// SessionID and UserID are those of the n-th row: as long as ours, and in no
// order.
func SessionID(n int) string { return digest('s', n)[:26] }

func UserID(n int) string {
	d := digest('u', n)
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:32]
}

func digest(kind byte, n int) string {
	sum := sha256.Sum256([]byte{kind, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	return base32.StdEncoding.EncodeToString(sum[:])
}

// agent is a browser's.
const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

// row is the n-th user with a session of a day.
func row(n int, now time.Time) (auth.Account, auth.Session) {
	name := fmt.Sprintf("user%d", n)
	a := auth.Account{User: auth.User{
		ID: UserID(n), Username: name, Email: User(n), Name: "John Example", Organization: "Example Ltd",
		AWSRegion: "eu-north-1", Role: auth.RoleUser, Active: true, CreatedAt: now, UpdatedAt: now,
	}}
	return a, auth.Session{
		ID: SessionID(n), UserID: a.ID, Stamp: auth.StampOf(""), UserAgent: agent,
		CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(24 * time.Hour),
	}
}

// rowsMemory fills a store/memory.
func rowsMemory(ctx context.Context, cfg Config) (*program, error) {
	store, now := memory.New(), time.Now()
	for n := range cfg.Rows {
		a, s := row(n, now)
		if err := errors.Join(store.CreateAccount(ctx, &a), store.CreateSession(ctx, &s)); err != nil {
			return nil, err
		}
	}
	return validating(store, cfg.Rows, nothing)
}

// rowsSQL fills the tables of a database.
func rowsSQL(ctx context.Context, cfg Config) (*program, error) {
	db, store, err := OpenRows(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return validating(store, cfg.Rows, closing{db.Close, store.Close}.close)
}

// mostMinted bounds the tokens that are made for one piece of work.
const mostMinted = 20_000

// validating validates tokens of random sessions. They are minted, and garbage
// is collected, before the clock runs.
func validating(store Store, rows int, end func() error) (*program, error) {
	svc, tokens, err := NewService(store)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	work := func(n int) (Took, error) {
		// As from a request, which may be given up.
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		minted := make([]string, min(n, mostMinted))
		for i := range minted {
			if minted[i], err = Mint(ctx, tokens, rand.IntN(rows)); err != nil {
				return Took{}, err
			}
		}
		runtime.GC()
		cpu, wall := timing.Processor(), timing.Elapsed()
		for i := range n {
			if _, err := svc.Validate(ctx, minted[i%len(minted)], 0); err != nil {
				return Took{}, err
			}
		}
		return Took{timing.Processor() - cpu, timing.Elapsed() - wall}, nil
	}
	return &program{work: work, close: end}, nil
}

// Mint makes a token for the session of the n-th row.
func Mint(ctx context.Context, tokens *token.Tokens, n int) (string, error) {
	now := time.Now().Truncate(time.Second)
	return tokens.Issue(ctx, auth.Claims{SessionID: SessionID(n), UserID: UserID(n), IssuedAt: now, ExpiresAt: now.Add(23 * time.Hour)})
}

// OpenRows opens the database of a configuration and fills tables of our own
// layout with its rows.
func OpenRows(ctx context.Context, cfg Config) (*sql.DB, *sqlstore.Store, error) {
	if cfg.DSN != "" {
		db, store, err := openTables(ctx, "pgx", cfg.DSN, sqlstore.Postgres, cfg.Table)
		if err != nil {
			return nil, nil, err
		}
		if err := fillPostgres(ctx, cfg); err != nil {
			return nil, nil, errors.Join(err, store.Close(), db.Close())
		}
		return db, store, nil
	}
	dsn := "file:" + (&url.URL{Path: cfg.Dir + "/rows.db"}).EscapedPath() + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"
	// With a larger cache and in no hurry to be safe. The last connection to be
	// closed moves what was written to its place.
	db, store, err := openTables(ctx, "sqlite", dsn+"&_pragma=synchronous(OFF)&_pragma=cache_size(-500000)", sqlstore.SQLite, cfg.Table)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(fillSQLite(ctx, db, cfg), store.Close(), db.Close()); err != nil {
		return nil, nil, err
	}
	return openTables(ctx, "sqlite", dsn+"&_pragma=synchronous(FULL)", sqlstore.SQLite, cfg.Table)
}

func openTables(ctx context.Context, driver, dsn string, dialect sqlstore.Dialect, prefix string) (*sql.DB, *sqlstore.Store, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	store, err := sqlstore.New(db, dialect, &sqlstore.Options{Prefix: prefix})
	if err == nil {
		err = store.Migrate(ctx)
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}

var (
	userColumns = []string{"id", "username", "email", "name", "organization", "aws_region", "role", "active",
		"password_hash", "created_at", "updated_at", "last_login", "revision"}
	sessionColumns = []string{"id", "user_id", "stamp", "user_agent", "remote", "created_at", "expires_at", "last_seen"}
)

func userValues(a *auth.Account) []any {
	at := a.CreatedAt.UnixMicro()
	return []any{a.ID, a.Username, a.Email, a.Name, a.Organization, a.AWSRegion, string(a.Role), true, "", at, at, int64(0), int64(0)}
}

func sessionValues(s *auth.Session) []any {
	at := s.CreatedAt.UnixMicro()
	return []any{s.ID, s.UserID, s.Stamp, []byte(s.UserAgent), "", at, s.ExpiresAt.UnixMicro(), at}
}

// fillPostgres copies the rows in.
func fillPostgres(ctx context.Context, cfg Config) error {
	conn, err := pgx.Connect(ctx, cfg.DSN)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	now := time.Now()
	_, err = conn.CopyFrom(ctx, pgx.Identifier{cfg.Table + "users"}, userColumns,
		pgx.CopyFromSlice(cfg.Rows, func(n int) ([]any, error) { a, _ := row(n, now); return userValues(&a), nil }))
	if err != nil {
		return err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{cfg.Table + "sessions"}, sessionColumns,
		pgx.CopyFromSlice(cfg.Rows, func(n int) ([]any, error) { _, s := row(n, now); return sessionValues(&s), nil }))
	if err != nil {
		return err
	}
	for _, table := range []string{"users", "sessions"} { // what autovacuum would do in time
		if _, err := conn.Exec(ctx, "VACUUM (ANALYZE) "+cfg.Table+table); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, "CHECKPOINT; SET enable_seqscan = off"); err != nil {
		return err
	}
	for _, table := range []string{"users", "sessions"} { // the index and the rows, so that no disk is measured
		if _, err := conn.Exec(ctx, "SELECT count(id), sum(length(t::text)) FROM "+cfg.Table+table+" t"); err != nil {
			return err
		}
	}
	return nil
}

// fillSQLite adds the rows in one transaction.
func fillSQLite(ctx context.Context, db *sql.DB, cfg Config) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a Commit it does nothing
	now := time.Now()
	for _, table := range []struct {
		name    string
		columns []string
		values  func(n int) []any
	}{
		{"users", userColumns, func(n int) []any { a, _ := row(n, now); return userValues(&a) }},
		{"sessions", sessionColumns, func(n int) []any { _, s := row(n, now); return sessionValues(&s) }},
	} {
		if err := insertAll(ctx, tx, cfg.Table+table.name, table.columns, cfg.Rows, table.values); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "ANALYZE"); err != nil {
		return err
	}
	return tx.Commit()
}

func insertAll(ctx context.Context, tx *sql.Tx, table string, columns []string, rows int, values func(n int) []any) error {
	text, marks := "INSERT INTO "+table+" (", ""
	for i, c := range columns {
		if i > 0 {
			text, marks = text+", ", marks+", "
		}
		text, marks = text+c, marks+"?"
	}
	insert, err := tx.PrepareContext(ctx, text+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	for n := range rows {
		if _, err := insert.ExecContext(ctx, values(n)...); err != nil {
			return err
		}
	}
	return nil
}
