package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Whether a session has expired is decided on this process's clock, which also
// set its ExpiresAt.
const (
	insertSession = `INSERT INTO {sessions} (id, user_id, stamp, user_agent, remote,
		created_at, expires_at, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	selectSession  = `SELECT ` + sessionColumns + ` FROM {sessions} s WHERE s.id = ? AND s.expires_at > ?`
	selectSessions = `SELECT ` + sessionColumns + ` FROM {sessions} s
		WHERE s.user_id = ? AND s.expires_at > ? ORDER BY s.created_at DESC, s.id`
	selectIdentity = `SELECT ` + userColumns + `, ` + sessionColumns + `
		FROM {sessions} s JOIN {users} u ON u.id = s.user_id WHERE s.id = ? AND s.expires_at > ?`
	countSessions      = `SELECT COUNT(*) FROM (SELECT s.id FROM {sessions} s WHERE s.expires_at > ? LIMIT 1000000) live`
	updateSeen         = `UPDATE {sessions} SET last_seen = ? WHERE id = ? AND last_seen < ?`
	updateStamps       = `UPDATE {sessions} SET stamp = ? WHERE user_id = ? AND stamp = ?`
	deleteSession      = `DELETE FROM {sessions} WHERE id = ?`
	deleteUserSessions = `DELETE FROM {sessions} WHERE user_id = ? AND id <> ?`
)

// errSessionID says no more: the database's own text quotes the ID.
var errSessionID = errors.New("sqlstore: a session has this ID already: make IDs of at least 128 random bits")

// CreateSession stores a session.
func (s *Store) CreateSession(ctx context.Context, given *auth.Session) error {
	remote := ""
	if given.Remote.IsValid() {
		remote = given.Remote.String()
	}
	_, err := s.exec(ctx, insertSession, given.ID, given.UserID, given.Stamp,
		[]byte(given.UserAgent), // any bytes a client sent
		remote, micros(given.CreatedAt), micros(given.ExpiresAt), micros(given.LastSeen))
	if err != nil && s.dialect.duplicate(err) {
		return errSessionID
	}
	return fault("create session", err)
}

// SessionByID returns a live session.
func (s *Store) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	var row sessionRow
	err := s.row(ctx, selectSession, []any{id, time.Now().UnixMicro()}, row.dest()...)
	if err != nil {
		return nil, sessionFault("read session", err)
	}
	if row.session.ID != id {
		return nil, auth.ErrSessionNotFound
	}
	found := row.value()
	return &found, nil
}

// IdentityBySession reads a live session and its user by one indexed join.
func (s *Store) IdentityBySession(ctx context.Context, sessionID string) (*auth.Identity, error) {
	now := time.Now()
	var user userRow
	var session sessionRow
	err := s.row(ctx, selectIdentity, []any{sessionID, now.UnixMicro()}, append(user.dest(), session.dest()...)...)
	if err != nil {
		return nil, sessionFault("read identity", err)
	}
	if session.session.ID != sessionID || session.session.UserID != user.user.ID {
		return nil, auth.ErrSessionNotFound
	}
	return &auth.Identity{User: user.value(), Session: session.value(), ReadAt: now}, nil
}

// SessionsByUser returns a user's live sessions, the newest first.
func (s *Store) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	found, err := collect(ctx, s, selectSessions, []any{userID, time.Now().UnixMicro()}, scanSession)
	return found, fault("list sessions", err)
}

// CountSessions returns how many sessions have neither ended nor expired; a
// million stands for a million and more. It reads as much of an index, so it is
// for a gauge that is asked a few times a minute.
func (s *Store) CountSessions(ctx context.Context) (n int64, err error) {
	err = s.row(ctx, countSessions, []any{time.Now().UnixMicro()}, &n)
	return n, fault("count sessions", err)
}

// TouchSession moves LastSeen forward.
func (s *Store) TouchSession(ctx context.Context, id string, seen time.Time) error {
	_, err := s.exec(ctx, updateSeen, micros(seen), id, micros(seen))
	return fault("touch session", err)
}

// EndSession ends one session: its row is gone.
func (s *Store) EndSession(ctx context.Context, id string) error {
	_, err := s.exec(ctx, deleteSession, id)
	return fault("end session", err)
}

// EndUserSessions ends all sessions of a user but exceptID.
func (s *Store) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	_, err := s.exec(ctx, deleteUserSessions, userID, exceptID)
	return fault("end sessions", err)
}

// RestampSessions replaces one stamp by another on a user's sessions.
func (s *Store) RestampSessions(ctx context.Context, userID, from, to string) error {
	_, err := s.exec(ctx, updateStamps, to, userID, from)
	return fault("restamp sessions", err)
}

// sessionFault tells a missing session from a fault.
func sessionFault(doing string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return auth.ErrSessionNotFound
	}
	return fault(doing, err)
}
