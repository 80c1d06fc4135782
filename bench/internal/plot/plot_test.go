package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/bench/internal/plot"
)

func chart(lines ...plot.Line) *plot.Chart {
	return &plot.Chart{Title: "latency <ours>", XUnit: "s", YUnit: "ms", Marked: "64 clients log in", From: 5, To: 15, Lines: lines}
}

// line has the same height all along.
func line(label string, y float64) plot.Line {
	return plot.Line{Label: label, Points: []plot.Point{{X: 0.25, Y: y}, {X: 10, Y: y}, {X: 19.75, Y: y}}}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.NotContains(t, svg, "NaN")
	require.NotContains(t, svg, "Inf")
}

var height = regexp.MustCompile(`<polyline class="line l\d" points="[\d.]+,([\d.]+) `)

// heights are where the lines begin, counted from the top.
func heights(t *testing.T, svg string) (all []float64) {
	t.Helper()
	for _, m := range height.FindAllStringSubmatch(svg, -1) {
		y, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		all = append(all, y)
	}
	return all
}

func TestTheScaleIsLogarithmic(t *testing.T) {
	svg := chart(line("a", 100), line("b", 1000), line("c", 10_000)).SVG()
	wellFormed(t, svg)
	at := heights(t, svg)
	require.Len(t, at, 3)
	require.Greater(t, at[0], at[1], "more is higher up")
	require.InDelta(t, at[0]-at[1], at[1]-at[2], 0.2, "ten times as much is as far up each time")
	for _, tick := range []string{">100 ms<", ">1000 ms<", ">10000 ms<"} {
		require.Contains(t, svg, tick)
	}
}

var label = regexp.MustCompile(`<text class="t\d" x="\d+" y="([\d.]+)">`)

func TestEachLineHasItsLabelAtItsEnd(t *testing.T) {
	svg := chart(line("ours", 1), line("gin-jwt", 1.01), line("PocketBase", 1.02)).SVG()
	wellFormed(t, svg)
	var last float64
	found := label.FindAllStringSubmatch(svg, -1)
	require.Len(t, found, 3)
	for i, m := range found {
		y, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		if i > 0 {
			require.GreaterOrEqual(t, last-y, 16.9, "labels of lines that end together do not cover each other")
		}
		last = y
	}
	for _, text := range []string{">ours<", ">gin-jwt<", ">PocketBase<", ">64 clients log in<", "latency &lt;ours&gt;"} {
		require.Contains(t, svg, text)
	}
	require.Contains(t, svg, "prefers-color-scheme: dark")
}

func TestNothingToDrawIsNoFault(t *testing.T) {
	wellFormed(t, chart().SVG())
	wellFormed(t, chart(plot.Line{Label: "empty"}).SVG())
	wellFormed(t, (&plot.Chart{}).SVG())
}
