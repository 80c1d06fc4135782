package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fates are what became of the mutants of testdata/sample.
func fates(t *testing.T, c config) ([]result, map[string]string) {
	t.Helper()
	root, err := filepath.Abs("testdata/sample")
	if err != nil {
		t.Fatal(err)
	}
	c.root, c.parallel = root, 2
	results, err := mutate(c, ".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range results {
		all[r.name] = r.fate
	}
	return results, all
}

// Each change is there, and what the sample's tests do not notice survives.
func TestFates(t *testing.T) {
	_, got := fates(t, config{dependents: true})
	want := map[string]string{
		"declaration: 3 -> 2 in const most = 3":                     killed,
		"declaration: 3 -> 4 in const most = 3":                     killed,
		"declaration: 2 -> 1 in var wait = 2 * time.Second":         killed, // by package user
		"declaration: 2 -> 3 in var wait = 2 * time.Second":         killed,
		"Add: n < 0 || n > most -> n < 0 && n > most":               killed,
		"Add: n < 0 -> n <= 0":                                      survived,
		"Add: n < 0 -> n >= 0":                                      killed,
		"Add: 0 -> 1 in if n < 0 || n > most {":                     survived,
		"Add: n > most -> n >= most":                                killed,
		"Add: n > most -> n <= most":                                killed,
		`Add: return nil, errors.New("out of bounds") -> nil error`: killed,
		"Add: drop: list = append(list, n)":                         killed,
		"Loop: !done -> done":                                       killed,
		"Loop: drop: n++":                                           slow,
		"Loop: n == 2 -> n != 2":                                    killed,
		"Loop: 2 -> 1 in done = n == 2":                             killed,
		"Loop: 2 -> 3 in done = n == 2":                             killed,
		"Loop: drop: done = n == 2":                                 slow,
		"Untested: true -> false":                                   survived,
	}
	for name, fate := range want {
		if got["./sample.go "+name] != fate {
			t.Errorf("%s: %q, want %q", name, got["./sample.go "+name], fate)
		}
	}
	for name, fate := range got {
		if want[strings.TrimPrefix(name, "./sample.go ")] == "" {
			t.Errorf("not expected: %s: %s", name, fate)
		}
	}
}

// The tree is as it was, and the tests of other packages are not asked unless
// they are wanted.
func TestOwnTestsAlone(t *testing.T) {
	before, err := os.ReadFile("testdata/sample/sample.go")
	if err != nil {
		t.Fatal(err)
	}
	_, got := fates(t, config{only: regexp.MustCompile("wait")})
	if fate := got["./sample.go declaration: 2 -> 3 in var wait = 2 * time.Second"]; fate != survived {
		t.Errorf("what only another package's tests notice: %q", fate)
	}
	after, err := os.ReadFile("testdata/sample/sample.go")
	if err != nil || string(after) != string(before) {
		t.Errorf("the source has changed: %v", err)
	}
}

// A list of equivalent mutants that does not match what was seen is an error.
func TestTheListMustMatch(t *testing.T) {
	results := []result{
		{name: "a/x.go f: alive", outcome: outcome{fate: survived}},
		{name: "a/x.go f: dead", outcome: outcome{fate: killed}},
	}
	for listed, want := range map[string]string{
		"a/x.go f: alive": "",
		"b/y.go f: gone":  "", // of another package
		"a/x.go f: dead":  "killed",
		"a/x.go f: gone":  "no such mutant",
	} {
		err := check("a", true, results, map[string]string{listed: "why"})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", listed, err)
		}
	}
}

func TestReadEquivalent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	read := func(text string) (map[string]string, error) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return readEquivalent(file)
	}
	got, err := read("# a comment\n\na/x.go f: 1 -> 2 in a # b # why\n")
	if err != nil || len(got) != 1 || got["a/x.go f: 1 -> 2 in a # b"] != "why" {
		t.Error(got, err)
	}
	for _, bad := range []string{"a/x.go f: no reason\n", "a/x.go f: x # \n", "a # b\na # c\n"} {
		if got, err := read(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// The real list is in order and each of its names has a file.
func TestTheRealList(t *testing.T) {
	known, err := readEquivalent("equivalent.txt")
	if err != nil || len(known) == 0 {
		t.Fatal(len(known), err)
	}
	text, err := os.ReadFile("equivalent.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			file, _, _ := strings.Cut(line, " ")
			names = append(names, file)
			if _, err := os.Stat(filepath.Join("../..", file)); err != nil {
				t.Error(err)
			}
		}
	}
	if !slices.IsSorted(names) {
		t.Error("the list is in order of files")
	}
}
