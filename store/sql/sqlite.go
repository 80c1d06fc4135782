package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

var sqliteDialect = dialect{
	name: "SQLite",
	dir:  "sqlite",
	now:  `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`, // a millisecond is its finest

	hasTable: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`,
	mark:     markOnConflict,
	reserve:  reserveOnConflict,
	reserved: returnedEpoch,

	purgeSessions: `DELETE FROM {sessions} WHERE id IN
		(SELECT id FROM {sessions} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
	purgeThrottle: `DELETE FROM {throttle} WHERE throttle_key IN
		(SELECT throttle_key FROM {throttle} WHERE window_ends <= {now} ORDER BY window_ends LIMIT ?)`,
	purgeEvents: `DELETE FROM {audit} WHERE id IN
		(SELECT id FROM {audit} WHERE at < ? ORDER BY at, id LIMIT ?)`,

	lock: func(ctx context.Context, conn *sql.Conn, _ names) error {
		_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE") // the one writer of the file
		return err
	},
	commit:   "COMMIT",
	rollback: "ROLLBACK",

	part:  `SELECT * FROM (%s)`,
	bytes: `(%s COLLATE BINARY)`,
	like:  sqliteLike,
	keys:  sqliteKeys,
	plan:  sqlitePlan,

	conflict:  sqliteConflict,
	outdated:  func(error) bool { return false }, // it prepares anew by itself
	duplicate: sqliteDuplicate,
}

// Result codes, https://sqlite.org/rescode.html. The low byte is the primary code.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

func sqliteConflict(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteLocked:
		return true
	case 0: // a driver that keeps the code in a field
		return strings.HasPrefix(err.Error(), "database is locked") ||
			strings.HasPrefix(err.Error(), "database table is locked")
	}
	return false
}

func sqliteDuplicate(err error) bool {
	switch sqliteCode(err) {
	case sqlitePrimaryKey, sqliteUnique:
		return true
	case 0:
		return strings.HasPrefix(err.Error(), "UNIQUE constraint failed")
	}
	return false
}

// sqliteCode returns the extended result code, or 0 if the driver does not
// offer it by a method.
func sqliteCode(err error) int {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return 0
}
