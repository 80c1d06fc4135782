package sallyport_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// explained are the packages whose errors docs/errors.md lists: all but those
// for tests, and the programs.
var explained = []string{
	"auth", "auth/password", "auth/token", "credentials", "httpadapter", "otelauth", "store/memory", "store/redis", "store/sql",
	"examples/authctl", "examples/quickstart", "examples/internal/backend", "examples/internal/bulk", "examples/internal/serving", "examples/internal/setting",
}

// sources are the files of the explained packages, tests aside.
func sources(t *testing.T) (files []*ast.File) {
	t.Helper()
	for _, folder := range explained {
		paths, err := filepath.Glob(folder + "/*.go")
		require.NoError(t, err)
		require.NotEmpty(t, paths, folder)
		for _, path := range paths {
			if !strings.HasSuffix(path, "_test.go") {
				file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
				require.NoError(t, err)
				files = append(files, file)
			}
		}
	}
	return files
}

// errorText is the text of an error as the code has it, with its verbs.
type errorText string

var (
	verb      = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
	ownPrefix = regexp.MustCompile(`^[a-z]+: `)
	word      = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// says reports whether the text is a sentence, and not only put around another
// error.
func (e errorText) says() bool {
	rest := verb.ReplaceAllString(ownPrefix.ReplaceAllString(string(e), ""), "")
	return len(word.FindAllString(rest, 2)) == 2
}

// form matches what the text becomes, with anything in place of its verbs.
func (e errorText) form() *regexp.Regexp {
	var form strings.Builder
	last := 0
	for _, at := range verb.FindAllStringIndex(string(e), -1) {
		form.WriteString(regexp.QuoteMeta(string(e[last:at[0]])) + ".+")
		last = at[1]
	}
	return regexp.MustCompile("^" + form.String() + regexp.QuoteMeta(string(e[last:])) + "$")
}

// texts reads the errors out of a file: the literals given to errors.New and
// fmt.Errorf, and to a function of the file that puts something before them.
func texts(file *ast.File) (found []errorText) {
	shared := map[string]string{"errors.New": "", "fmt.Errorf": ""}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			maps.Copy(shared, prefix(f.Name, f.Body))
		}
	}
	for _, decl := range file.Decls {
		before := maps.Clone(shared)
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				maps.Copy(before, prefix(n.Lhs[0], n.Rhs[0]))
			case *ast.CallExpr:
				if first, ok := before[name(n.Fun)]; ok {
					found = append(found, errorText(first+literal(n.Args...)))
				}
			}
			return true
		})
	}
	return found
}

// prefix returns what a function puts before its format, by its name, if that
// is what it does.
func prefix(of, function ast.Node) map[string]string {
	all := map[string]string{}
	if _, ok := function.(ast.Expr); ok {
		if _, ok := function.(*ast.FuncLit); !ok {
			return all
		}
	}
	ast.Inspect(function, func(n ast.Node) bool {
		if sum, ok := n.(*ast.BinaryExpr); ok && sum.Op == token.ADD && name(sum.Y) == "format" {
			all[name(of)] = literal(sum.X)
		}
		return true
	})
	return all
}

func name(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.SelectorExpr:
		return name(n.X) + "." + n.Sel.Name
	}
	return ""
}

// literal returns the first string among them, or "".
func literal(args ...ast.Expr) string {
	for _, arg := range args {
		if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			return text
		}
	}
	return ""
}

// cells are the first cells in code of the tables under a head.
func cells(t *testing.T, head string) (all []string) {
	t.Helper()
	page, err := os.ReadFile("docs/errors.md")
	require.NoError(t, err)
	row := regexp.MustCompile("^\\| `([^`]+)` \\| ")
	under := false
	for line := range strings.Lines(string(page)) {
		switch m := row.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "| "+head+" |"):
			under = true
		case !strings.HasPrefix(line, "|"):
			under = false
		case under && m != nil:
			require.NotContains(t, all, m[1], "twice on the page")
			all = append(all, m[1])
		default:
			require.True(t, !under || strings.HasPrefix(line, "|---"), "not read: %s", line)
		}
	}
	return all
}

func TestTheErrorsPageHasEveryMessage(t *testing.T) {
	page := cells(t, "message")
	var forms []*regexp.Regexp
	for _, file := range sources(t) {
		for _, e := range texts(file) {
			if !e.says() {
				continue
			}
			forms = append(forms, e.form())
			if !slices.ContainsFunc(page, e.form().MatchString) {
				t.Errorf("docs/errors.md does not have %q", e)
			}
		}
	}
	require.Greater(t, len(forms), 150)
	for _, message := range page {
		if !slices.ContainsFunc(forms, func(form *regexp.Regexp) bool { return form.MatchString(message) }) {
			t.Errorf("docs/errors.md has %q, which no code says", message)
		}
	}
}

// Exported errors, as another package writes them.
func TestTheErrorsPageHasEverySentinel(t *testing.T) {
	var declared []string
	for _, file := range sources(t) {
		for _, decl := range file.Decls {
			values, _ := decl.(*ast.GenDecl)
			if values == nil || values.Tok != token.VAR {
				continue
			}
			for _, spec := range values.Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					if strings.HasPrefix(id.Name, "Err") {
						declared = append(declared, file.Name.Name+"."+id.Name)
					}
				}
			}
		}
	}
	require.ElementsMatch(t, declared, cells(t, "error"))
}

// What httpadapter answers, status and text.
func TestTheErrorsPageHasEveryAnswer(t *testing.T) {
	status := map[string]int{}
	for code := 400; code < 600; code++ {
		status["http.Status"+strings.ReplaceAll(http.StatusText(code), " ", "")] = code
	}
	var answers []string
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			made, ok := n.(*ast.CompositeLit)
			if !ok || name(made.Type) != "refusal" || len(made.Elts) != 2 {
				return true
			}
			code := status[name(made.Elts[0])]
			require.NotZero(t, code, name(made.Elts[0]))
			text := literal(made.Elts[1])
			if sum, ok := made.Elts[1].(*ast.BinaryExpr); ok { // one side differs
				if text = literal(sum.X) + "…"; text == "…" {
					text += literal(sum.Y)
				}
			}
			answers = append(answers, fmt.Sprintf("%d %s", code, text))
			return true
		})
	}
	require.ElementsMatch(t, answers, cells(t, "answer"))
}
