package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

const redacted = "[redacted]"

// Secret holds a value that must not be printed. Every way Go has of turning a
// value into text gives "[redacted]"; Reveal is the one way out. The zero
// Secret is empty.
//
// The value is captured by a function because nothing that walks a value by
// reflection can look into one.
type Secret struct{ reveal func() string }

// NewSecret returns a Secret that holds s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Reveal returns the value itself.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.reveal == nil }

// Format prints "[redacted]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// LogValue logs "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText encodes "[redacted]", for JSON and XML; gob has nothing to encode.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Secrets is what a provider had at one moment. Its values belong together:
// an access key ID is never paired with another rotation's secret.
type Secrets struct {
	Values  map[string]Secret // by field, such as "AWS_ACCESS_KEY_ID"; an absent field is absent here
	Source  string            // the kind of place, such as "environment" or "vault", never a path or a URL; empty: not known
	Version string            // names this rotation; empty: not known
	Expires time.Time         // zero: not known
}

// SecretProvider is where provider credentials come from. Package credentials
// has those for the environment and for fixed values.
type SecretProvider interface {
	// Secrets returns the fields of the set called name, read together.
	//
	// Errors: ErrSecretNotFound when the set is not configured at all; any
	// other error is a fault and is answered 503.
	Secrets(ctx context.Context, name string) (Secrets, error)
}

// Format prints the request without what was typed.
func (r LoginRequest) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{Login:%s Password:%s Remote:%v}", redacted, redacted, r.Remote)
}

// LogValue logs the request without what was typed.
func (r LoginRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("login", redacted), slog.Any("remote", r.Remote))
}

// MarshalText encodes "[redacted]", for JSON and XML.
func (r LoginRequest) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Format prints the grant without its token.
func (g Grant) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{Token:%s UserID:%s SessionID:%s}", redacted, g.Identity.User.ID, g.Identity.Session.ID)
}

// LogValue logs the grant without its token.
func (g Grant) LogValue() slog.Value {
	return slog.GroupValue(slog.String("token", redacted), slog.String("user_id", g.Identity.User.ID))
}

// MarshalText encodes "[redacted]", for JSON and XML: an answer that carries
// the token says so field by field.
func (g Grant) MarshalText() ([]byte, error) { return []byte(redacted), nil }
