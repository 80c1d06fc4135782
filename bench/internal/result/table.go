package result

import (
	"fmt"
	"slices"
)

// Table is the figures in their order, filled in as they are measured.
type Table struct {
	Results []*Result
}

// NewTable has a row for each figure, none of them measured.
func NewTable(figures []Figure) *Table {
	t := new(Table)
	for _, f := range figures {
		t.Results = append(t.Results, &Result{Figure: f})
	}
	return t
}

// At returns the row of a figure. A name that is not in the table is a mistake
// in this program.
func (t *Table) At(name string) *Result {
	at := slices.IndexFunc(t.Results, func(r *Result) bool { return r.Name == name })
	if at < 0 {
		panic(fmt.Sprintf("no figure is called %q", name))
	}
	return t.Results[at]
}

// Add gives a figure its numbers.
func (t *Table) Add(name string, s Sample) { r := t.At(name); r.Sample = append(r.Sample, s...) }

// AddBeside puts somebody else's numbers beside a figure, after those it has.
func (t *Table) AddBeside(name, who, unit string, s Sample) {
	r := t.At(name)
	for i := range r.Beside {
		if b := &r.Beside[i]; b.Who == who {
			b.Sample = append(b.Sample, s...)
			return
		}
	}
	r.Beside = append(r.Beside, Beside{who, unit, slices.Clone(s)})
}

// Note says something about a figure.
func (t *Table) Note(name, format string, args ...any) {
	r := t.At(name)
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Skip says why figures were not measured.
func (t *Table) Skip(why string, names ...string) {
	for _, name := range names {
		t.At(name).Missing = why
	}
}

// Incomplete lists the figures that have neither a number nor a reason.
func (t *Table) Incomplete() (names []string) {
	for _, r := range t.Results {
		if r.Missing == "" && len(r.Sample) == 0 {
			names = append(names, r.Name)
		}
	}
	return names
}

// Unmet lists the figures that were measured and are beyond their bar.
func (t *Table) Unmet() (names []string) {
	for _, r := range t.Results {
		if r.Missing == "" && !r.Met() {
			names = append(names, r.Name)
		}
	}
	return names
}
