package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// What has become of a mutant.
const (
	killed   = "killed"
	slow     = "killed by time"
	survived = "survived"
	invalid  = "does not compile"
)

type result struct {
	*mutant
	outcome
	name string
}

// binary is the tests of one package, compiled.
type binary struct {
	pkg
	path  string
	args  []string
	env   []string
	limit time.Duration // of one run, on the clock
	cpu   int           // of one run, in seconds of the processor
	tests []test        // from the fastest to the slowest; nil: not looked at one by one
}

// test is one test, fuzz target with its seeds, or example.
type test struct {
	name        string
	clock, took time.Duration // on the clock, and of the processor's time
	reaches     map[int]bool  // mutants
}

// trial is what it takes to try the mutants of a package.
type trial struct {
	config
	*source
	tmp    string
	tests  []binary // the package's own first, then from the fastest to the slowest
	others []pkg    // whose tests link the package
}

func mutate(c config, dir string) ([]result, error) {
	s, err := load(c.root, dir)
	if err != nil {
		return nil, err
	}
	t := &trial{config: c, source: s}
	if t.tmp, err = os.MkdirTemp("", "mutate"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(t.tmp)
	var results []result
	for _, m := range find(s) {
		if r := (result{mutant: m, name: m.name(dir)}); c.only == nil || c.only.MatchString(r.name) {
			results = append(results, r)
		}
	}
	if c.list {
		for _, r := range results {
			fmt.Println(r.name)
		}
		return results, nil
	}
	if err := t.build(); err != nil {
		return nil, err
	}
	return results, t.all(results)
}

// build compiles the tests with every mutant in them, and runs them once with
// none of them on: they must pass, and show how long they take.
func (t *trial) build() error {
	replace := map[string]string{filepath.Join(t.Dir, "zz_mutant.go"): fmt.Sprintf(support, t.types.Name())}
	for _, f := range t.files {
		replace[filepath.Join(t.Dir, f.name)] = f.whole()
	}
	overlay, err := t.overlay("all", replace)
	if err != nil {
		return err
	}
	if t.dependents {
		if t.others, err = dependents(t.root, t.ImportPath); err != nil {
			return err
		}
	}
	for i, p := range append([]pkg{t.pkg}, t.others...) {
		b, err := t.compile(p, overlay, "all"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		if b, err = t.pace(b); err != nil {
			return err
		}
		if i == 0 {
			if b.tests, err = t.trace(b); err != nil {
				return err
			}
			t.tests = append(t.tests, b)
			continue
		}
		at, _ := slices.BinarySearchFunc(t.tests[1:], b, func(a, b binary) int { return cmp.Compare(a.limit, b.limit) })
		t.tests = slices.Insert(t.tests, 1+at, b)
	}
	return nil
}

// pace runs tests with no mutant on: they must pass, and show how long they
// take.
func (t *trial) pace(b binary) (binary, error) {
	b.limit, b.cpu = 10*time.Minute, 600
	began := time.Now()
	r := t.run(b, 0)
	if r.fate != survived {
		return b, fmt.Errorf("the tests of %s fail without any mutant: %s", b.ImportPath, r.by)
	}
	took := time.Since(began)
	fmt.Printf("%s: tests take %v, %v of the processor\n", b.ImportPath, took.Round(time.Millisecond), r.cpu.Round(time.Millisecond))
	return b.within(took, r.cpu), nil
}

// within returns b with the limits of what takes so long without a mutant.
func (b binary) within(clock, cpu time.Duration) binary {
	b.limit, b.cpu = 10*time.Second+5*clock, 5+3*int(cpu.Seconds())
	return b
}

// trace runs tests one by one and notes which mutants each of them reaches: no
// other test can notice one.
func (t *trial) trace(b binary) (tests []test, err error) {
	out, err := exec.Command(b.path, "-test.list", ".").Output()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(t.tmp, "trace")
	for _, name := range strings.Fields(string(out)) {
		if t.skip != "" && regexp.MustCompile(t.skip).MatchString(name) {
			continue
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			return nil, err
		}
		b := b
		b.env = []string{"MUTANT_TRACE=" + file}
		began := time.Now()
		r := t.run(b, 0, only(name)...)
		if r.fate != survived {
			return nil, fmt.Errorf("%s fails without any mutant: %s", name, r.by)
		}
		reached, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		one := test{name: name, clock: time.Since(began), took: r.cpu, reaches: map[int]bool{}}
		for _, id := range strings.Fields(string(reached)) {
			n, _ := strconv.Atoi(id)
			one.reaches[n] = true
		}
		tests = append(tests, one)
	}
	slices.SortFunc(tests, func(a, b test) int { return cmp.Compare(a.took, b.took) })
	return tests, nil
}

func only(names ...string) []string {
	return []string{"-test.run", "^(" + strings.Join(names, "|") + ")$"}
}

// overlay writes the files that stand in the place of others.
func (t *trial) overlay(name string, replace map[string]string) (string, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for path, text := range replace {
		to := filepath.Join(t.tmp, name+"-"+filepath.Base(path))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[path] = to
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	path := filepath.Join(t.tmp, name+".json")
	return path, os.WriteFile(path, text, 0o600)
}

// compile makes the test binary of a package.
func (t *trial) compile(p pkg, overlay, name string) (binary, error) {
	b := binary{pkg: p, path: filepath.Join(t.tmp, name+".test"), args: []string{"-test.failfast"}}
	if p.imports("pgregory.net/rapid") {
		b.args = append(b.args, "-rapid.nofailfile") // it writes below testdata
	}
	_, err := goTool(t.root, "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.path, p.ImportPath)
	return b, err
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// quick is what a test takes that is run together with others.
const quick = 300 * time.Millisecond

// ask runs the tests that reach a mutant, the quick ones first and together.
// One with a binary of its own is on without being named, and all tests are
// asked.
func (t *trial) ask(b binary, id int) (r outcome) {
	if b.tests == nil {
		return t.run(b, id)
	}
	var first []string
	var then []test
	var clock, took time.Duration // of the first
	for _, one := range b.tests {
		switch {
		case id > 0 && !one.reaches[id]:
		case one.took < quick:
			first = append(first, one.name)
			clock, took = clock+one.clock, took+one.took
		default:
			then = append(then, one)
		}
	}
	r.fate = survived
	if first != nil {
		r = t.run(b.within(clock, took), id, only(first...)...)
	}
	for _, one := range then {
		if r.fate == survived {
			r = t.run(b.within(one.clock, one.took), id, only(one.name)...)
		}
	}
	return r
}

// outcome is what a run of tests came to.
type outcome struct {
	fate, by string
	cpu      time.Duration
}

// run runs tests with one mutant on; 0 is none.
func (t *trial) run(b binary, id int, args ...string) (r outcome) {
	ctx, cancel := context.WithTimeout(context.Background(), b.limit)
	defer cancel()
	// A mutant that allocates for ever is stopped before it takes the machine along.
	limits := fmt.Sprintf(`ulimit -v 8000000; ulimit -t %d; exec "$@"`, b.cpu)
	args = slices.Concat([]string{"-c", limits, "sh", b.path, "-test.skip", t.skip}, b.args, args)
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Dir, cmd.WaitDelay = b.Dir, time.Second
	cmd.Env = append(append(cmd.Environ(), "MUTANT="+strconv.Itoa(id)), b.env...)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return outcome{survived, "", cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ctx.Err() != nil || ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return outcome{fate: slow}
	}
	if m := failure.FindSubmatch(out); m != nil {
		return outcome{fate: killed, by: string(m[1])}
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return outcome{fate: killed, by: first}
}

// all tries the mutants, a few at once. One run in fifty has no mutant: if it
// fails, the tests kill by chance and the numbers mean nothing.
func (t *trial) all(results []result) error {
	todo := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for range t.parallel {
		wg.Go(func() {
			for i := range todo {
				if err := t.try(&results[i], i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range results {
		todo <- i
	}
	close(todo)
	wg.Wait()
	return errors.Join(errs...)
}

func (t *trial) try(r *result, i int) error {
	if i%50 == 49 {
		if o := t.ask(t.tests[0], 0); o.fate != survived {
			return fmt.Errorf("the tests failed without any mutant: %s %s", o.fate, o.by)
		}
	}
	if r.splice != nil {
		t.tryAlone(r)
	} else {
		for _, b := range t.tests {
			if r.outcome = t.ask(b, r.id); r.fate != survived {
				break
			}
		}
	}
	if t.verbose || r.fate == survived {
		fmt.Printf("%s:%d: %s: %s %s\n", r.file.name, r.line, r.change, r.fate, r.by)
	}
	return nil
}

// tryAlone tries a mutant that has a binary of its own.
func (t *trial) tryAlone(r *result) {
	name := "one" + strconv.Itoa(r.id)
	overlay, err := t.overlay(name, map[string]string{filepath.Join(t.Dir, r.file.name): r.file.with(r.splice)})
	if err != nil {
		r.fate, r.by = invalid, err.Error()
		return
	}
	for _, b := range t.tests {
		one, err := t.compile(b.pkg, overlay, name)
		if err != nil {
			r.fate, r.by = invalid, err.Error()
			return
		}
		one.limit, one.cpu, one.tests = b.limit, b.cpu, b.tests
		r.outcome = t.ask(one, 0)
		os.Remove(one.path)
		if r.fate != survived {
			return
		}
	}
}
