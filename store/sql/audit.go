package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// What a text of an event is cut to, in bytes.
const (
	maxEventID   = 255
	maxEventText = 2048
)

// defaultEvents is how many events a page has where nobody says.
const defaultEvents = 100

const (
	eventColumns = `at, kind, user_id, username, actor_id, session_id, remote, user_agent, reason, count, error`
	insertEvent  = `INSERT INTO {audit} (` + eventColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectEvents = `SELECT id, ` + eventColumns + ` FROM {audit} WHERE at >= ?`
)

// Record is an event as it was kept. Its Err, if any, is the text of the one
// that was given.
type Record struct {
	ID int64 // in the order in which events were kept
	auth.Event
}

// EventFilter selects records. A zero field selects all.
type EventFilter struct {
	UserID string         // whose account it is about
	Kind   auth.EventKind // of this kind alone
	Since  time.Time      // not before
	Before Record         // older than this one: the last of the page before
	Limit  int            // at most so many. Zero: 100
}

// Audit keeps an event: the store is an auth.Auditor. Texts are cut at 2 KiB,
// IDs at 255 bytes, and lose what no engine could store. Events are kept until
// PurgeEvents removes them.
func (s *Store) Audit(ctx context.Context, e auth.Event) error {
	remote, cause := "", ""
	if e.Remote.IsValid() {
		remote = e.Remote.String()
	}
	if e.Err != nil {
		cause = e.Err.Error()
	}
	_, err := s.exec(ctx, insertEvent, micros(e.Time), keptText(string(e.Kind), maxEventID),
		keptText(e.UserID, maxEventID), keptText(e.Username, maxEventText),
		keptText(e.ActorID, maxEventID), keptText(e.SessionID, maxEventID), remote,
		keptText(e.UserAgent, maxEventText), keptText(e.Reason, maxEventText), e.Count, keptText(cause, maxEventText))
	return fault("keep event", err)
}

// Events returns records, the newest first. To read on, put the last one into
// Before.
func (s *Store) Events(ctx context.Context, f EventFilter) ([]Record, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = defaultEvents
	}
	query, args := selectEvents, []any{micros(f.Since)}
	where := func(condition string, values ...any) {
		query += " AND " + condition
		args = append(args, values...)
	}
	if f.UserID != "" {
		where("user_id = ?", f.UserID)
	}
	if f.Kind != "" {
		where("kind = ?", string(f.Kind))
	}
	if at := micros(f.Before.Time); f.Before.ID != 0 {
		where("at <= ? AND (at < ? OR id < ?)", at, at, f.Before.ID)
	}
	found, err := collect(ctx, s, query+" ORDER BY at DESC, id DESC LIMIT ?", append(args, limit), scanRecord)
	return found, fault("read events", err)
}

// PurgeEvents deletes events from before a moment, at most limit, the oldest
// first, and returns how many. How long events are kept is the host's to
// decide, and so is when this is called; as for Purge, call it again while it
// returns limit.
func (s *Store) PurgeEvents(ctx context.Context, before time.Time, limit int) (n int, err error) {
	if limit <= 0 {
		return 0, nil
	}
	rows, err := s.exec(ctx, s.dialect.purgeEvents, micros(before), limit)
	return int(rows), fault("purge events", err)
}

func scanRecord(rows *sql.Rows) (Record, error) {
	var r Record
	var at int64
	var kind, remote, cause string
	err := rows.Scan(&r.ID, &at, &kind, &r.UserID, &r.Username, &r.ActorID, &r.SessionID,
		&remote, &r.UserAgent, &r.Reason, &r.Count, &cause)
	r.Time, r.Kind = fromMicros(at), auth.EventKind(kind)
	r.Remote, _ = netip.ParseAddr(remote) // shown to people: one that does not parse is none
	if cause != "" {
		r.Err = errors.New(cause)
	}
	return r, err
}

// keptText is s as every engine can store it, at most so many bytes of it.
func keptText(s string, most int) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}
