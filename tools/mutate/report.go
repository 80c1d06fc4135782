package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// readEquivalent reads the list of mutants that no test can notice: a line each
// with the mutant's name, " # " and the reason. Other lines are empty or begin
// with "#".
func readEquivalent(name string) (map[string]string, error) {
	known := map[string]string{}
	if name == "" {
		return known, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndex(line, " # ")
		if at < 0 || strings.TrimSpace(line[at+3:]) == "" {
			return nil, fmt.Errorf("%s:%d: no reason: end the line with \" # \" and why no test can notice", name, n)
		}
		mutant := strings.TrimSpace(line[:at])
		if known[mutant] != "" {
			return nil, fmt.Errorf("%s:%d: listed twice", name, n)
		}
		known[mutant] = line[at+3:]
	}
	return known, lines.Err()
}

// report prints the survivors and the count.
func report(w io.Writer, dir string, results []result) {
	count := map[string]int{}
	for _, r := range results {
		count[r.fate]++
	}
	fmt.Fprintf(w, "\n%s: survivors\n", dir)
	for _, r := range results {
		if r.fate == survived {
			fmt.Fprintf(w, "%s/%s:%d: %s\n", dir, r.file.name, r.line, strings.TrimPrefix(r.name, dir+"/"+r.file.name+" "))
		}
	}
	tried := len(results) - count[invalid]
	dead := count[killed] + count[slow]
	fmt.Fprintf(w, "%s: %d mutants, %d did not compile; of %d, %d killed (%d of them by time), %d survived: %.1f %% killed\n\n",
		dir, len(results), count[invalid], tried, dead, count[slow], count[survived], 100*float64(dead)/float64(max(tried, 1)))
}

// check holds the list of equivalent mutants to what was seen.
func check(dir string, complete bool, results []result, known map[string]string) error {
	var errs []error
	seen := map[string]string{}
	for _, r := range results {
		seen[r.name] = r.fate
	}
	for name := range known {
		file, _, _ := strings.Cut(name, " ")
		if path.Dir(file) != dir {
			continue
		}
		switch fate, there := seen[name]; {
		case there && fate != survived:
			errs = append(errs, fmt.Errorf("listed as equivalent, but %s: %s", fate, name))
		case !there && complete:
			errs = append(errs, fmt.Errorf("listed as equivalent, but there is no such mutant: %s", name))
		}
	}
	return errors.Join(errs...)
}
