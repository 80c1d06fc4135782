package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// mutant is one change, or what has become of it.
type mutant struct {
	id       int
	file     *file
	line     int
	function string
	change   string // "a < b -> a <= b" or "drop: f()"
	again    int    // how many before it in the function read the same

	splice *splice // of a mutant that has a binary of its own
}

// splice is new text for a part of a file.
type splice struct {
	pos, end token.Pos
	text     string
}

// name is what the list of equivalent mutants calls a mutant: it has no line
// number, which every change of the file would move.
func (m *mutant) name(dir string) string {
	n := fmt.Sprintf("%s/%s %s: %s", dir, m.file.name, m.function, m.change)
	if m.again > 0 {
		n += fmt.Sprintf(" (%d)", m.again+1)
	}
	return n
}

// edit replaces a node by text that behaves as it did unless MUTANT names one
// of its mutants.
type edit struct {
	pos, end token.Pos
	order    int // of two that are of one node, the first is around the other
	text     func(e *edit) string
}

func (f *file) add(n ast.Node, text func(e *edit) string) {
	f.edit = append(f.edit, &edit{n.Pos(), n.End(), len(f.edit), text})
}

// original is the text of a node as it stands in the file.
func (f *file) original(n ast.Node) string { return f.slice(n.Pos(), n.End()) }

func (f *file) slice(pos, end token.Pos) string {
	return string(f.text[int(pos)-f.base : int(end)-f.base])
}

// inside is the text of a node with all edits that lie in it, but for the one
// that asks.
func (f *file) inside(n ast.Node, but *edit) string { return f.render(n.Pos(), n.End(), but) }

func (f *file) render(pos, end token.Pos, but *edit) string {
	var out strings.Builder
	for at := pos; at < end; {
		next := f.outermost(at, end, but)
		if next == nil {
			out.WriteString(f.slice(at, end))
			break
		}
		out.WriteString(f.slice(at, next.pos))
		out.WriteString(next.text(next))
		at = next.end
	}
	return out.String()
}

// outermost is the first edit in a part of the file, and of those that begin
// together the longest.
func (f *file) outermost(pos, end token.Pos, but *edit) (first *edit) {
	for _, e := range f.edit {
		switch {
		case e.pos < pos || e.end > end:
		case but != nil && e.pos == but.pos && e.end == but.end && e.order <= but.order:
		case first == nil || e.pos < first.pos || e.pos == first.pos && e.end > first.end:
			first = e
		}
	}
	return first
}

// whole is the file with all of its edits.
func (f *file) whole() string {
	return f.render(f.tree.FileStart, f.tree.FileStart+token.Pos(len(f.text)), nil)
}

// with is the file with nothing but one change.
func (f *file) with(s *splice) string {
	return string(f.text[:int(s.pos)-f.base]) + s.text + string(f.text[int(s.end)-f.base:])
}

// support is the file that the edits call upon. With MUTANT_TRACE it notes in
// the file of that name which mutants are reached.
const support = `package %s

import (
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantNow, _   = strconv.Atoi(os.Getenv("MUTANT"))
	mutantTrace, _ = os.OpenFile(os.Getenv("MUTANT_TRACE"), os.O_WRONLY|os.O_APPEND, 0)
	mutantSeen     [1 << 16]atomic.Bool
)

func mutantIs(id int) bool {
	if mutantTrace != nil && !mutantSeen[id].Swap(true) {
		mutantTrace.WriteString(strconv.Itoa(id) + "\n")
	}
	return id == mutantNow
}

func mutantPick[T any](id int, was, is T) T {
	if mutantIs(id) {
		return is
	}
	return was
}
`
