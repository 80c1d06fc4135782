package sallyport_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?ms)^ *```go\n(.*?)^ *```$")

// Code on a page stands in a file that CI compiles, word for word. An ellipsis
// leaves something out.
func TestTheCodeOfEveryPageCompiles(t *testing.T) {
	sources := compiled(t)
	found := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, block := range goBlock.FindAllStringSubmatch(string(text), -1) {
			if !stands(block[1], sources) {
				t.Errorf("%s shows code that no compiled file has:\n%s", page, block[1])
			}
			found++
		}
		require.Equal(t, strings.Count(string(text), "```go"), len(goBlock.FindAllString(string(text), -1)), "%s has a block that is not closed", page)
	}
	require.Greater(t, found, 40)
}

// compiled are the Go files of all modules, each as one line.
func compiled(t *testing.T) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if !strings.HasPrefix(string(source), "//go:build") {
			all = append(all, oneLine(string(source)))
		}
		return err
	}))
	return all
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// stands reports whether one of the sources has the block, its parts between
// ellipses in this order.
func stands(block string, sources []string) bool {
	for _, rest := range sources {
		whole := true
		for part := range strings.SplitSeq(block, "…") {
			_, after, ok := strings.Cut(rest, oneLine(part))
			rest, whole = after, whole && ok
		}
		if whole {
			return true
		}
	}
	return false
}

func TestStands(t *testing.T) {
	sources := []string{oneLine("package a\n\nfunc f() {\n\tg(1,\n\t\t2)\n}"), oneLine("package b\nvar x = 3 // three")}
	for block, want := range map[string]bool{
		"g(1,\n2)":             true,
		"func f() { … }":       true,
		"} … func f()":         false,
		"g(1, 3)":              false,
		"package a … var x":    false,
		"var x   = 3 // three": true,
		"var x = 3 // four":    false,
	} {
		require.Equal(t, want, stands(block, sources), block)
	}
}
