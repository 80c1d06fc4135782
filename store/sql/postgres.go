package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
)

var postgresDialect = dialect{
	name:     "PostgreSQL",
	dir:      "postgres",
	numbered: true,
	now:      `CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)`,

	// Reading pg_class makes the connection hear of tables that another
	// process made while it waited for the lock; to_regclass alone answers
	// from what the connection remembers.
	hasTable: `SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass(?)`,
	mark:     markOnConflict,
	reserve:  reserveOnConflict,
	reserved: returnedEpoch,
	// Drivers prepare a statement that comes again, and the server keeps its
	// plan: one made while the table was empty would read all of it for ever.
	bulk: `SELECT set_config('enable_seqscan', 'off', true)`,

	// FOR UPDATE looks at a row again once it has the lock: a throttle key
	// that was taken anew meanwhile stays. With IN and a subselect the planner
	// would rather join by reading all of the table; an array has it look each
	// row up.
	purgeSessions: `DELETE FROM {sessions} WHERE id = ANY (ARRAY
		(SELECT id FROM {sessions} WHERE expires_at <= ?
		 ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED))`,
	purgeThrottle: `DELETE FROM {throttle} WHERE throttle_key = ANY (ARRAY
		(SELECT throttle_key FROM {throttle} WHERE window_ends <= {now}
		 ORDER BY window_ends LIMIT ? FOR UPDATE SKIP LOCKED))`,
	purgeEvents: `DELETE FROM {audit} WHERE id = ANY (ARRAY
		(SELECT id FROM {audit} WHERE at < ?
		 ORDER BY at, id LIMIT ? FOR UPDATE SKIP LOCKED))`,

	lock:     postgresLock,
	commit:   "COMMIT",
	rollback: "ROLLBACK",

	part:  `(%s)`,
	bytes: `CAST(%s AS text) COLLATE "C"`,
	like:  postgresLike,
	keys:  postgresKeys,
	plan:  postgresPlan,

	conflict: func(err error) bool {
		state := sqlState(err)
		return state == "40001" || state == "40P01" // serialization_failure, deadlock_detected
	},
	outdated:  func(err error) bool { return sqlState(err) == "0A000" }, // "cached plan must not change result type"
	duplicate: func(err error) bool { return sqlState(err) == "23505" },
}

// postgresLock opens a transaction that holds the advisory lock of the scope.
// READ COMMITTED, whatever the database's default, lets it see what the holder
// before it committed.
func postgresLock(ctx context.Context, conn *sql.Conn, n names) error {
	sum := sha256.Sum256([]byte("sallyport migrate " + n.scope))
	key := int64(binary.BigEndian.Uint64(sum[:]))
	if _, err := conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED"); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", key)
	return err
}
