package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// tableIdentity reads sessions of ours with the users of a host's.
type tableIdentity struct {
	table    *userTable
	sessions *Store
	query    string
}

// Identity implements Users.
func (t *userTable) Identity(store *Store) (auth.IdentityReader, error) {
	if store == nil || store.db != t.runner.db || store.dialect != t.runner.dialect {
		return nil, errors.New("sqlstore: Identity needs the Store on the same *sql.DB: leave auth.Options.Identity nil where sessions are elsewhere")
	}
	return &tableIdentity{table: t, sessions: store, query: t.selectIdentity()}, nil
}

// IdentityBySession reads a live session and its user by one indexed join.
func (r *tableIdentity) IdentityBySession(ctx context.Context, sessionID string) (*auth.Identity, error) {
	now := time.Now()
	var session sessionRow
	rows, err := collect(ctx, r.sessions, r.query, []any{sessionID, now.UnixMicro()}, func(rows *sql.Rows) (userValues, error) {
		user := make(userValues, len(r.table.cols))
		return user, rows.Scan(append(user.dest(), session.dest()...)...)
	})
	if err != nil {
		return nil, r.fault(ctx, sessionID, err)
	}
	found := session.value()
	row, err := only(rows, 1, func(row userValues) bool { return row[atID].text() == found.UserID })
	if errors.Is(err, auth.ErrUserNotFound) || err == nil && found.ID != sessionID {
		return nil, auth.ErrSessionNotFound
	}
	if err != nil {
		return nil, err
	}
	return &auth.Identity{User: r.table.user(row), Session: found, ReadAt: now}, nil
}

// fault tells a session whose user cannot be in this table, by the form of the
// ID, from a failure: PostgreSQL refuses to convert it.
func (r *tableIdentity) fault(ctx context.Context, sessionID string, cause error) error {
	session, err := r.sessions.SessionByID(ctx, sessionID)
	if err == nil && !r.table.id.holds(session.UserID) {
		return auth.ErrSessionNotFound
	}
	return fault("read identity", cause)
}
