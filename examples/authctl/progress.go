package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress is a line that is written over and over, on a terminal only, and the
// lines that are reported meanwhile.
type progress struct {
	out      io.Writer
	terminal bool
	next     time.Time
}

const (
	progressEvery = 200 * time.Millisecond
	clearLine     = "\r\x1b[K"
)

func newProgress(f *os.File) *progress {
	return &progress{out: f, terminal: term.IsTerminal(int(f.Fd()))}
}

// show says how far it is, unless it just did.
func (p *progress) show(n counts) {
	if now := time.Now(); p.terminal && !now.Before(p.next) {
		p.next = now.Add(progressEvery)
		fmt.Fprintf(p.out, "%s%d rows: %s", clearLine, n.rows(), n)
	}
}

// line reports something in a line of its own.
func (p *progress) line(text string) {
	p.clear()
	fmt.Fprintln(p.out, text)
}

func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, clearLine)
	}
}
