package httpadapter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635), and a cookie
// that outlives the change of a password in the browser it was made in.
func TestPeopleChangeTheirPassword(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		mine, theirs := h.login(t, "john"), h.login(t, "john")
		a := h.send(t, "POST", "password", mine, change(password, newPassword))
		a.is(t, 200, "Password changed")
		require.Empty(t, a.header["Set-Cookie"])
		require.True(t, h.valid(t, mine))
		require.False(t, h.valid(t, theirs))
		ask(t, h, post("/api/auth/login", `{"username":"john","password":"`+password+`"}`)).is(t, 401, wrong)
		ask(t, h, post("/api/auth/login", `{"username":"john","password":"`+newPassword+`"}`)).is(t, 200, "Login successful")
		changed := h.audit.Events(auth.EventPasswordChanged)
		require.Len(t, changed, 1)
		require.Equal(t, "192.0.2.7", changed[0].Remote.String())
		require.Equal(t, h.john.ID, changed[0].UserID)
	})
}

func TestPasswordChangesThatAreRefused(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		token := h.login(t, "john")
		const both = "Current and new password are required"
		for _, c := range []struct {
			body    string
			status  int
			message string
		}{
			{`{}`, 400, both},
			{change("", newPassword), 400, both},
			{change(password, ""), 400, both},
			{`{"current_password":null,"new_password":null}`, 400, both},
			{change(password, "short"), 400, "Password needs at least 15 characters, has 5"},
			{change("wrong", "johnjohnjohnjohn"), 400, "Password is a common word, a repetition or a sequence that is guessed first: choose several unrelated words"},
			{change(password, "nul\x00 nul nul nul nul"), 400, "Password has a NUL character: leave it out"},
			{change("wrong", newPassword), 403, "Current password is wrong"},
		} {
			a := h.send(t, "POST", "password", token, c.body)
			a.is(t, c.status, c.message)
			require.Empty(t, a.header["Set-Cookie"])
			require.Empty(t, a.header["Www-Authenticate"])
			require.True(t, h.valid(t, token), "whatever was refused, who asked stays signed in")
		}
		h.send(t, "POST", "password", "", change(password, newPassword)).is(t, 401, noToken)
		h.send(t, "POST", "password", "x", change(password, newPassword)).is(t, 401, invalidToken)
	})
}

// LESSONS 10: Django's long passwords, Vault CVE-2025-6203. Every body that a
// login is refused for is refused here, by the same code.
func TestPasswordBodies(t *testing.T) {
	h := newReal(t, false, func(o *auth.Options) { o.AccountLimit.Max = 1000 })
	token := h.login(t, "john")
	fields := strings.NewReplacer("username", "current_password", "USERNAME", "CURRENT_PASSWORD", `u\u017fername`, `current_pa\u017fsword`,
		"password", "new_password", "p\\u0061ssword", "new_p\\u0061ssword", "Password", "New_password", "paſſword", "new_paſſword")
	for _, c := range bodies {
		a := h.send(t, "POST", "password", token, fields.Replace(c.body)+strings.Repeat(" ", map[bool]int{true: 1}[c.body == ""]))
		switch c.status {
		case 401: // understood, and the new password is too short or the current one wrong
			require.True(t, a.status == 403 || a.status == 400 && strings.HasPrefix(a.Message, "Password "), "%s: %d %s", c.name, a.status, a.raw)
		case 413:
			a.is(t, 413, "Request body too large")
		default:
			want := strings.ReplaceAll(c.message, required, "Current and new password are required")
			require.Equal(t, want, a.Message, "%s: %.200s", c.name, fields.Replace(c.body))
			a.is(t, 400, want)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/json; charset=utf-16"} {
		r := h.request("POST", "password", token, change(password, newPassword))
		r.Header.Set("Content-Type", kind)
		ask(t, h, r).is(t, 415, "Content-Type must be application/json")
	}
	require.Empty(t, h.audit.Events(auth.EventPasswordChanged))
}

// LESSONS 6 (Keycloak CVE-2026-9798, CVE-2026-16103): the throttle stands before
// every route that checks a password, and over HTTP says so alike.
func TestThePasswordRouteIsThrottledAsLoginIs(t *testing.T) {
	modes(t, func(t *testing.T, h *real) {
		token := h.login(t, "john")
		for range 5 {
			h.send(t, "POST", "password", token, change("wrong", newPassword)).is(t, 403, "Current password is wrong")
			r := post("/api/auth/login", `{"username":"JOHN","password":"wrong"}`)
			r.RemoteAddr = "192.0.2.7:4711"
			ask(t, h, r).is(t, 401, wrong)
		}
		a := h.send(t, "POST", "password", token, change(password, newPassword))
		a.is(t, 429, "Too many login attempts")
		require.Regexp(t, `^[1-9]\d*$`, a.header.Get("Retry-After"))
		r := post("/api/auth/login", `{"username":"john","password":"`+password+`"}`)
		r.RemoteAddr = "192.0.2.7:4711"
		ask(t, h, r).is(t, 429, "Too many login attempts")
		require.True(t, h.valid(t, token), "live sessions are unaffected")
	})
}
