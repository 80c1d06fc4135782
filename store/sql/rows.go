package sqlstore

import (
	"database/sql"
	"net/netip"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// The columns of a user and of a session, in the order of dest below.
const (
	userColumns = `u.id, u.username, COALESCE(u.email, ''), u.name, u.organization, u.aws_region,
		u.role, u.active, u.password_hash, u.created_at, u.updated_at, u.last_login`
	sessionColumns = `s.id, s.user_id, s.stamp, s.user_agent, s.remote,
		s.created_at, s.expires_at, s.last_seen`
)

// userRow is a row of users as it is scanned.
type userRow struct {
	user                         auth.User
	role, hash                   string
	createdAt, updatedAt, lastIn int64
}

func (r *userRow) dest() []any {
	u := &r.user
	return []any{&u.ID, &u.Username, &u.Email, &u.Name, &u.Organization, &u.AWSRegion,
		&r.role, &u.Active, &r.hash, &r.createdAt, &r.updatedAt, &r.lastIn}
}

func scanUser(rows *sql.Rows) (*userRow, error) {
	r := new(userRow)
	return r, rows.Scan(r.dest()...)
}

// value returns the user. An unknown role is passed on for the caller to
// refuse.
func (r *userRow) value() auth.User {
	u := r.user
	u.Role = auth.Role(r.role)
	u.CreatedAt, u.UpdatedAt, u.LastLogin = fromMicros(r.createdAt), fromMicros(r.updatedAt), fromMicros(r.lastIn)
	u.Stamp = auth.StampOf(r.hash)
	return u
}

// account returns the user with the hash.
func (r *userRow) account() auth.Account {
	return auth.Account{User: r.value(), PasswordHash: auth.NewSecret(r.hash)}
}

// sessionRow is a row of sessions as it is scanned.
type sessionRow struct {
	session                        auth.Session
	remote                         string
	createdAt, expiresAt, lastSeen int64
}

func (r *sessionRow) dest() []any {
	s := &r.session
	return []any{&s.ID, &s.UserID, &s.Stamp, &s.UserAgent, &r.remote,
		&r.createdAt, &r.expiresAt, &r.lastSeen}
}

func scanSession(rows *sql.Rows) (auth.Session, error) {
	var r sessionRow
	err := rows.Scan(r.dest()...)
	return r.value(), err
}

// value returns the session. Its address is only shown to people: one that
// does not parse is none, and locks nobody out.
func (r *sessionRow) value() auth.Session {
	s := r.session
	s.Remote, _ = netip.ParseAddr(r.remote)
	s.CreatedAt, s.ExpiresAt, s.LastSeen = fromMicros(r.createdAt), fromMicros(r.expiresAt), fromMicros(r.lastSeen)
	return s
}

// micros is how a time is stored: Unix microseconds, and 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
