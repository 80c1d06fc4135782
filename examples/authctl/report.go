package main

import (
	"fmt"
	"strings"
)

// report prints findings as they come.
type report struct {
	*tool
	json     bool
	failed   map[string]bool // the checks that found a failure
	failures int
	warnings int
}

// add prints what a check found. None is that all is well.
func (r *report) add(name string, found []finding) error {
	if len(found) == 0 {
		found = []finding{{Level: fine}}
	}
	for _, f := range found {
		f.Check = name
		switch f.Level {
		case failure:
			r.failures++
			r.failed[name] = true
		case warning:
			r.warnings++
		}
		if err := r.printFinding(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) printFinding(f finding) error {
	f.Text, f.Remedy = line(f.Text), line(f.Remedy)
	if r.json {
		return r.object(f)
	}
	switch f.Level {
	case failure:
		return r.print(fmt.Sprintf("%s: %s: %s\n", f.Check, f.Text, f.Remedy))
	case warning:
		return r.print(fmt.Sprintf("warning: %s: %s: %s\n", f.Check, f.Text, f.Remedy))
	}
	if r.terminal {
		return r.print(fmt.Sprintf("%s: %s\n", f.Level, f.Check))
	}
	return nil
}

// finish says how it went.
func (r *report) finish() error {
	switch {
	case r.failures > 0 && r.warnings > 0:
		return fmt.Errorf("%d found, and %d to be warned of", r.failures, r.warnings)
	case r.failures > 0:
		return fmt.Errorf("%d found", r.failures)
	case r.warnings == 0 && !r.json:
		return r.print("nothing found\n")
	}
	return nil
}

// line is a text in one line that steers no terminal: drivers write several,
// and repeat what they were told.
func line(text string) string { return visible(strings.Join(strings.Fields(text), " ")) }
