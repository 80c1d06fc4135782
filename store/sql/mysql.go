package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

var mysqlDialect = dialect{
	name: "MySQL",
	dir:  "mysql",
	// Not UNIX_TIMESTAMP(NOW(6)): with a session time zone that has summer
	// time, an hour of the year comes twice.
	now: `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))`,

	hasTable: `SELECT COUNT(*) FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_name = ?`,
	// IGNORE would hide other errors too; with constants there are none.
	mark:     `INSERT IGNORE INTO {marks} (name, made_at) VALUES ('bootstrap', {now})`,
	reserve:  reserveOnDuplicateKey,
	reserved: lastEpoch,

	purgeSessions: `DELETE FROM {sessions} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`,
	purgeThrottle: `DELETE FROM {throttle} WHERE window_ends <= {now} ORDER BY window_ends LIMIT ?`,
	purgeEvents:   `DELETE FROM {audit} WHERE at < ? ORDER BY at, id LIMIT ?`,

	// MySQL commits at each DDL statement: there is no transaction to end.
	lock:     mysqlLock,
	commit:   mysqlRelease,
	rollback: mysqlRelease,

	part:  `(%s)`,
	bytes: `CAST(CONVERT(%s USING utf8mb4) AS BINARY)`,
	like:  mysqlLike,
	keys:  mysqlKeys,
	plan:  mysqlPlan,

	conflict:  func(err error) bool { return mysqlError(err, "1213", "1205", "1020") },
	outdated:  func(error) bool { return false }, // it prepares anew by itself
	duplicate: func(err error) bool { return mysqlError(err, "1062") },
}

// The lock's name is at most 64 characters long and holds the database's, since
// the server has one set of locks for all of them.
const (
	mysqlLockName = `CONCAT('sallyport-', SHA1(CONCAT(DATABASE(), '/{scope}')))`
	mysqlGet      = `SELECT GET_LOCK(` + mysqlLockName + `, 5)`
	mysqlRelease  = `DO RELEASE_LOCK(` + mysqlLockName + `)`
)

// mysqlLock asks again every five seconds: MariaDB knows no wait without end.
func mysqlLock(ctx context.Context, conn *sql.Conn, n names) error {
	for {
		var got sql.NullInt64 // 1: ours, 0: still another's, NULL: an error
		err := conn.QueryRowContext(ctx, n.replacer.Replace(mysqlGet)).Scan(&got)
		if err != nil || got.Int64 == 1 {
			return err
		}
		if !got.Valid {
			return errors.New("GET_LOCK failed: name a database in the DSN")
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// mysqlError reports whether err has one of the server's error numbers: 1213
// deadlock, 1205 lock wait timeout, 1020 record has changed since last read,
// 1062 duplicate entry. The driver keeps the number in a field, which cannot
// be read without importing it, and begins its text with it.
func mysqlError(err error, numbers ...string) bool {
	rest, ok := strings.CutPrefix(err.Error(), "Error ")
	if !ok {
		return false
	}
	for _, number := range numbers {
		if strings.HasPrefix(rest, number+" (") || strings.HasPrefix(rest, number+": ") {
			return true
		}
	}
	return false
}
