package result_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/bench/internal/result"
)

func TestQuantiles(t *testing.T) {
	s := result.Sample{9, 1, 5, 3, 7}
	require.Equal(t, 5.0, s.Median())
	require.Equal(t, 3.0, s.Quantile(0.25))
	require.Equal(t, 7.0, s.Quantile(0.75))
	require.Equal(t, 1.0, s.Quantile(0))
	require.Equal(t, 9.0, s.Quantile(1))
	require.Equal(t, 4.0, result.Sample{7, 1, 5, 3}.Median(), "between the two in the middle")
	require.Equal(t, 2.0, result.Sample{2}.Quantile(0.99))
	require.Equal(t, result.Sample{9, 1, 5, 3, 7}, s, "the rounds stay in their order")
}

// A round that was disturbed disturbs its own ratio only.
func TestRatiosAreTakenByRound(t *testing.T) {
	ours, floor := result.Sample{10, 1000, 12}, result.Sample{5, 500, 4}
	require.Equal(t, result.Sample{2, 2, 3}, result.Ratio(ours, floor))
	require.Equal(t, 25.0, result.Sample{10, 15}.Sum())
}

func TestABarIsMetUpToItsLimit(t *testing.T) {
	most, least := result.AtMost(1.25, "x"), result.AtLeast(4, "x")
	require.True(t, most.Met(1.25))
	require.True(t, most.Met(0.5))
	require.False(t, most.Met(1.2501))
	require.True(t, least.Met(4))
	require.True(t, least.Met(9))
	require.False(t, least.Met(3.999))
	require.False(t, most.Met(math.NaN()), "what is not a number meets nothing")
	require.False(t, least.Met(math.NaN()))
	require.Equal(t, "<= 1.25x", most.String())
	require.Equal(t, ">= 4x", least.String())
}

func table() *result.Table {
	return result.NewTable([]result.Figure{
		{Name: "fast", Text: "how fast", Bar: result.AtMost(2, "x")},
		{Name: "small", Text: "how small", Bar: result.AtMost(100, " MiB")},
	})
}

func TestATableKnowsWhatIsMissing(t *testing.T) {
	table := table()
	require.Equal(t, []string{"fast", "small"}, table.Incomplete())
	require.Equal(t, []string{"fast", "small"}, table.Unmet(), "what was not measured is not met")
	table.Add("fast", result.Sample{3, 1, 2})
	require.Equal(t, []string{"small"}, table.Incomplete())
	table.Skip("no server", "small")
	require.Empty(t, table.Incomplete())
	require.Empty(t, table.Unmet(), "the median counts, and a reason is no failure")
	table.Add("fast", result.Sample{4, 4, 4})
	require.Equal(t, []string{"fast"}, table.Unmet())
	require.Panics(t, func() { table.Add("slow", result.Sample{1}) })
}

func TestThePage(t *testing.T) {
	table := table()
	table.Add("fast", result.Sample{1, 2, 3, 4, 5})
	table.AddBeside("fast", "other", "x", result.Sample{20})
	table.AddBeside("fast", "other", "x", result.Sample{22})
	table.Note("fast", "%d rows", 7)
	table.Skip("no server", "small")
	require.Equal(t, `| figure | bar | measured | | beside it |
|---|---|---|---|---|
| how fast | <= 2x | 3x (2-4) | NOT met | other 21x (20.5-21.5); 7 rows |
| how small | <= 100 MiB |  | not measured: no server |  |
`, table.Markdown())
	require.NotContains(t, table.Plain(false), "NOT met", "a smoke run judges nothing")
	require.Contains(t, table.Plain(true), "NOT met")
}

func TestOnlyWhatIsBetweenTheMarkersIsReplaced(t *testing.T) {
	page := "# Title\n\n<!-- measured: begin -->\nold\n<!-- measured: end -->\n\nprose\n"
	once, err := result.Replace(page, "new\n")
	require.NoError(t, err)
	require.Equal(t, "# Title\n\n<!-- measured: begin -->\nnew\n<!-- measured: end -->\n\nprose\n", once)
	twice, err := result.Replace(once, "new\n")
	require.NoError(t, err)
	require.Equal(t, once, twice)
	_, err = result.Replace("# Title\n", "new\n")
	require.Error(t, err)
}
