package sallyport_test

import (
	"go/ast"
	"go/doc"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// offered are the packages that others import: those of the published module,
// and two that are published on their own.
func offered() []string {
	all := []string{"otelauth", "store/redis"}
	for folder := range mayImport {
		if !strings.HasPrefix(folder, "internal/") {
			all = append(all, folder)
		}
	}
	return all
}

// examplesBeside are those that need a driver, which another module has.
var examplesBeside = map[string]string{"store/sql": "store/sql/drivertest"}

// loader imports our packages from their files, so that nested modules are seen
// too, and those of the standard library. Of others it knows nothing, which
// hides no name of ours.
type loader struct {
	*token.FileSet
	std  types.Importer
	ours map[string]*types.Package
}

func newLoader() *loader {
	return &loader{token.NewFileSet(), importer.Default(), map[string]*types.Package{}}
}

func (l *loader) Import(path string) (*types.Package, error) {
	folder, ours := strings.CutPrefix(path+"/", module+"/")
	if !ours {
		return l.std.Import(path)
	}
	if l.ours[path] == nil {
		files, err := l.parse(folder, false)
		if err != nil {
			return nil, err
		}
		l.ours[path], _ = l.check(path, files, true)
	}
	return l.ours[path], nil
}

// parse reads the files of a folder, those of tests or the others, without
// those that are built only sometimes.
func (l *loader) parse(folder string, tests bool) (files []*ast.File, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(l.FileSet, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if len(file.Comments) == 0 || !strings.HasPrefix(file.Comments[0].List[0].Text, "//go:build") {
			files = append(files, file)
		}
	}
	return files, err
}

// check says what the names in the files are, as far as that is known.
func (l *loader) check(path string, files []*ast.File, declarations bool) (*types.Package, map[*ast.Ident]types.Object) {
	config := types.Config{Importer: l, IgnoreFuncBodies: declarations, Error: func(error) {}}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked, _ := config.Check(path, l.FileSet, files, &info)
	return checked, info.Uses
}

// calls are the functions that Examples call, or give away to be called.
type calls map[types.Object]bool

// examples reads the Examples of a folder: what is called in those that are run
// and print something, and in all. Each file is read alone, as a reader does.
func (l *loader) examples(t *testing.T, folder string) (run, all calls) {
	t.Helper()
	files, err := l.parse(folder, true)
	require.NoError(t, err)
	run, all = calls{}, calls{}
	for _, file := range files {
		examples := doc.Examples(file)
		if len(examples) == 0 {
			continue
		}
		_, uses := l.check(file.Name.Name, []*ast.File{file}, false)
		for _, e := range examples {
			all.add(e.Code, uses)
			if e.Output != "" {
				run.add(e.Code, uses)
			}
		}
	}
	return run, all
}

func (c calls) add(code ast.Node, uses map[*ast.Ident]types.Object) {
	note := func(e ast.Expr) {
		if selected, ok := e.(*ast.SelectorExpr); ok {
			c[uses[selected.Sel]] = true
		}
	}
	ast.Inspect(code, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			note(n.Fun)
			for _, arg := range n.Args {
				note(arg)
			}
		case *ast.KeyValueExpr:
			note(n.Value)
		}
		return true
	})
}

// entryPoints are what a user of the package calls: its exported functions, and
// the exported methods of its exported types but for what is promised.
func (l *loader) entryPoints(t *testing.T, p *types.Package) (all []*types.Func) {
	t.Helper()
	encoding, err := l.Import("encoding")
	require.NoError(t, err)
	promises := interfaces(p, map[*types.Package]bool{p: true}, encoding)
	for _, name := range p.Scope().Names() {
		switch o := p.Scope().Lookup(name).(type) {
		case *types.Func:
			if o.Exported() {
				all = append(all, o)
			}
		case *types.TypeName:
			named, ok := o.Type().(*types.Named)
			if !ok || !o.Exported() {
				continue
			}
			for m := range named.Methods() {
				if m.Exported() && !promised(m, types.NewPointer(named), promises) {
					all = append(all, m)
				}
			}
		}
	}
	return all
}

// interfaces are error and those of the packages that p imports, and of more:
// what p has methods for so that others call them, such as auth.SessionStore
// and fmt.Stringer.
func interfaces(p *types.Package, seen map[*types.Package]bool, more ...*types.Package) []*types.Interface {
	all := []*types.Interface{types.Universe.Lookup("error").Type().Underlying().(*types.Interface)}
	for _, imported := range append(more, p.Imports()...) {
		if seen[imported] {
			continue
		}
		seen[imported] = true
		for _, name := range imported.Scope().Names() {
			if i, ok := imported.Scope().Lookup(name).Type().Underlying().(*types.Interface); ok && token.IsExported(name) {
				all = append(all, i)
			}
		}
		all = append(all, interfaces(imported, seen)...)
	}
	return all
}

// promised reports whether a method of a type is there for an interface, or is
// the Unwrap of an error.
func promised(m *types.Func, of types.Type, interfaces []*types.Interface) bool {
	return slices.ContainsFunc(interfaces, func(i *types.Interface) bool {
		for method := range i.Methods() {
			if method.Name() == m.Name() || method.Name() == "Error" && m.Name() == "Unwrap" {
				return types.Implements(of, i)
			}
		}
		return false
	})
}

// forTests reports whether a function wants a *testing.T, which no Example has.
func forTests(f *types.Func) bool {
	for v := range f.Signature().Params().Variables() {
		if v.Type().String() == "*testing.T" {
			return true
		}
	}
	return false
}

// Who reads a package's page finds every call in one of its Examples that was
// run. What wants a *testing.T is in one that was compiled.
func TestEveryEntryPointHasAnExample(t *testing.T) {
	l := newLoader()
	total := 0
	for _, folder := range offered() {
		p, err := l.Import(strings.TrimSuffix(module+"/"+folder, "/"))
		require.NoError(t, err)
		run, all := l.examples(t, folder)
		if beside, ok := examplesBeside[folder]; ok {
			more, _ := l.examples(t, beside)
			maps.Copy(run, more)
		}
		entries := l.entryPoints(t, p)
		total += len(entries)
		for _, f := range entries {
			if !run[f] && !(forTests(f) && all[f]) {
				t.Errorf("no Example with an Output, of the package itself, calls %s", f.FullName())
			}
		}
		if onlyTests := len(entries) > 0 && !slices.ContainsFunc(entries, func(f *types.Func) bool { return !forTests(f) }); len(run) == 0 && !onlyTests {
			t.Errorf("%q has no Example with an Output", folder)
		}
	}
	require.Greater(t, total, 120)
}

// The page itself is in doc.go, and links to a function to start with.
func TestEveryPackageSaysWhereToStart(t *testing.T) {
	l := newLoader()
	for _, folder := range offered() {
		file, err := parser.ParseFile(l.FileSet, filepath.Join(folder, "doc.go"), nil, parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		about := file.Doc.Text()
		if !strings.HasPrefix(about, "Package "+file.Name.Name+" ") {
			t.Errorf("%q: doc.go does not begin with what package %s is", folder, file.Name.Name)
		}
		p, err := l.Import(strings.TrimSuffix(module+"/"+folder, "/"))
		require.NoError(t, err)
		entries := l.entryPoints(t, p)
		if len(entries) > 0 && !slices.ContainsFunc(entries, func(f *types.Func) bool { return strings.Contains(about, "["+f.Name()+"]") }) {
			t.Errorf("%q: doc.go links to none of its functions", folder)
		}
	}
}
