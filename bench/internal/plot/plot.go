// Package plot draws lines over time as SVG, on a logarithmic scale.
package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Point is a value at a time; both are positive.
type Point struct{ X, Y float64 }

// Line is what one of those compared did. Its label stands at its end.
type Line struct {
	Label  string
	Points []Point
}

// Chart is a plot with a span of time marked in it.
type Chart struct {
	Title    string
	XUnit    string // behind the last number below
	YUnit    string // behind each number at the left
	Marked   string // what happens in the span
	From, To float64
	Lines    []Line
}

const (
	width, height            = 760, 400
	left, right, top, bottom = 84, 110, 56, 40
)

// style has colours that are told apart in the light and in the dark, and by
// those who see fewer: the lines differ in dashes as well.
const style = `
  svg { font: 13px system-ui, sans-serif }
  .ground { fill: #ffffff } .text { fill: #24292f } .faint { fill: #57606a }
  .grid { stroke: #d0d7de } .span { fill: #eaeef2 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .l0 { stroke: #0550ae; stroke-width: 3 } .l1 { stroke: #bc4c00; stroke-dasharray: 7 3 } .l2 { stroke: #6639ba; stroke-dasharray: 2 3 }
  .t0 { fill: #0550ae; font-weight: 600 } .t1 { fill: #bc4c00 } .t2 { fill: #6639ba }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 }
    .grid { stroke: #30363d } .span { fill: #1c2128 }
    .l0 { stroke: #79c0ff } .l1 { stroke: #ffa657 } .l2 { stroke: #d2a8ff }
    .t0 { fill: #79c0ff } .t1 { fill: #ffa657 } .t2 { fill: #d2a8ff }
  }
`

// SVG draws the chart.
func (c *Chart) SVG() string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	s := c.scale()
	put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, escape(c.Title))
	put(`<style>%s</style>`, style)
	put(`<rect class="ground" width="%d" height="%d"/>`, width, height)
	put(`<text class="text" x="%d" y="24" font-weight="600">%s</text>`, left, escape(c.Title))
	if c.To > c.From {
		put(`<rect class="span" x="%.1f" y="%d" width="%.1f" height="%d"/>`, s.x(c.From), top, s.x(c.To)-s.x(c.From), height-top-bottom)
		put(`<text class="faint" x="%.1f" y="%d" text-anchor="middle">%s</text>`, s.x((c.From+c.To)/2), top-8, escape(c.Marked))
	}
	for y := s.lowest; y <= s.highest*1.001; y *= 10 {
		put(`<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, left, s.y(y), width-right, s.y(y))
		put(`<text class="faint" x="%d" y="%.1f" text-anchor="end">%s %s</text>`, left-8, s.y(y)+4, trim(y), escape(c.YUnit))
	}
	for x := 0.0; x <= s.latest; x += s.step {
		unit := ""
		if x+s.step > s.latest {
			unit = " " + c.XUnit
		}
		put(`<text class="faint" x="%.1f" y="%d" text-anchor="middle">%s%s</text>`, s.x(x), height-bottom+20, trim(x), escape(unit))
	}
	ends := c.ends(s)
	for i, l := range c.Lines {
		var points []string
		for _, p := range l.Points {
			points = append(points, fmt.Sprintf("%.1f,%.1f", s.x(p.X), s.y(p.Y)))
		}
		put(`<polyline class="line l%d" points="%s"/>`, i%3, strings.Join(points, " "))
		put(`<text class="t%d" x="%d" y="%.1f">%s</text>`, i%3, width-right+8, ends[i]+4, escape(l.Label))
	}
	put(`</svg>`)
	return b.String()
}

// scale turns values into places.
type scale struct{ lowest, highest, latest, step float64 }

func (c *Chart) scale() scale {
	low, high, latest := math.Inf(1), 0.0, c.To
	for _, l := range c.Lines {
		for _, p := range l.Points {
			low, high, latest = min(low, p.Y), max(high, p.Y), max(latest, p.X)
		}
	}
	if high == 0 {
		low, high = 1, 10
	}
	s := scale{math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high))), max(latest, 1e-9), 1}
	if s.lowest == s.highest {
		s.highest *= 10
	}
	for _, step := range []float64{0.5, 1, 2, 5, 10, 20, 50, 100} {
		if s.step = step; s.latest/step <= 10 {
			break
		}
	}
	return s
}

func (s scale) x(v float64) float64 { return left + v/s.latest*(width-left-right) }

func (s scale) y(v float64) float64 {
	part := (math.Log10(v) - math.Log10(s.lowest)) / (math.Log10(s.highest) - math.Log10(s.lowest))
	return height - bottom - part*(height-top-bottom)
}

// apart is how far labels stand from each other.
const apart = 17

// ends are the heights of the labels: where the lines end, and apart.
func (c *Chart) ends(s scale) []float64 {
	at, order := make([]float64, len(c.Lines)), make([]int, len(c.Lines))
	for i, l := range c.Lines {
		order[i] = i
		if n := len(l.Points); n > 0 {
			at[i] = s.y(l.Points[n-1].Y)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, at[b]-at[a])) }) // the lowest first
	floor := float64(height - bottom)
	for _, i := range order {
		at[i] = min(at[i], floor)
		floor = at[i] - apart
	}
	return at
}

func trim(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
