package examples_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sessions returns the IDs of a token's user, and which of them is the token's.
func (s *server) sessions(t *testing.T, token string) (ids []string, current string) {
	t.Helper()
	a := s.call(t, "GET", "sessions", token, "")
	require.Equal(t, 200, a.status, a.body)
	for _, one := range a.json["sessions"].([]any) {
		row := one.(map[string]any)
		require.Len(t, row, 7, a.body)
		require.Equal(t, "127.0.0.1", row["address"])
		require.Contains(t, row["user_agent"], "Go-http-client")
		ids = append(ids, row["id"].(string))
		if row["current"] == true {
			current = row["id"].(string)
		}
	}
	return ids, current
}

func passwords(current, next string) string {
	b, _ := json.Marshal(map[string]string{"current_password": current, "new_password": next})
	return string(b)
}

// LESSONS 19 (File Browser CVE-2025-53826, memos CVE-2024-21635) and 6 (Keycloak
// CVE-2026-9798, CVE-2026-16103), with two processes on one database.
func TestPeopleLookAfterTheirOwn(t *testing.T) {
	dsn := fileDSN(t)
	all := []*server{start(t, nil, "-db", dsn), start(t, nil, "-db", dsn)}
	here, there := all[0], all[1]
	addJohn(t, dsn)
	mine, lost, old := here.login(t, "john", johnsPassword), there.login(t, "john", johnsPassword), there.login(t, "john", johnsPassword)
	admin := here.login(t, "admin", here.password)
	ids, _ := here.sessions(t, mine)
	require.Len(t, ids, 3, "one's own, of both processes")
	_, theirs := there.sessions(t, admin)
	_, id := there.sessions(t, lost)

	a := here.call(t, "DELETE", "sessions/"+theirs, mine, "")
	require.Equal(t, 404, a.status)
	require.Equal(t, a.body, here.call(t, "DELETE", "sessions/"+strings.Repeat("A", 26), mine, "").body, "somebody else's and nobody's are not told apart")
	require.Equal(t, 200, there.validate(t, admin))

	require.Equal(t, 200, here.call(t, "DELETE", "sessions/"+id, mine, "").status)
	require.Equal(t, 401, there.validate(t, lost), "on the other process, at the next request")
	require.Equal(t, 200, there.validate(t, old))

	a = here.call(t, "POST", "password", mine, passwords("wrong", "gravel tulip monsoon"))
	require.Equal(t, 403, a.status, a.body)
	require.Equal(t, 200, here.validate(t, mine), "who asked stays signed in")
	a = here.call(t, "POST", "password", mine, passwords(johnsPassword, "short"))
	require.Equal(t, 400, a.status)
	require.Contains(t, a.body, "15 characters")
	a = here.call(t, "POST", "password", mine, passwords(johnsPassword, "gravel tulip monsoon"))
	require.Equal(t, 200, a.status, a.body)
	for _, s := range all {
		require.Equal(t, 200, s.validate(t, mine))
		require.Equal(t, 401, s.validate(t, old))
		require.Equal(t, 401, s.call(t, "POST", "login", "", credentials("john", johnsPassword)).status)
	}
	again := there.login(t, "john", "gravel tulip monsoon")
	require.Equal(t, 200, there.call(t, "DELETE", "sessions", again, "").status)
	require.Equal(t, 401, here.validate(t, mine))

	guesses := statuses(20, func(i int) int {
		if i%2 == 0 {
			return all[i/2%2].call(t, "POST", "password", again, passwords("wrong", johnsPassword)).status
		}
		return all[i/2%2].call(t, "POST", "login", "", credentials("john", "wrong")).status
	})
	require.Equal(t, 7, guesses[401]+guesses[403], "ten in all are compared, with the three above: %v", guesses)
	require.Equal(t, 13, guesses[429])
	for _, s := range all {
		s.stop(t)
		for _, secret := range []string{johnsPassword, "gravel tulip monsoon", mine, again} {
			require.NotContains(t, s.stderr.String(), secret)
		}
	}
}

// A browser keeps its cookie over a change of the password, and loses it with
// its session.
func TestACookieLivesAndDiesWithItsSession(t *testing.T) {
	s := start(t, nil, "-db", "memory:")
	send := func(method, path, cookie, body string) *http.Response {
		req, err := http.NewRequest(method, s.url+"/api/auth/"+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", s.url)
		if cookie != "" {
			req.Header.Set("Cookie", "__Host-session="+cookie)
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp
	}
	resp := send("POST", "login", "", credentials("admin", s.password))
	require.Equal(t, 200, resp.StatusCode)
	require.Len(t, resp.Cookies(), 1)
	cookie := resp.Cookies()[0].Value
	resp = send("POST", "password", cookie, passwords(s.password, johnsPassword))
	require.Equal(t, 200, resp.StatusCode)
	require.Empty(t, resp.Cookies())
	require.Equal(t, 200, send("GET", "validate", cookie, "").StatusCode)
	_, id := s.sessions(t, cookie)
	resp = send("DELETE", "sessions/"+id, cookie, "")
	require.Equal(t, 200, resp.StatusCode)
	require.Len(t, resp.Cookies(), 1)
	require.Negative(t, resp.Cookies()[0].MaxAge)
	require.Equal(t, 401, send("GET", "validate", cookie, "").StatusCode)
	s.stop(t)
}
