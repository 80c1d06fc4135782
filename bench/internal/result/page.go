package result

import (
	"errors"
	"fmt"
	"strings"
)

// The markers between which a page is written anew.
const (
	begin = "<!-- measured: begin -->\n"
	end   = "<!-- measured: end -->\n"
)

// Replace puts text between the markers of a page.
func Replace(page, text string) (string, error) {
	head, rest, found := strings.Cut(page, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", errors.New("the page has no markers to write between")
	}
	return head + begin + text + end + tail, nil
}

// Markdown is the table as it stands on the page.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("| figure | bar | measured | | beside it |\n|---|---|---|---|---|\n")
	for _, r := range t.Results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Text, r.Bar, Spread(r.Sample, r.Bar.Unit), r.Verdict(), r.Others())
	}
	return b.String()
}

// Plain is the table for a terminal, those rows that have been measured or
// have a reason why not. Without judging there is no last word.
func (t *Table) Plain(judging bool) string {
	var b strings.Builder
	for _, r := range t.Results {
		if r.Missing == "" && len(r.Sample) == 0 {
			continue
		}
		verdict := r.Verdict()
		if !judging && r.Missing == "" {
			verdict = "not judged"
		}
		fmt.Fprintf(&b, "%-18s %-10s %-22s %s\n", r.Name, r.Bar, Spread(r.Sample, r.Bar.Unit), verdict)
		if others := r.Others(); others != "" {
			fmt.Fprintf(&b, "%18s %s\n", "", others)
		}
	}
	return b.String()
}
