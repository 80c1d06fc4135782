package bulk_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/bulk"
)

// seen is what a row came to.
type seen struct {
	line int
	raw  string // with what follows a long one
	a    auth.Account
	err  error
}

// readAll reads every row to its end.
func readAll(t testing.TB, content string, f bulk.Format) (header string, rows []seen) {
	t.Helper()
	r, err := bulk.NewReader(strings.NewReader(content), f)
	require.NoError(t, err)
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return string(r.Header), rows
		}
		require.NoError(t, err)
		s := seen{row.Line, string(row.Raw), row.Account, row.Err}
		if row.Rest != nil {
			rest, err := io.ReadAll(row.Rest)
			require.NoError(t, err)
			s.raw += string(rest)
		}
		rows = append(rows, s)
	}
}

// write writes accounts with their hashes.
func write(t testing.TB, f bulk.Format, accounts ...auth.Account) string {
	t.Helper()
	var b bytes.Buffer
	w, err := bulk.NewWriter(&b, f, true)
	require.NoError(t, err)
	for i := range accounts {
		require.NoError(t, w.Write(&accounts[i]))
	}
	require.NoError(t, w.Flush())
	return b.String()
}

func same(t testing.TB, want, got auth.Account) {
	t.Helper()
	require.Equal(t, want.User, got.User)
	require.Equal(t, want.PasswordHash.Reveal(), got.PasswordHash.Reveal())
}

// hostile are texts that some file format, or some program that opens such a
// file, takes for something else.
var hostile = []string{
	"", "plain", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", `say "hi"`, `"`, `""`, "a,b", ",", " outer ", "a\nb", "a\r\nb", "\r", "\n",
	`\.`, `\"`, `\u0041`, "null", "true", "#", "\ufeff", "\ufffd", "\u2028", "é東京🦊", "\x00", "\x1b[2J", "<&>", strings.Repeat("x", 5000),
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	any := func() string { return hostile[random.IntN(len(hostile))] }
	when := func() time.Time {
		if random.IntN(4) == 0 {
			return time.Time{}
		}
		return time.UnixMicro(random.Int64N(1e17) - 1e16).UTC()
	}
	var all []auth.Account
	for range 2000 {
		all = append(all, auth.Account{
			User: auth.User{
				ID: any(), Username: any(), Email: any(), Name: any(), Organization: any(), AWSRegion: any(),
				Role: auth.Role(any()), Active: random.IntN(2) == 0, CreatedAt: when(), UpdatedAt: when(), LastLogin: when(),
			},
			PasswordHash: auth.NewSecret(any()),
		})
	}
	for _, f := range []bulk.Format{bulk.CSV, bulk.JSONL} {
		_, rows := readAll(t, write(t, f, all...), f)
		require.Len(t, rows, len(all), f)
		for i, row := range rows {
			require.NoError(t, row.err)
			same(t, all[i], row.a)
		}
	}
}

func TestNoHashIsWrittenUnasked(t *testing.T) {
	a := auth.Account{User: auth.User{Username: "john"}, PasswordHash: auth.NewSecret("the hash")}
	for _, f := range []bulk.Format{bulk.CSV, bulk.JSONL} {
		var b bytes.Buffer
		w, err := bulk.NewWriter(&b, f, false)
		require.NoError(t, err)
		require.NoError(t, w.Write(&a))
		require.NoError(t, w.Flush())
		require.NotContains(t, b.String(), "hash")
		require.Contains(t, b.String(), "john")
	}
	a.Name = "\xff"
	w, err := bulk.NewWriter(io.Discard, bulk.JSONL, false)
	require.NoError(t, err)
	require.ErrorContains(t, w.Write(&a), "UTF-8", "nothing is altered on the way")
}

func TestHeaders(t *testing.T) {
	for content, says := range map[string]string{
		"":                                   "empty",
		"name,email\n":                       "no username",
		"username,nickname\n":                `"nickname" is none of id, username, email`,
		"Username\n":                         `"Username" is none of`,
		"$2b$10$wi4DL5P4jLFlt9ZMQ0K2Xe\n":    "a name of 29 bytes is none of",
		"0123456789abcdef0123456789abcdef\n": "a name of 32 bytes is none of",
		"username,email,username\n":          "username is there twice",
		"username,password\n":                "passwords as they were typed",
		"username,Passwd\n":                  "passwords as they were typed",
		"username,\xff\n":                    "UTF-8",
		"\xff\xfeu\x00s\x00e\x00r\x00n\x00":  "UTF-8",
		`username,"email`:                    "never closed",
		strings.Repeat("a", bulk.MaxRow):     "longer than 65536",
	} {
		_, err := bulk.NewReader(strings.NewReader(content), bulk.CSV)
		require.ErrorContains(t, err, says, "%.50q", content)
	}
	for _, content := range []string{"email,username\njohn@example.com,john\n", "\ufeffemail,username\r\njohn@example.com,john\r\n", "\"email\",\"username\"\n\n\"john@example.com\",john"} {
		header, rows := readAll(t, content, bulk.CSV)
		require.Equal(t, strings.TrimPrefix(strings.SplitAfter(content, "\n")[0], "\ufeff"), header)
		require.Len(t, rows, 1, "%q", content)
		require.NoError(t, rows[0].err)
		same(t, auth.Account{User: auth.User{Username: "john", Email: "john@example.com", Active: true}}, rows[0].a)
	}
}

