// Mutate changes a package in one small way at a time and says which changes
// its tests do not notice.
//
//	go run . [flags] DIR...
//
// A mutant flips a condition, drops a statement, swaps an error for nil or true
// for false, or moves a whole number by one. All mutants of a package are
// compiled into one test binary, which the environment variable MUTANT tells
// which of them to be; a mutant of a declared constant has a binary of its own.
// Nothing is written beside what the -overlay flag of go test reads, so the
// tree is as it was.
//
// The tests of the package run first, then those of the packages of the same
// module that link it. A mutant is killed when a test fails or when the tests
// do not end in time. One that does not compile is none.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

type config struct {
	root       string         // of the module whose packages are mutated
	equivalent string         // the file that lists the mutants no test can notice
	only       *regexp.Regexp // nil: all mutants
	skip       string         // tests that are not asked
	parallel   int
	dependents bool
	verbose    bool
	list       bool
}

func main() {
	var c config
	flag.StringVar(&c.root, "root", ".", "the module's `directory`; DIR is below it")
	flag.StringVar(&c.equivalent, "equivalent", "", "a `file` that lists the mutants no test can notice, each with a reason")
	flag.IntVar(&c.parallel, "parallel", runtime.GOMAXPROCS(0), "mutants tried at once")
	flag.BoolVar(&c.dependents, "dependents", true, "ask the tests of other packages too before a mutant counts as a survivor")
	flag.BoolVar(&c.verbose, "v", false, "print what kills each mutant")
	flag.StringVar(&c.skip, "skip", "", "ask no test whose name matches this `regexp`: one that measures time kills by chance")
	flag.BoolVar(&c.list, "list", false, "print the names of the mutants and try none")
	only := flag.String("only", "", "try only the mutants whose line in the report matches this `regexp`")
	flag.Parse()
	if *only != "" {
		c.only = regexp.MustCompile(*only)
	}
	if err := run(c, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(c config, dirs []string) error {
	var err error
	if c.root, err = filepath.Abs(c.root); err != nil {
		return err
	}
	known, err := readEquivalent(c.equivalent)
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range dirs {
		results, err := mutate(c, filepath.ToSlash(filepath.Clean(dir)))
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if c.list {
			continue
		}
		report(os.Stdout, dir, results)
		errs = append(errs, check(dir, c.only == nil, results, known))
	}
	return errors.Join(errs...)
}
