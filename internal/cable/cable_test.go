package cable_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/internal/cable"
)

// echo is a server that says everything twice.
func echo(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); io.Copy(conn, conn) }()
		}
	}()
	return l.Addr().String()
}

// say sends a line and waits for it to come back, past what a silent cable kept
// from those before it.
func say(conn net.Conn, patience time.Duration) error {
	conn.SetDeadline(time.Now().Add(patience))
	line := fmt.Sprintln("hello", said.Add(1))
	if _, err := io.WriteString(conn, line); err != nil {
		return err
	}
	for r := bufio.NewReader(conn); ; {
		if back, err := r.ReadString('\n'); err != nil || back == line {
			return err
		}
	}
}

var said atomic.Int64

func dial(t *testing.T, c *cable.Cable) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", c.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestCable(t *testing.T) {
	const brief, long = 200 * time.Millisecond, 30 * time.Second
	c := cable.Lay(t, echo(t))
	conn := dial(t, c)
	must := func(err error, when string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	mustNot := func(err error, timeout bool, when string) {
		t.Helper()
		if netErr, ok := err.(net.Error); err == nil || timeout != (ok && netErr.Timeout()) {
			t.Fatalf("%s: error %v", when, err)
		}
	}
	must(say(conn, long), "at first")

	c.Pause()
	silent := dial(t, c)
	mustNot(say(conn, brief), true, "a paused cable is silent")
	mustNot(say(silent, brief), true, "for new connections too")
	c.Heal()
	must(say(conn, long), "nothing is lost by a pause")
	must(say(silent, long), "nor for new connections")

	c.Slow(brief)
	began := time.Now()
	must(say(conn, long), "a slow cable works")
	if took := time.Since(began); took < brief {
		t.Errorf("an answer took %v, want %v", took, brief)
	}
	c.Heal()

	c.Lose()
	mustNot(say(conn, brief), true, "what is lost is silent")
	must(say(dial(t, c), long), "and nothing else")
	c.Heal()
	mustNot(say(conn, brief), true, "for good")
	conn = dial(t, c)
	must(say(conn, long), "before the cut")

	c.Cut()
	mustNot(say(conn, long), false, "a cut breaks what is connected")
	if conn, err := net.Dial("tcp", c.Addr); err == nil {
		mustNot(say(conn, long), false, "and what connects")
	}
	c.Heal()
	must(say(dial(t, c), long), "a healed cable works")
}
