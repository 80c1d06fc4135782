package sallyport_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/observability.md lists the attributes that this module's log records
// have, no more and no fewer.
func TestThePageListsEveryLogAttribute(t *testing.T) {
	page, err := os.ReadFile("docs/observability.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## Log attributes\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	listed := make(map[string]bool)
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(section, -1) {
		for _, m := range quoted.FindAllStringSubmatch(row[1], -1) {
			listed[m[1]] = true
		}
	}
	written := make(map[string]string)
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != "." || d.Name() == "testdata" {
			return fs.SkipDir
		}
		return logged(path, written)
	}))
	require.Greater(t, len(written), 12)
	for key, place := range written {
		require.True(t, listed[key], "%s logs %q, which the page does not list", place, key)
		delete(listed, key)
	}
	require.Empty(t, listed, "the page lists what nothing logs")
}

// logged collects the keys of log attributes in the files of a directory that
// are not tests: constants given to slog's constructors, to add of auth.Event,
// and between those arguments of a logger's method that come after the message.
func logged(dir string, keys map[string]string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for _, i := range keyPlaces(call) {
				if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					key, _ := strconv.Unquote(lit.Value)
					keys[key] = name
				}
			}
			return true
		})
	}
	return nil
}

// keyPlaces is which arguments of a call are keys of log attributes.
func keyPlaces(call *ast.CallExpr) (places []int) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "add" && len(call.Args) == 2 {
			return []int{0}
		}
	case *ast.SelectorExpr:
		from, _ := f.X.(*ast.Ident)
		switch f.Sel.Name {
		case "String", "Int", "Int64", "Any", "Bool", "Duration", "Time", "Group":
			if from != nil && from.Name == "slog" {
				return []int{0}
			}
		case "DebugContext", "InfoContext", "WarnContext", "ErrorContext":
			for i := 2; i < len(call.Args); i += 2 {
				places = append(places, i)
			}
		}
	}
	return places
}