func TestBadCSVRows(t *testing.T) {
	const first, last = "u1,u1@example.com,true,,\n", "u2,u2@example.com,false,2024-05-06T12:00:00.5+02:00,h\n"
	for bad, says := range map[string]string{
		"x\n":                             "has 1 fields, and there are 5 columns",
		"x,x@example.com,true,,,\n":       "has 6 fields",
		"x,x@example.com,maybe,,\n":       "is_active is neither true nor false",
		"x,,true,yesterday,\n":            "created_at is not a time like",
		"x,,true,2024-05-06 12:00:00,\n":  "created_at is not a time like",
		"x,,true,2024-02-30T00:00:00Z,\n": "created_at is not a time like",
		"x,,true,0000-01-01T00:00:00Z,\n": "created_at is not a time like",
		"\xff,,true,,\n":                  "is not UTF-8",
		"x \"y\",,true,,\n":               "a quote within a field",
		"\"x\"y,,true,,\n":                "text behind a closing quote",
		"\"x\"y,\"\nmallory,m@example.com,true,,\n\",true,,\n":                                    "text behind a closing quote",
		"\"x\n\n\",,true,,,\n":                                                                    "has 6 fields",
		"x," + strings.Repeat("y", bulk.MaxRow) + ",true,,\n":                                     "is longer than 65536 bytes",
		"x,\"" + strings.Repeat("\nmallory,m@example.com,true,,", bulk.MaxRow/20) + "\",true,,\n": "is longer than 65536 bytes",
	} {
		header := "username,email,is_active,created_at,password_hash\n"
		_, rows := readAll(t, header+first+bad+last, bulk.CSV)
		require.Len(t, rows, 3, "nothing within quotes becomes a row: %.60q", bad)
		require.NoError(t, rows[0].err)
		require.ErrorContains(t, rows[1].err, says, "%.60q", bad)
		require.Equal(t, bad, rows[1].raw, "a bad row is as it was")
		require.Equal(t, 3, rows[1].line)
		require.NoError(t, rows[2].err, "the good ones go on behind %.60q", bad)
		require.Equal(t, 3+strings.Count(bad, "\n"), rows[2].line, "lines, not rows")
		same(t, auth.Account{
			User:         auth.User{Username: "u2", Email: "u2@example.com", CreatedAt: time.Date(2024, 5, 6, 10, 0, 0, 5e8, time.UTC)},
			PasswordHash: auth.NewSecret("h"),
		}, rows[2].a)
	}
	_, rows := readAll(t, "username,name\na,b\nx,\"open\nc,d\n", bulk.CSV)
	require.Len(t, rows, 2)
	require.ErrorContains(t, rows[1].err, "never closed")
	require.Equal(t, "x,\"open\nc,d\n", rows[1].raw, "and it is all kept")
}

func TestBadJSONRows(t *testing.T) {
	for bad, says := range map[string]string{
		`{`:                                      "is not one JSON object",
		`x`:                                      "is not one JSON object",
		`null`:                                   "is not one JSON object",
		`[]`:                                     "is not one JSON object",
		`"x"`:                                    "is not one JSON object",
		`{"username":"x"} {}`:                    "is not one JSON object",
		`{"username":"x"}x`:                      "is not one JSON object",
		`{"username":"x",}`:                      "is not one JSON object",
		`{"username":"x","username":"y"}`:        "username is there twice",
		`{"username":"x","nickname":"y"}`:        `"nickname" is none of`,
		`{"USERNAME":"x"}`:                       `"USERNAME" is none of`,
		`{"username":"x","pa\u0073sword":"y"}`:   "passwords as they were typed",
		`{"username":1}`:                         "username is not a string",
		`{"username":["x"]}`:                     "username is not a string",
		`{"username":"x","is_active":"true"}`:    "is_active is neither true nor false",
		`{"username":"x","is_active":1}`:         "is_active is neither true nor false",
		`{"username":"x","created_at":0}`:        "created_at is not a string",
		`{"username":"x","last_login":"now"}`:    "last_login is not a time like",
		`{"username":"x","name":"\ud800"}`:       "half a character",
		`{"username":"x","name":"\udc00\ud800"}`: "half a character",
		`{"username":"x","name":"\ud800\\u"}`:    "half a character",
		"{\"username\":\"\xff\"}":                "is not UTF-8",
		"{\"username\":\"x\x00\"}":               "is not one JSON object",
		strings.Repeat("[", 10_000):              "is not one JSON object",
		strings.Repeat(`{"name":`, 5000):         "name is not a string",
		"\"" + strings.Repeat("x", 200_000):      "is longer than 65536 bytes",
	} {
		const good = `{"username":"u","is_active":false,"name":"\\ud800 \ud83e\udd8a","email":null,"id":""}` + "\n"
		_, rows := readAll(t, good+"\r\n"+bad+"\n"+good, bulk.JSONL)
		require.Len(t, rows, 3, "%.60q", bad)
		require.Error(t, rows[1].err, "%.60q", bad)
		if !strings.HasPrefix(bad, `{"name":{`) { // cut off, it is no object at all
			require.ErrorContains(t, rows[1].err, says, "%.60q", bad)
		}
		require.Equal(t, bad+"\n", rows[1].raw)
		require.Equal(t, 3, rows[1].line)
		for _, i := range []int{0, 2} {
			require.NoError(t, rows[i].err)
			same(t, auth.Account{User: auth.User{Username: "u", Name: `\ud800 🦊`}}, rows[i].a)
		}
	}
}

