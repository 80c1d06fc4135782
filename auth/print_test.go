package auth_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// LESSONS 23 (OpenBao CVE-2025-62513, Vault CVE-2025-4166): nothing that holds
// a secret prints it.
func TestWhatHoldsASecretDoesNotPrintIt(t *testing.T) {
	const canary = "c4n4ry-c4n4ry-c4n4ry"
	s := auth.NewSecret(canary)
	account := auth.Account{User: auth.User{ID: "1"}, PasswordHash: s}
	values := map[string]any{
		"Secret": s, "*Secret": &s, "Account": account, "*Account": &account,
		"LoginRequest":   auth.LoginRequest{Login: canary, Password: canary, Replaces: []string{canary}},
		"*LoginRequest":  &auth.LoginRequest{Login: canary, Password: canary, Replaces: []string{canary}},
		"Grant":          auth.Grant{Token: canary},
		"*Grant":         &auth.Grant{Token: canary},
		"Secrets":        auth.Secrets{Values: map[string]auth.Secret{"A": s}},
		"PasswordChange": auth.PasswordChange{Current: s, New: s},
		"NewAccount":     auth.NewAccount{Username: "john", Password: s},
		"AccountChange":  auth.AccountChange{PasswordHash: &s, IfHash: &s},
		"inside a map":   map[string]any{"x": account},
		"inside a slice": []any{auth.Grant{Token: canary}},
		"unexported":     struct{ s auth.Secret }{s},
	}
	for what, v := range values {
		var out strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		fmt.Fprintln(&out, v, fmt.Errorf("wrapped: %v", v), errors.New(fmt.Sprint(v)))
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).Info("x", "v", v)
			slog.New(h).Info("x", slog.Any("v", []any{v}))
		}
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
		if b, err := xml.Marshal(v); err == nil {
			out.Write(b)
		}
		if !strings.Contains(what, "Grant") && !strings.Contains(what, "Login") && !strings.Contains(what, "inside") {
			var g bytes.Buffer
			_ = gob.NewEncoder(&g).Encode(v) // what cannot be encoded does not leak
			out.Write(g.Bytes())
		}
		for i := range len(canary) - 7 {
			require.NotContains(t, out.String(), canary[i:i+8], what)
			require.NotContains(t, out.String(), fmt.Sprintf("%x", canary[i:i+8]), what)
		}
	}
	require.Equal(t, canary, s.Reveal(), "and yet it is there")
	require.True(t, auth.Secret{}.Empty())
	require.Empty(t, auth.Secret{}.Reveal())
}

// What a client says cannot forge a line of the log.
func TestLogLinesCannotBeForged(t *testing.T) {
	var out bytes.Buffer
	auditor := auth.NewLogAuditor(slog.New(slog.NewTextHandler(&out, nil)))
	h := newHouse(t, func(o *auth.Options) { o.Auditor = auditor })
	for _, agent := range []string{"curl\nlevel=ERROR msg=forged", "a\r\nb", "\x1b[31mred", strings.Repeat("long ", 10000), "\xff\xfe", "\u2028"} {
		_, _ = h.Login(t.Context(), auth.LoginRequest{Login: "x\nlevel=ERROR", Password: "wrong", Remote: netip.MustParseAddr("192.0.2.1"), UserAgent: agent})
	}
	for line := range strings.Lines(out.String()) {
		require.True(t, strings.HasPrefix(line, "time="), "%q is no line of ours", line)
		require.Less(t, len(line), 1000)
		require.NotContains(t, line, "\x1b")
	}
}

// People type passwords into the name field.
func TestWhatNobodyIsCalledIsNotRecorded(t *testing.T) {
	h := newHouse(t)
	_, _ = h.login(t.Context(), "hunter2-hunter2", "wrong")
	_, _ = h.login(t.Context(), "john", "wrong")
	for _, e := range h.events.take() {
		require.NotContains(t, fmt.Sprintf("%+v", e), "hunter2")
	}
}
