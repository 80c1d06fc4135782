package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

// The servers are this program, started again.
func TestMain(m *testing.M) {
	if serve.IsChild() {
		if err := serve.Child(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A row that nothing fills would be promised and never measured.
func TestEachFigureIsMeasuredOnce(t *testing.T) {
	var filled, promised []string
	for _, m := range measures {
		filled = append(filled, m.figures...)
	}
	for _, f := range figures(1, smoke()) {
		promised = append(promised, f.Name)
	}
	slices.Sort(filled)
	slices.Sort(promised)
	require.Equal(t, promised, filled)
}

func TestEachFigureIsJudged(t *testing.T) {
	all := figures(3, whole(15, 1_000_000))
	require.Len(t, all, 21)
	for _, f := range all {
		good, bad := f.Bar.Limit, f.Bar.Limit*1.01
		if f.Bar.Least {
			bad = f.Bar.Limit * 0.99
		}
		require.Positive(t, f.Bar.Limit, f.Name)
		table := result.NewTable([]result.Figure{f})
		require.Equal(t, []string{f.Name}, table.Unmet(), "never without a number")
		table.Add(f.Name, result.Sample{good, good, bad})
		require.Empty(t, table.Unmet(), f.Name)
		table.Add(f.Name, result.Sample{bad, bad})
		require.Equal(t, []string{f.Name}, table.Unmet())
	}
}

// These are the bars that were set; each has its one place here and there.
func TestTheBars(t *testing.T) {
	bars := make(map[string]string)
	for _, f := range figures(3, whole(15, 1_000_000)) {
		bars[f.Name] = f.Bar.String()
	}
	require.Equal(t, map[string]string{
		"verify-golang-jwt": ">= 4x", "verify-allocs": "<= 9", "verify-hmac": "<= 2.30x",
		"verify-eddsa": "<= 1.05x", "verify-es256": "<= 1.05x", "verify-rs256": "<= 1.05x",
		"http-memory": "<= 1.25x", "http-postgres": "<= 1.30x",
		"strict-postgres": "<= 1.25x", "strict-sqlite": "<= 1.25x",
		"logins":    ">= 0.90x",
		"storm-p99": "<= 5x", "storm-p50": "<= 1.30x", "storm-memory": "<= 187 MiB", // 3 x 3 slots x 19 + 16
		"rows-memory": "<= 1.30x", "rows-collected": "<= 1.30x", "rows-postgres": "<= 1.50x", "rows-sqlite": "<= 3x",
		"session-bytes": "<= 400 bytes",
		"import-sqlite": "<= 1.50x", "import-postgres": "<= 1.50x",
	}, bars)
}

// testLab is a run at its smallest, without a database.
func testLab(t *testing.T) *lab {
	l := &lab{sizes: smoke(), procs: 2, slots: 1, dir: t.TempDir()}
	l.table = result.NewTable(figures(l.slots, l.sizes))
	return l
}

func TestWhatIsNotAskedForHasAReason(t *testing.T) {
	l := testLab(t)
	require.NoError(t, l.run(t.Context(), []string{"sessions"}, io.Discard))
	require.Empty(t, l.table.Incomplete())
	require.Positive(t, l.table.At("session-bytes").Median())
	require.Equal(t, "not measured: not asked for", l.table.At("logins").Verdict())
	require.ErrorContains(t, l.run(t.Context(), []string{"speed"}, io.Discard), `no measure is called "speed"`)
}

func TestWithoutAServerItsRowsSaySo(t *testing.T) {
	l := testLab(t)
	require.NoError(t, l.run(t.Context(), []string{"strict"}, io.Discard))
	require.Equal(t, "not measured: no server", l.table.At("strict-postgres").Verdict())
	require.Positive(t, l.table.At("strict-sqlite").Median())
}

// Each server logs its users in, lets a token in and nobody without one: what
// is compared does what it is said to do.
func TestTheServersDoTheSame(t *testing.T) {
	for _, kind := range []string{"ours", "gin-jwt", "jwtauth", "PocketBase"} {
		t.Run(kind, func(t *testing.T) {
			p, err := serve.Start(t.Context(), serve.Config{Kind: kind, Users: 2, Dir: t.TempDir(), Body: []byte(`{"user":1}`)}, 2)
			require.NoError(t, err)
			tok, err := serve.Login(kind, p.Addr, 1)
			require.NoError(t, err)
			_, err = serve.Login(kind, p.Addr, 2)
			require.Error(t, err, "there are two users only")
			for token, want := range map[string]int{tok: http.StatusOK, tok[:len(tok)-6] + "AAAAAA": http.StatusUnauthorized} {
				c, err := serve.DialValidate(p.Addr, token)
				require.NoError(t, err)
				status, body, err := c.Do(true)
				require.NoError(t, err)
				require.Equal(t, want, status)
				require.NotEmpty(t, body)
				c.Close()
			}
			cpu, err := p.CPU()
			require.NoError(t, err)
			require.Positive(t, cpu)
			require.NoError(t, p.End())
			_, err = serve.Login(kind, p.Addr, 1)
			require.Error(t, err, "the server has ended")
		})
	}
}

// A run that is given up leaves no server behind.
func TestAServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := serve.Start(ctx, serve.Config{Kind: "bare"}, 1)
	require.NoError(t, err)
	cancel()
	require.Error(t, p.End())
	_, err = serve.DialValidate(p.Addr, "none")
	require.Error(t, err)
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	_, err := serve.Start(t.Context(), serve.Config{Kind: "none"}, 1)
	require.ErrorContains(t, err, `no server is called "none"`)
}

func TestTheStormIsSplitByTheTimeOfSending(t *testing.T) {
	ms := time.Millisecond
	c := &course{began: 1000 * ms, ended: 2000 * ms, probes: []probed{
		{100 * ms, 1 * ms}, {999 * ms, 900 * ms}, {1000 * ms, 50 * ms}, {1999 * ms, 70 * ms}, {2000 * ms, 2 * ms}, {2400 * ms, 2 * ms}, {2600 * ms, 2 * ms},
	}}
	quiet, loud := c.split()
	require.Equal(t, result.Sample{1, 900}, quiet)
	require.Equal(t, result.Sample{50, 70}, loud)
	points := c.points()
	require.Len(t, points, 5, "the last window may not be whole")
	require.Equal(t, 0.25, points[0].X)
	require.Equal(t, 900.0, points[1].Y)
}

// The page has the markers, and stays as it is around them.
func TestThePageCanBeWritten(t *testing.T) {
	page, err := os.ReadFile("../docs/performance.md")
	require.NoError(t, err)
	_, err = result.Replace(string(page), "new")
	require.NoError(t, err)
}

func TestAPartIsNeverWrittenToThePage(t *testing.T) {
	require.Error(t, bench(t.Context(), []string{"-docs", t.TempDir(), "-only", "verify"}, io.Discard))
	require.Error(t, bench(t.Context(), []string{"-docs", t.TempDir(), "-smoke"}, io.Discard))
}