// broken fails in the middle.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("input/output error")
	}
	return n, err
}

func TestAFileThatCannotBeReadIsNotAtItsEnd(t *testing.T) {
	for _, content := range []string{"username\na\nb", "username\na\n" + strings.Repeat("x", 2*bulk.MaxRow)} {
		r, err := bulk.NewReader(broken{strings.NewReader(content)}, bulk.CSV)
		require.NoError(t, err)
		for range 3 {
			if _, err = r.Next(); err != nil {
				break
			}
		}
		require.ErrorContains(t, err, "input/output error")
	}
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name, path string
		fallback   bulk.Format
		want       bulk.Format
	}{
		{"", "a.csv", "", bulk.CSV}, {"", "a.jsonl", "", bulk.JSONL}, {"csv", "a.jsonl", "", bulk.CSV},
		{"", "-", bulk.JSONL, bulk.JSONL}, {"", "a.csv", bulk.JSONL, bulk.CSV}, {"", "", "", ""}, {"xml", "a.csv", "", ""}, {"", "a.xml", "", ""},
	} {
		got, err := bulk.FormatOf(c.name, c.path, c.fallback)
		require.Equal(t, c.want, got, "%+v", c)
		require.Equal(t, c.want == "", err != nil, "%+v", c)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,,true,,\n", "\"a\nb\",\"\"\"\",1,,\r\n", "\"open\n", "\"a\"b,\"c\n", "\n\r\n\r", "=1,@b,f,2024-05-06T12:00:00.123456789+05:30,$2b$\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		checkRows(t, "username,name,is_active,last_login,password_hash\n", content, bulk.CSV)
	})
}

func FuzzJSONL(f *testing.F) {
	for _, s := range []string{`{"username":"a"}`, `{"username":"\ud83e\udd8a","is_active":false}` + "\n{}\n", `{"name":"\ud800"}`, "[]\r\n\n", `{"created_at":"2024-05-06T12:00:00Z","id":null}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		checkRows(t, "", strings.TrimPrefix(content, "\ufeff"), bulk.JSONL)
	})
}

// checkRows holds what was read against the file: every byte is in a row or in
// a blank line, in order and counted right, and what was accepted is what is
// written and read again.
func checkRows(t *testing.T, header, content string, f bulk.Format) {
	_, rows := readAll(t, header+content, f)
	line := strings.Count(header, "\n") + 1
	rest := content
	blank := func() bool {
		for _, end := range []string{"\n", "\r\n"} {
			if after, ok := strings.CutPrefix(rest, end); ok {
				rest = after
				line++
				return true
			}
		}
		return false
	}
	for _, row := range rows {
		for !strings.HasPrefix(rest, row.raw) || row.line != line {
			if !blank() {
				t.Fatalf("row %q of line %d is not what comes next, in line %d: %.100q", row.raw, row.line, line, rest)
			}
		}
		rest = rest[len(row.raw):]
		line += strings.Count(row.raw, "\n")
		if row.err != nil {
			continue
		}
		for _, other := range []bulk.Format{bulk.CSV, bulk.JSONL} {
			_, again := readAll(t, write(t, other, row.a), other)
			if len(again) != 1 || again[0].err != nil {
				t.Fatalf("%q is written as %d rows: %v", row.raw, len(again), again)
			}
			same(t, row.a, again[0].a)
		}
	}
	for blank() {
	}
	if rest != "" && rest != "\r" {
		t.Fatalf("%d bytes were lost: %.100q", len(rest), rest)
	}
}
