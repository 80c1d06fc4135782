package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// finder walks a file and notes its mutants.
type finder struct {
	*source
	file     *file
	function string
	results  *types.Tuple // of the function
	found    []*mutant

	fixed  map[ast.Node]bool // must be constant, or has no effect
	header map[ast.Stmt]bool // belongs to an if, for, switch or select, and cannot be dropped
}

// find returns the mutants of a package; the files have the edits.
func find(s *source) []*mutant {
	f := &finder{source: s, fixed: map[ast.Node]bool{}, header: map[ast.Stmt]bool{}}
	for _, f.file = range s.files {
		for _, d := range f.file.tree.Decls {
			f.function, f.results = "declaration", nil
			if fn, ok := d.(*ast.FuncDecl); ok {
				f.function = functionName(fn)
				f.results = s.info.Defs[fn.Name].Type().(*types.Signature).Results()
			}
			f.walk(d)
		}
	}
	return f.found
}

func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if i, ok := t.(*ast.IndexExpr); ok {
		t = i.X
	}
	return types.ExprString(t) + "." + fn.Name.Name
}

// walk visits a node and what is in it, with the results of the function
// literal around it.
func (f *finder) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil || f.fixed[n] {
			return false
		}
		if lit, ok := n.(*ast.FuncLit); ok && n != root {
			outer := f.results
			f.results = f.info.Types[lit].Type.(*types.Signature).Results()
			f.walk(lit.Body)
			f.results = outer
			return false
		}
		if e, ok := n.(ast.Expr); ok && f.info.Types[e].Value != nil {
			f.numbers(e)
			f.truth(e)
			return false
		}
		f.visit(n)
		return true
	})
}

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.GenDecl:
		f.declaration(n)
	case *ast.ArrayType:
		f.fix(n.Len)
	case *ast.CallExpr:
		f.capacity(n)
	case *ast.IfStmt:
		f.heads(n.Init)
		f.condition(n.Cond)
	case *ast.ForStmt:
		f.heads(n.Init, n.Post)
		f.condition(n.Cond)
	case *ast.SwitchStmt:
		f.heads(n.Init)
		if n.Tag == nil {
			f.cases(n.Body)
		}
	case *ast.TypeSwitchStmt:
		f.heads(n.Init, n.Assign)
	case *ast.CommClause:
		f.heads(n.Comm)
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.negate(n)
		}
	case *ast.ReturnStmt:
		f.returns(n)
	case ast.Stmt:
		f.statement(n)
	}
}

func (f *finder) heads(statements ...ast.Stmt) {
	for _, s := range statements {
		if s != nil {
			f.header[s] = true
		}
	}
}

func (f *finder) fix(n ast.Expr) {
	if n != nil {
		f.fixed[n] = true
	}
}

// capacity leaves the third argument of make alone: it is a hint.
func (f *finder) capacity(call *ast.CallExpr) {
	if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "make" && len(call.Args) == 3 {
		f.fix(call.Args[2])
	}
}

// note adds a mutant and returns the condition under which it is on.
func (f *finder) note(n ast.Node, change string) *mutant {
	change = strings.Join(strings.Fields(change), " ")
	m := &mutant{id: len(f.found) + 1, file: f.file, line: f.fset.Position(n.Pos()).Line, function: f.function, change: change}
	for _, other := range f.found {
		if other.file == m.file && other.function == m.function && other.change == m.change {
			m.again++
		}
	}
	f.found = append(f.found, m)
	return m
}

func (f *finder) changed(n ast.Node, is string) *mutant {
	return f.note(n, f.file.original(n)+" -> "+is)
}

var otherOperators = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.GEQ: {token.GTR, token.LSS},
	token.GTR: {token.GEQ, token.LEQ}, token.LEQ: {token.LSS, token.GTR},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
}

// binary gives an expression other operators. Each spelling is evaluated only
// when it is the one that is on, so nothing is done twice.
func (f *finder) binary(n *ast.BinaryExpr) {
	ops := otherOperators[n.Op]
	if ops == nil {
		return
	}
	if n.Op == token.LAND || n.Op == token.LOR {
		f.condition(n.X)
		f.condition(n.Y)
	}
	file, ids := f.file, make([]int, len(ops))
	for i, op := range ops {
		ids[i] = f.changed(n, file.original(n.X)+" "+op.String()+" "+file.original(n.Y)).id
	}
	file.add(n, func(e *edit) string {
		x, y := file.inside(n.X, e), file.inside(n.Y, e)
		var on, off string
		for i, op := range ops {
			on += fmt.Sprintf("mutantIs(%d) && (%s %s %s) || ", ids[i], x, op, y)
			off += fmt.Sprintf("!mutantIs(%d) && ", ids[i])
		}
		return fmt.Sprintf("(%s%s(%s %s %s))", on, off, x, n.Op, y)
	})
}

// condition negates what is no comparison and no negation itself.
func (f *finder) condition(n ast.Expr) {
	switch n.(type) {
	case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr, *ast.IndexExpr:
		if tv := f.info.Types[n]; tv.Value == nil && types.Identical(tv.Type, types.Typ[types.Bool]) {
			f.negate(n)
		}
	}
}

