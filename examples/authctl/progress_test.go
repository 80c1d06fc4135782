package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressIsForTerminals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &progress{out: &out, terminal: true}
		p.show(counts{added: 1})
		p.show(counts{added: 2}) // too soon
		p.line("line 7: bad")
		time.Sleep(progressEvery)
		p.show(counts{added: 2, rejected: 1})
		p.clear()
		require.Equal(t, "\r\x1b[K1 rows: 1 added, 0 already there, 0 rejected"+
			"\r\x1b[Kline 7: bad\n"+
			"\r\x1b[K3 rows: 2 added, 0 already there, 1 rejected\r\x1b[K", out.String())

		out.Reset()
		p = &progress{out: &out}
		p.show(counts{added: 1})
		p.line("line 7: bad")
		p.clear()
		require.Equal(t, "line 7: bad\n", out.String(), "a file gets the reports alone")
	})
}
