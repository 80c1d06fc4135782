package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// One statement decides and takes a slot, so no lock outlives it. Its
// arguments are the key, the number of a new epoch, lease and window in
// microseconds, and the limit.
//
// An epoch's number is random: whichever process begins one, and whatever
// its clock says, no slot of an earlier epoch has the same.
const (
	// reserveOnConflict returns the slot's epoch, or no row when it refused.
	reserveOnConflict = `INSERT INTO {throttle} AS t (throttle_key, epoch, failed, pending, lease_ends, window_ends)
		VALUES (?, ?, 0, 1, {now} + ?, {now} + ?)
		ON CONFLICT (throttle_key) DO UPDATE SET
			epoch = CASE WHEN t.window_ends <= {now} OR t.lease_ends <= {now} THEN excluded.epoch ELSE t.epoch END,
			failed = CASE WHEN t.window_ends <= {now} THEN 0
				WHEN t.lease_ends <= {now} THEN t.failed + t.pending ELSE t.failed END,
			pending = CASE WHEN t.window_ends <= {now} OR t.lease_ends <= {now} THEN 1 ELSE t.pending + 1 END,
			window_ends = CASE WHEN t.window_ends <= {now} THEN excluded.window_ends ELSE t.window_ends END,
			lease_ends = excluded.lease_ends
		WHERE t.window_ends <= {now} OR t.failed + t.pending < ?
		RETURNING epoch`

	// reserveOnDuplicateKey leaves the slot's epoch in LAST_INSERT_ID, or 0
	// when it refused. MySQL assigns from left to right and later expressions
	// see what earlier ones assigned. So the epoch comes first: from then on,
	// epoch = VALUES(epoch) means that a new one began, and no column is
	// changed before the last expression that asks for its old value.
	reserveOnDuplicateKey = `INSERT INTO {throttle} (throttle_key, epoch, failed, pending, lease_ends, window_ends)
		VALUES (?, LAST_INSERT_ID(?), 0, 1, {now} + ?, {now} + ?)
		ON DUPLICATE KEY UPDATE
			epoch = IF(window_ends <= {now} OR failed + pending < ?,
				LAST_INSERT_ID(IF(window_ends <= {now} OR lease_ends <= {now}, VALUES(epoch), epoch)),
				epoch + LAST_INSERT_ID(0)),
			failed = IF(epoch = VALUES(epoch), IF(window_ends <= {now}, 0, failed + pending), failed),
			lease_ends = IF(epoch = VALUES(epoch) OR failed + pending < ?, VALUES(lease_ends), lease_ends),
			pending = IF(epoch = VALUES(epoch), 1, pending + (failed + pending < ?)),
			window_ends = IF(window_ends <= {now}, VALUES(window_ends), window_ends)`

	selectCount = `SELECT failed, pending, lease_ends, window_ends, {now} FROM {throttle} WHERE throttle_key = ?`

	// An epoch is over with its window or its lease, also before anybody has
	// begun the next one.
	settleSlot = `UPDATE {throttle} SET pending = pending - 1, failed = failed + ?
		WHERE throttle_key = ? AND epoch = ? AND pending > 0 AND lease_ends > {now} AND window_ends > {now}`

	// The second is a range, which an index serves and in which "_" is no
	// wildcard.
	forgetKey   = `DELETE FROM {throttle} WHERE throttle_key = ?`
	forgetBelow = `DELETE FROM {throttle} WHERE throttle_key >= ? AND throttle_key < ?`
)

// Reserve takes one slot under key. If that is refused, one plain read tells
// why; it may find the key free again by then, which is Undecided too.
func (s *Store) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	if l.Max < 1 || l.Window < time.Microsecond || l.Lease < time.Microsecond {
		return auth.Reservation{}, errors.New("sqlstore: a throttle limit needs Max, Window and Lease above zero")
	}
	epoch, err := s.reserve(ctx, key, l)
	if err != nil {
		return auth.Reservation{}, fault("reserve", err)
	}
	if epoch != 0 {
		return auth.Reservation{Decision: auth.Granted, Key: key, Epoch: epoch}, nil
	}
	left, err := s.deniedFor(ctx, key, l.Max)
	if err != nil {
		return auth.Reservation{}, fault("reserve", err)
	}
	if left > 0 {
		return auth.Reservation{Decision: auth.Denied, Key: key, RetryAfter: left}, nil
	}
	return auth.Reservation{Decision: auth.Undecided, Key: key}, nil
}

func (s *Store) reserve(ctx context.Context, key string, l auth.Limit) (epoch int64, err error) {
	args := []any{key, 1 + rand.Int64N(math.MaxInt64), l.Lease.Microseconds(), l.Window.Microseconds(), l.Max}
	err = s.retry(ctx, func() error {
		stmt, err := s.stmt(ctx, s.dialect.reserve)
		if err != nil {
			return err
		}
		epoch, err = s.dialect.reserved(ctx, stmt, args)
		return err
	})
	return epoch, err
}

// deniedFor returns how long the failures will refuse key, or 0 if they do not.
func (s *Store) deniedFor(ctx context.Context, key string, limit int) (time.Duration, error) {
	var failed, pending int
	var leaseEnds, windowEnds, now int64
	err := s.row(ctx, selectCount, []any{key}, &failed, &pending, &leaseEnds, &windowEnds, &now)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if leaseEnds <= now {
		failed += pending
	}
	if failed < limit {
		return 0, nil
	}
	return time.Duration(windowEnds-now) * time.Microsecond, nil
}

// Settle gives a granted slot back.
func (s *Store) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	failures := 0
	if failed {
		failures = 1
	}
	_, err := s.exec(ctx, settleSlot, failures, r.Key, r.Epoch)
	return fault("settle", err)
}

// Forget removes a key and those below it.
func (s *Store) Forget(ctx context.Context, key string) error {
	_, err := s.exec(ctx, forgetKey, key)
	if err == nil {
		_, err = s.exec(ctx, forgetBelow, key+"/", key+string(rune('/'+1)))
	}
	return fault("forget", err)
}

// returnedEpoch reads the row to its end, which is when SQLite commits.
func returnedEpoch(ctx context.Context, stmt *sql.Stmt, args []any) (epoch int64, err error) {
	epochs, err := readAll(ctx, stmt, args, func(rows *sql.Rows) (epoch int64, err error) {
		err = rows.Scan(&epoch)
		return epoch, err
	})
	if err != nil || len(epochs) == 0 {
		return 0, err
	}
	return epochs[0], nil
}

// lastEpoch gives the limit, which is the last argument, to each of the three
// places that ask for it.
func lastEpoch(ctx context.Context, stmt *sql.Stmt, args []any) (epoch int64, err error) {
	limit := args[len(args)-1]
	res, err := stmt.ExecContext(ctx, append(args[:len(args):len(args)], limit, limit)...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}
