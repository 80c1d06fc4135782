package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"time"
)

// EventKind names what happened.
type EventKind string

// What an [Auditor] is told. Later versions may add kinds.
const (
	EventLogin            EventKind = "login"              // a session was opened
	EventLoginFailed      EventKind = "login.failed"       // Reason says why
	EventLoginThrottled   EventKind = "login.throttled"    // once a key and window; Count says how many since the last
	EventLogout           EventKind = "logout"             // a session was ended by its own token
	EventSessionEnded     EventKind = "session.ended"      // by somebody or something else; Reason says what
	EventAccountCreated   EventKind = "account.created"    //
	EventAccountDeleted   EventKind = "account.deleted"    //
	EventAccountsImported EventKind = "accounts.imported"  // Count at once; account.created beside it for each that is not a plain user
	EventAccountUnlocked  EventKind = "account.unlocked"   //
	EventPasswordChanged  EventKind = "password.changed"   //
	EventPasswordRefused  EventKind = "password.refused"   // a change with a wrong current one; Reason says why
	EventPasswordUpgraded EventKind = "password.upgraded"  // a login made the hash anew
	EventRoleChanged      EventKind = "role.changed"       // Reason is the new role
	EventActiveChanged    EventKind = "active.changed"     // Reason is "enabled" or "disabled"
	EventCredentialViewed EventKind = "credential.viewed"  // Reason is the provider's name
	EventKeyRotated       EventKind = "key.rotated"        // or accepted, or revoked; Reason says which
	EventProxyUnset       EventKind = "proxy.unconfigured" // forwarded headers arrive, yet no proxy is trusted: limits count a proxy
	EventFault            EventKind = "fault"              // a store, the key source or a provider failed, or a part of the host's panicked; Err says how
)

// Event is one fact for the record. It never holds a password, a token or a
// secret, and it never holds what somebody typed as a login unless that is an
// account's name.
type Event struct {
	Kind      EventKind
	Time      time.Time
	UserID    string // whose account; empty when there is none by that name
	Username  string // that account's
	ActorID   string // who did it, if signed in and another
	SessionID string
	Remote    netip.Addr
	UserAgent string
	Reason    string
	Count     int // of what the event stands for, if more than one
	Err       error
}

// Auditor keeps events.
type Auditor interface {
	// Audit returns once the event is kept. Where a credential is viewed an
	// error prevents the answer; elsewhere it is logged and counted.
	Audit(ctx context.Context, e Event) error
}

// Auditors returns an Auditor that tells each of them, in this order, whatever
// the others said: a log that people watch and a table that is kept, say. Its
// error joins theirs.
func Auditors(each ...Auditor) Auditor { return auditors(slices.Clone(each)) }

type auditors []Auditor

func (all auditors) Audit(ctx context.Context, e Event) error {
	var errs []error
	for _, a := range all {
		errs = append(errs, a.Audit(ctx, e))
	}
	return errors.Join(errs...)
}

// NewLogAuditor returns the default Auditor, which writes each event to l as
// one record. It never fails.
func NewLogAuditor(l *slog.Logger) Auditor { return logAuditor{l} }

type logAuditor struct{ log *slog.Logger }

func (a logAuditor) Audit(ctx context.Context, e Event) error {
	level := slog.LevelInfo
	switch e.Kind {
	case EventLoginFailed, EventLoginThrottled, EventPasswordRefused, EventProxyUnset:
		level = slog.LevelWarn
	case EventFault:
		level = slog.LevelError
	}
	if a.log.Enabled(ctx, level) {
		a.log.LogAttrs(ctx, level, "auth "+string(e.Kind), e.attrs()...)
	}
	return nil
}

// attrs lists what the event says; empty fields are left out.
func (e Event) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("event", string(e.Kind))}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("user_id", e.UserID)
	add("username", e.Username)
	add("actor_id", e.ActorID)
	add("session_id", e.SessionID)
	if e.Remote.IsValid() {
		add("remote", e.Remote.String())
	}
	add("user_agent", e.UserAgent)
	add("reason", e.Reason)
	if e.Count > 0 {
		attrs = append(attrs, slog.Int("count", e.Count))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("err", e.Err))
	}
	return attrs
}
