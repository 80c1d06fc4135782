package result

import (
	"fmt"
	"strings"
)

// Bar is what a figure has to reach.
type Bar struct {
	Least bool    // at least Limit; else at most
	Limit float64 // in Unit
	Unit  string  // "x" for a ratio, " MiB", " bytes" or ""
}

// AtMost is met by Limit and all below it.
func AtMost(limit float64, unit string) Bar { return Bar{false, limit, unit} }

// AtLeast is met by Limit and all above it.
func AtLeast(limit float64, unit string) Bar { return Bar{true, limit, unit} }

// Met judges a value. What is not a number meets nothing.
func (b Bar) Met(v float64) bool {
	if b.Least {
		return v >= b.Limit
	}
	return v <= b.Limit
}

func (b Bar) String() string {
	if b.Least {
		return ">= " + number(b.Limit) + b.Unit
	}
	return "<= " + number(b.Limit) + b.Unit
}

// Figure is a row of the table: what is compared with what, and its bar.
type Figure struct {
	Name string // for -only
	Text string
	Bar  Bar
}

// Beside is what somebody else came to in the same rounds. It is not judged.
type Beside struct {
	Who  string
	Unit string
	Sample
}

// Result is a figure that was measured, or the reason why it was not.
type Result struct {
	Figure
	Sample
	Beside  []Beside
	Notes   []string
	Missing string // "": measured
}

// Met judges the median.
func (r *Result) Met() bool { return r.Missing == "" && len(r.Sample) > 0 && r.Bar.Met(r.Median()) }

// Verdict is the last word of a row.
func (r *Result) Verdict() string {
	switch {
	case r.Missing != "":
		return "not measured: " + r.Missing
	case r.Met():
		return "met"
	}
	return "NOT met"
}

// Spread is the median and, of several rounds, the quartiles.
func Spread(s Sample, unit string) string {
	if len(s) == 0 {
		return ""
	}
	if len(s) == 1 || s.Quantile(0) == s.Quantile(1) {
		return number(s.Median()) + unit
	}
	return fmt.Sprintf("%s%s (%s-%s)", number(s.Median()), unit, number(s.Quantile(0.25)), number(s.Quantile(0.75)))
}

// Others is what stands beside a figure: the peers, and the notes.
func (r *Result) Others() string {
	var parts []string
	for _, b := range r.Beside {
		parts = append(parts, b.Who+" "+Spread(b.Sample, b.Unit))
	}
	return strings.Join(append(parts, r.Notes...), "; ")
}

// number has three digits that count.
func number(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
