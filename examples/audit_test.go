package examples_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// auditLine is what authctl audit -json prints of an event.
type auditLine struct {
	Kind, Username, Reason, Error string
	UserID                        string `json:"user_id"`
	ActorID                       string `json:"actor_id"`
	UserAgent                     string `json:"user_agent"`
	Remote                        string
	Count                         int
}

func audit(t *testing.T, dsn string, args ...string) []auditLine {
	t.Helper()
	out := mustAuthctl(t, dsn, "", append([]string{"audit", "-json"}, args...)...)
	var lines []auditLine
	for line := range strings.Lines(out) {
		var l auditLine
		require.NoError(t, json.Unmarshal([]byte(line), &l), line)
		lines = append(lines, l)
	}
	return lines
}

func TestWhatHappenedIsOnRecord(t *testing.T) {
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			dsn := d.open(t).users
			s := start(t, []string{"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=" + strings.Repeat("k", 40),
				"NVIDIA_API_KEY=nvapi-" + strings.Repeat("x", 64)})
			addJohn(t, dsn)
			admin := s.login(t, "admin", s.password)
			john := s.login(t, "john", johnsPassword)
			require.Equal(t, 200, s.call(t, "GET", "nvidia-credentials", admin, "").status)
			require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("John", "wrong")).status)
			require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("my secret passphrase", "wrong")).status)
			require.Equal(t, 200, s.call(t, "POST", "logout", john, "").status)
			mustAuthctl(t, dsn, "", "user", "role", "john", "admin")
			mustAuthctl(t, dsn, "another long passphrase\n", "user", "passwd", "john")
			mustAuthctl(t, dsn, "", "user", "disable", "john")

			var kinds []string
			for _, l := range audit(t, dsn) {
				kinds = append(kinds, l.Kind+" "+l.Username)
				require.NotContains(t, l.Reason+l.Username+l.UserID, "passphrase", "what was typed as a name is not on record")
			}
			require.Equal(t, []string{
				"account.created admin", "account.created john", "login admin", "login john", "credential.viewed admin",
				"login.failed john", "login.failed ", "logout ", "role.changed john", "session.ended ",
				"password.changed john", "session.ended ", "active.changed john", "session.ended ",
			}, kinds)

			viewed := audit(t, dsn, "-kind", "credential.viewed", "-user", "admin")
			require.Len(t, viewed, 1)
			require.Equal(t, "nvidia", viewed[0].Reason)
			require.Equal(t, "127.0.0.1", viewed[0].Remote)
			require.Equal(t, "authctl", audit(t, dsn, "-kind", "active.changed")[0].UserAgent)
			require.Len(t, audit(t, dsn, "-n", "3"), 3)
			require.Empty(t, audit(t, dsn, "-since", "1ns"))

			table := mustAuthctl(t, dsn, "", "audit", "-user", "john", "-n", "2")
			require.Regexp(t, `(?m)^\S+Z +active\.changed +john +- +disabled, with authctl$`, table)
		})
	}
}

// The record outlives what it is about.
func TestTheRecordOfADeletedAccountIsFoundByItsID(t *testing.T) {
	dsn := fileDSN(t)
	mustAuthctl(t, dsn, johnsPassword+"\n", "user", "add", "-username", "john", "-email", "john@example.com")
	id := audit(t, dsn)[0].UserID
	mustAuthctl(t, dsn, "", "user", "delete", "john")
	require.Len(t, audit(t, dsn, "-user", id), 3, "created, deleted, sessions ended")
	_, code := authctl(t, dsn, "", "audit", "-n", "0")
	require.Equal(t, 2, code)
}
