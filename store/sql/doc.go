// Package sqlstore keeps users, sessions and throttle in SQLite, PostgreSQL,
// MySQL or MariaDB through database/sql. It imports no driver: the host opens
// the database with the one it has.
//
// Call [New], which does no I/O, and then [Store.Migrate]:
//
//	db, err := sql.Open("pgx", dsn)
//	store, err := sqlstore.New(db, sqlstore.Postgres, nil)
//	err = store.Migrate(ctx)
//
// The store is an auth.Store and an auth.AccountStore, and goes into
// auth.Options.Identity as well. Call [Store.Purge] on a ticker. Where
// migrations are run by a tool of the host, give it the files of [Migrations]
// and let the program call [Store.Check] when it starts.
//
// # Events
//
// The store is an auth.Auditor as well: with it in auth.Options.Auditor, who
// logged in, failed, was changed or looked at credentials is a row in the same
// database, which [Store.Events] reads and [Store.PurgeEvents] ages out.
//
// # A users table that is there already
//
// [OpenUsers] reads a host's own table, which a [Schema] describes: only what
// differs from our names, each a column or any SQL expression over a table, a
// view or a join. It asks the database whether all of it is there and has its
// indexes, and never changes the table; what a login may write is off unless
// the Schema allows it. The guide is docs/existing-tables.md.
//
//	users, err := sqlstore.OpenUsers(ctx, db, sqlstore.Postgres, sqlstore.Schema{…})
//	identity, err := users.Identity(store)
//	svc, err := auth.New(auth.Compose(users, store, store), tokens, &auth.Options{Identity: identity})
//
// # Databases
//
// SQLite, 3.42 or later. One file serves any number of processes of one
// machine. With modernc.org/sqlite, end the DSN in
//
//	?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate
//
// With synchronous(NORMAL) a session that was ended could come back after a
// loss of power, though not after the process is killed; FULL has neither.
//
// PostgreSQL, 12 or later. Behind PgBouncer in transaction mode, set its
// max_prepared_statements: the store prepares what it runs often. For a database
// in another encoding than UTF8, pgx needs client_encoding=UTF8 in the DSN. Leave the
// isolation at READ COMMITTED: with a stricter default, many logins to one account
// at the same moment lose to one another so often that some are answered 503.
//
// MySQL 8.0 and MariaDB 10.11, or later, by github.com/go-sql-driver/mysql,
// with strict SQL mode and utf8mb4, which are the defaults of server and driver,
// and with or without clientFoundRows. Columns that are compared are VARBINARY: the utf8mb4
// collations that both servers have take "a" and "a " for equal. The mysql
// client shows them as text with --skip-binary-as-hex.
//
// In every case db is the primary: a replica that lags would let an ended
// session in.
//
// The conformance suite was run on SQLite 3.54.1 (modernc.org/sqlite 1.62.0),
// PostgreSQL 15.20 (pgx 5.12.0) and MariaDB 10.11.19 (go-sql-driver/mysql
// 1.10.1). MySQL 8 has been written for by its manual and was not run.
//
// # What the host sets on the pool
//
// Bound it, by SetMaxOpenConns, and keep as many idle, by SetMaxIdleConns, or
// connections are made and dropped all the time. Every call of the store heeds
// its context, which auth.Options.StoreTimeout bounds; both drivers give up a
// connection whose server went silent in the middle of a call, and the pool
// makes another.
//
// Bound the making of a connection too, its handshake included. When one
// breaks while others are waited for, database/sql makes the next without any
// caller's context, and with a silent server it would keep its place in the
// pool for good. pgx has connect_timeout for that; the timeout of
// go-sql-driver/mysql ends where the handshake begins, so wrap its connector in
// one whose Connect adds a deadline to ctx, and open the database by
// sql.OpenDB. The driver's readTimeout is none for this: a migration may wait
// long, and rightly.
//
// # How it behaves
//
// What is found is compared byte by byte, in SQL and where it matters once
// more in Go. Throttle windows are on the server's clock; whether a session
// has expired is on this process's, which also set its end.
//
// No lock is held from one call to the next. A statement that loses to another
// by a deadlock, a serialization failure or a busy file is run again, at most
// ten times. Any other failure is returned as it is, for the caller to answer
// 503.
package sqlstore
