package examples_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
)

// hostile is what a stranger may write wherever something can be written.
var hostile = []string{
	"x\n2026-01-01T00:00:00Z  login  admin  192.0.2.1  forged",
	"x\r\ntime=2026-01-01T00:00:00.000Z level=ERROR msg=forged",
	"\x1b[2J\x1b]0;owned\x07\x1b[31m",
	"\u009b31m\u0085\u2028\u2029\x7f\x00",
	"\u202egnp.exe\u2066\u200f\u200b\ufeff",
	"x\"} {\"kind\":\"login\",\"username\":\"forged\"}",
	"x  login  forged",
	"wrong, by forged, 99 times",
	"\xff\xfe\xc3(",
	"event=login username=forged",
}

// isPlain checks that nothing in a text steers a terminal or a reader.
func isPlain(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		bad := strings.IndexFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsPrint(r) })
		require.Negative(t, bad, "%q", line)
		require.True(t, utf8.ValidString(line), "%q", line)
	}
}

// row is an event as audit prints it.
var row = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}(\S+|"([^"\\]|\\.)*") +(\S+|"([^"\\]|\\.)*") +(\S+) +\S.*$`)

// Whatever is in the database, by whatever way, authctl prints a line for an
// account and one for an event, in which nothing passes for something else.
func TestWhatIsStoredForgesNothing(t *testing.T) {
	dsn := fileDSN(t)
	store, err := backend.Open(dsn, "")
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	for i, h := range hostile {
		at := time.Now().UTC()
		require.NoError(t, store.SQL.CreateAccount(t.Context(), &auth.Account{User: auth.User{
			ID: fmt.Sprint("id-", i), Username: strings.ToValidUTF8(strings.ReplaceAll(h, "\x00", ""), "") + fmt.Sprint(i), Email: fmt.Sprint(i, "@", strings.ToValidUTF8(strings.ReplaceAll(h, "\x00", ""), "")),
			Role: auth.RoleUser, Active: true, CreatedAt: at, UpdatedAt: at,
		}}))
		require.NoError(t, store.SQL.Audit(t.Context(), auth.Event{
			Kind: auth.EventKind(h), Time: at, UserID: h, Username: h, ActorID: h, SessionID: h, UserAgent: h, Reason: h, Err: errors.New(h),
		}))
	}
	require.NoError(t, store.Close())

	list := mustAuthctl(t, dsn, "", "user", "list")
	isPlain(t, list)
	require.Len(t, strings.Split(strings.TrimSpace(list), "\n"), len(hostile))
	for line := range strings.Lines(list) {
		require.Len(t, columns(withoutQuotes(line)), 5, line)
	}
	table := mustAuthctl(t, dsn, "", "audit")
	isPlain(t, table)
	require.Len(t, strings.Split(strings.TrimSpace(table), "\n"), len(hostile), "a line for an event")
	for line := range strings.Lines(table) {
		require.Regexp(t, row, strings.TrimSuffix(line, "\n"))
		bare := withoutQuotes(line)
		require.Len(t, columns(bare), 5, line)
		require.NotRegexp(t, `by forged|99 times`, bare[strings.LastIndex(bare, "  "):], "what a stranger wrote stays in its quotes")
	}
	lines := mustAuthctl(t, dsn, "", "audit", "-json")
	isPlain(t, lines)
	n := 0
	for line := range strings.Lines(lines) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		kept := strings.ToValidUTF8(strings.ReplaceAll(hostile[n], "\x00", ""), "")
		require.Equal(t, kept, one["user_agent"], "and is still what it was")
		require.Equal(t, kept, one["kind"])
		n++
	}
	require.Equal(t, len(hostile), n)
	for _, h := range hostile {
		if strings.Contains(h, "\x00") {
			continue // no argument can have one
		}
		out, code := authctl(t, dsn, "", "user", "disable", h)
		require.Equal(t, 1, code)
		isPlain(t, strings.ReplaceAll(out, "\n2026", "2026")) // the operator's own words
	}
}

func columns(line string) []string {
	return regexp.MustCompile(` {2,}`).Split(strings.TrimSpace(line), -1)
}

func withoutQuotes(line string) string {
	return regexp.MustCompile(`"([^"\\]|\\.)*"`).ReplaceAllString(line, `""`)
}

// The rows of a file are strangers' words, too: each bad one is reported in a
// line of its own.
func TestImportedRowsForgeNothing(t *testing.T) {
	var content strings.Builder
	for _, h := range hostile {
		if text, err := json.Marshal(h); err == nil {
			fmt.Fprintf(&content, "{\"username\":%s,\"email\":%s,\"role\":%s,\"aws_region\":%s,%s:1}\n", text, text, text, text, text)
			fmt.Fprintf(&content, "{\"username\":%s,\"email\":%s,\"role\":%s}\n", text, text, text)
		}
	}
	out, code := authctl(t, fileDSN(t), "", "user", "import", save(t, "rows.jsonl", content.String()))
	require.Equal(t, 1, code, out)
	isPlain(t, out)
	reported := 0
	for line := range strings.Lines(out) {
		if regexp.MustCompile(`^line \d+: `).MatchString(line) {
			reported++
		}
	}
	require.Equal(t, 2*len(hostile), reported, out)
	require.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 2*len(hostile)+2, "beside the sum and the advice")
}

// What a client sends, in any header or field, forges no line of a server's log
// and no field of one.
func TestRequestsForgeNothing(t *testing.T) {
	dsn := fileDSN(t)
	s := start(t, nil, "-db", dsn)
	addJohn(t, dsn)
	for _, h := range hostile {
		header := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(h) // net/http refuses these
		for _, name := range []string{h, "john"} {
			body := credentials(name, h)
			send(t, strings.TrimPrefix(s.url, "http://"), fmt.Sprintf(
				"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: %s\r\nX-Forwarded-For: %s\r\nForwarded: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				header, header, header, len(body), body))
		}
	}
	s.stop(t)
	events := 0
	_, log, _ := strings.Cut(s.stderr.String(), "listening on")
	_, log, _ = strings.Cut(log, "\n")
	isPlain(t, log)
	for line := range strings.Lines(log) {
		require.Regexp(t, `^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (INFO|WARN|ERROR) auth [a-z.]+ event=[a-z.]+( [a-z_]+=("([^"\\]|\\.)*"|[^" =]+))*\n$`, line)
		require.NotRegexp(t, `username=forged|level=`, withoutQuotes(line))
		events++
	}
	require.GreaterOrEqual(t, events, 10)
	table := mustAuthctl(t, dsn, "", "audit", "-n", "500")
	isPlain(t, table)
	for line := range strings.Lines(table) {
		require.Regexp(t, row, strings.TrimSuffix(line, "\n"))
		require.NotContains(t, strings.Fields(line)[2], "forged")
	}
}
