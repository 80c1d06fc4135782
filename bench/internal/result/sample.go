// Package result keeps what was measured, judges it by the bars, and writes the
// page.
package result

import "slices"

// Sample is one number a round.
type Sample []float64

// Ratio divides what two variants took, round by round: what disturbs a round
// disturbs both.
func Ratio(a, b Sample) Sample {
	out := make(Sample, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] / b[i]
	}
	return out
}

// Quantile is the value below which a part q of the sample lies, from 0 to 1,
// between two numbers where it falls between them.
func (s Sample) Quantile(q float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Median is the middle.
func (s Sample) Median() float64 { return s.Quantile(0.5) }

// Sum adds all rounds.
func (s Sample) Sum() (sum float64) {
	for _, v := range s {
		sum += v
	}
	return sum
}
