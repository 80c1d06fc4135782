package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// pkg is what go list says of a package.
type pkg struct {
	Dir, ImportPath, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Deps, TestImports, XTestImports    []string
}

func (p pkg) imports(path string) bool {
	return slices.Contains(p.TestImports, path) || slices.Contains(p.XTestImports, path)
}

// goTool runs the go command in the module alone, whatever a go.work says.
func goTool(root string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.Bytes())
	}
	return out, nil
}

func list(root string, args ...string) ([]pkg, error) {
	out, err := goTool(root, append([]string{"list", "-json"}, args...)...)
	if err != nil {
		return nil, err
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}

// dependents are the packages of the module with tests that link a package.
func dependents(root, path string) ([]pkg, error) {
	all, err := list(root, "./...")
	if err != nil {
		return nil, err
	}
	links := func(p pkg) bool { return p.ImportPath == path || slices.Contains(p.Deps, path) }
	linked := map[string]bool{}
	for _, p := range all {
		linked[p.ImportPath] = links(p)
	}
	return slices.DeleteFunc(all, func(p pkg) bool {
		used := linked[p.ImportPath]
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			used = used || linked[imp]
		}
		return p.ImportPath == path || !used || len(p.TestGoFiles)+len(p.XTestGoFiles) == 0
	}), nil
}

// source is a package, parsed and with its types.
type source struct {
	pkg
	fset  *token.FileSet
	files []*file
	info  *types.Info
	types *types.Package
}

// file is one source file and the edits in it.
type file struct {
	name string // as in GoFiles
	text []byte
	tree *ast.File
	base int // the token.Pos of its first byte
	edit []*edit
}

func load(root, dir string) (*source, error) {
	deps, err := list(root, "-deps", "-export", "./"+dir)
	if err != nil {
		return nil, err
	}
	export := map[string]string{}
	for _, p := range deps {
		export[p.ImportPath] = p.Export
	}
	s := &source{pkg: deps[len(deps)-1], fset: token.NewFileSet(), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	var trees []*ast.File
	for _, name := range s.GoFiles {
		text, err := os.ReadFile(filepath.Join(s.Dir, name))
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(s.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, &file{name: name, text: text, tree: tree, base: int(tree.FileStart)})
		trees = append(trees, tree)
	}
	conf := types.Config{Importer: importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })}
	s.types, err = conf.Check(s.ImportPath, s.fset, trees, s.info)
	return s, err
}
