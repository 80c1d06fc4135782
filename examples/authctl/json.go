package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/sallyport-go/sallyport/auth"
)

// jsonFlag is that of the commands that print data.
func jsonFlag(flags *flag.FlagSet) *bool {
	return flags.Bool("json", false, "print an object a line")
}

// object prints one, in a line of ASCII.
func (t *tool) object(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s\n", ascii(text))
	return err
}

// ascii escapes what JSON leaves as it is: it may steer a terminal, too.
func ascii(text []byte) []byte {
	var b []byte
	for _, r := range string(text) {
		switch {
		case r < unicode.MaxASCII: // DEL is not
			b = append(b, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}

// userObject has the keys that the API has for a user, all of them always.
func userObject(u *auth.User) any {
	var last *time.Time // null: never
	if !u.LastLogin.IsZero() {
		at := u.LastLogin.UTC()
		last = &at
	}
	return struct {
		ID           string     `json:"id"`
		Username     string     `json:"username"`
		Email        string     `json:"email"`
		Name         string     `json:"name"`
		Organization string     `json:"organization"`
		AWSRegion    string     `json:"aws_region"`
		Role         auth.Role  `json:"role"`
		IsActive     bool       `json:"is_active"`
		CreatedAt    time.Time  `json:"created_at"`
		UpdatedAt    time.Time  `json:"updated_at"`
		LastLogin    *time.Time `json:"last_login"`
	}{u.ID, u.Username, u.Email, u.Name, u.Organization, u.AWSRegion, u.Role, u.Active, u.CreatedAt.UTC(), u.UpdatedAt.UTC(), last}
}

// sessionObjects prints sessions with the keys that the API has for them.
func (t *tool) sessionObjects(all []auth.Session) error {
	for _, s := range all {
		err := t.object(struct {
			ID        string    `json:"id"`
			CreatedAt time.Time `json:"created_at"`
			LastSeen  time.Time `json:"last_seen"`
			ExpiresAt time.Time `json:"expires_at"`
			Address   string    `json:"address"`
			UserAgent string    `json:"user_agent"`
		}{s.ID, s.CreatedAt.UTC(), s.LastSeen.UTC(), s.ExpiresAt.UTC(), address(&s), s.UserAgent})
		if err != nil {
			return err
		}
	}
	return nil
}