func (f *finder) cases(body *ast.BlockStmt) {
	for _, c := range body.List {
		for _, e := range c.(*ast.CaseClause).List {
			f.condition(e)
		}
	}
}

func (f *finder) negate(n ast.Expr) {
	is := "!" + f.file.original(n)
	if not, ok := n.(*ast.UnaryExpr); ok {
		is = f.file.original(not.X)
	}
	f.flip(n, is)
}

func (f *finder) truth(n ast.Expr) {
	id, ok := n.(*ast.Ident)
	if !ok {
		return
	}
	if obj := f.info.Uses[id]; obj == types.Universe.Lookup("true") || obj == types.Universe.Lookup("false") {
		f.flip(n, map[string]string{"true": "false", "false": "true"}[id.Name])
	}
}

func (f *finder) flip(n ast.Expr, is string) {
	file, id := f.file, f.changed(n, is).id
	file.add(n, func(e *edit) string { return fmt.Sprintf("((%s) != mutantIs(%d))", file.inside(n, e), id) })
}

// neighbours of a whole number: 0 and 1 are each other's.
func neighbours(lit *ast.BasicLit) []string {
	v, err := strconv.ParseInt(lit.Value, 0, 64)
	switch {
	case err != nil:
		return nil
	case v == 0:
		return []string{"1"}
	}
	return []string{strconv.FormatInt(v-1, 10), strconv.FormatInt(v+1, 10)}
}

// numbers moves the whole numbers in an expression, whose value is constant, by
// one.
func (f *finder) numbers(n ast.Expr) {
	typ, nameable := f.typeName(f.info.Types[n].Type)
	for _, lit := range wholeNumbers(n) {
		for _, is := range neighbours(lit) {
			m := f.changed(lit, is+" in "+f.lineOf(n))
			if !nameable {
				m.splice = &splice{lit.Pos(), lit.End(), is}
				continue
			}
			file := f.file
			before, after := file.slice(n.Pos(), lit.Pos()), file.slice(lit.End(), n.End())
			file.add(n, func(e *edit) string {
				return fmt.Sprintf("mutantPick[%s](%d, %s, %s)", typ, m.id, file.inside(n, e), before+is+after)
			})
		}
	}
}

// wholeNumbers are the literals in an expression.
func wholeNumbers(n ast.Expr) (found []*ast.BasicLit) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.INT {
			found = append(found, lit)
		}
		return true
	})
	return found
}

// lineOf is the line that a node begins on.
func (f *finder) lineOf(n ast.Node) string {
	at := int(n.Pos()) - f.file.base
	begin := strings.LastIndexByte(string(f.file.text[:at]), '\n') + 1
	line, _, _ := strings.Cut(string(f.file.text[begin:]), "\n")
	line, _, _ = strings.Cut(line, "//")
	return strings.Join(strings.Fields(line), " ")
}

// typeName spells a type as the file can, where it can.
func (f *finder) typeName(t types.Type) (name string, ok bool) {
	if t == nil {
		return "", false
	}
	ok = true
	name = types.TypeString(types.Default(t), func(p *types.Package) string {
		if p == f.types {
			return ""
		}
		imported := slices.ContainsFunc(f.file.tree.Imports, func(i *ast.ImportSpec) bool {
			return i.Name == nil && i.Path.Value == strconv.Quote(p.Path())
		})
		ok = ok && imported
		return p.Name()
	})
	return name, ok
}

// declaration finds the numbers of constants, which have to be constant.
func (f *finder) declaration(d *ast.GenDecl) {
	if d.Tok != token.CONST {
		return
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		for _, value := range spec.Values {
			f.fix(value)
			for _, lit := range wholeNumbers(value) {
				for _, is := range neighbours(lit) {
					f.changed(lit, is+" in "+f.lineOf(lit)).splice = &splice{lit.Pos(), lit.End(), is}
				}
			}
		}
	}
}

// returns swaps an error for nil.
func (f *finder) returns(n *ast.ReturnStmt) {
	if f.results == nil || len(n.Results) != f.results.Len() {
		return
	}
	errorType := types.Universe.Lookup("error").Type()
	for i, r := range n.Results {
		if !types.Identical(f.results.At(i).Type(), errorType) || f.info.Types[r].IsNil() {
			continue
		}
		file, id := f.file, f.note(n, f.file.original(n)+" -> nil error").id
		file.add(r, func(e *edit) string { return fmt.Sprintf("mutantPick[error](%d, %s, nil)", id, file.inside(r, e)) })
	}
}

// statement drops a statement that nothing else stands on.
func (f *finder) statement(n ast.Stmt) {
	if f.header[n] {
		return
	}
	switch n := n.(type) {
	case *ast.ExprStmt:
		if call, ok := n.X.(*ast.CallExpr); ok && types.ExprString(call.Fun) == "panic" {
			return // it may be what ends the function
		}
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return
		}
	case *ast.BranchStmt:
		if n.Tok == token.FALLTHROUGH || n.Tok == token.GOTO {
			return
		}
	case *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt:
	default:
		return
	}
	file, id := f.file, f.note(n, "drop: "+f.file.original(n)).id
	file.add(n, func(e *edit) string { return fmt.Sprintf("if !mutantIs(%d) { %s }", id, file.inside(n, e)) })
}
