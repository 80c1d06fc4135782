// Package cable is a TCP connection between a program and a server that a test
// can cut, pause and slow.
package cable

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Cable passes every connection to Addr on to a server.
type Cable struct {
	Addr string

	server   string
	listener net.Listener
	running  sync.WaitGroup

	mu          sync.Mutex
	cut, paused bool
	delay       time.Duration // of one direction
	changed     chan struct{} // closed when one of these is
	links       map[*link]struct{}
}

// link is one connection on its way.
type link struct {
	down, up net.Conn      // up is nil until the server was reached
	lost     bool          // nothing passes any more
	gone     chan struct{} // closed when both are
	once     sync.Once
}

// Lay returns a cable to the server at an address, "host:port". It is removed
// when the test ends.
func Lay(t testing.TB, server string) *Cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("lay a cable: %v", err)
	}
	c := &Cable{Addr: listener.Addr().String(), server: server, listener: listener, links: map[*link]struct{}{}, changed: make(chan struct{})}
	c.running.Go(c.accept)
	t.Cleanup(c.Remove)
	return c
}

// Cut resets all connections, and every new one.
func (c *Cable) Cut() {
	c.set(true, false, 0)
	c.reset()
}

// Pause lets no byte through in either direction. New connections are taken
// and silent. Nothing is lost: it passes when the cable heals.
func (c *Cable) Pause() { c.set(false, true, 0) }

// Slow has every answer take this much longer.
func (c *Cable) Slow(latency time.Duration) { c.set(false, false, latency/2) }

// Lose has what is connected now stay silent for good, as if its server had
// gone and another come. Only the server is told. All else passes.
func (c *Cable) Lose() {
	c.mu.Lock()
	for l := range c.links {
		l.lost = true
		if l.up != nil {
			l.up.Close()
		}
	}
	c.mu.Unlock()
	c.Heal()
}

// Heal lets everything through at once.
func (c *Cable) Heal() { c.set(false, false, 0) }

// Remove closes the cable and waits until nothing of it runs.
func (c *Cable) Remove() {
	c.listener.Close()
	c.Cut()
	c.running.Wait()
}

func (c *Cable) set(cut, paused bool, delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut, c.paused, c.delay = cut, paused, delay
	close(c.changed)
	c.changed = make(chan struct{})
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (c *Cable) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for l := range c.links {
		l.close()
	}
}

func (c *Cable) accept() {
	for {
		down, err := c.listener.Accept()
		if err != nil {
			return
		}
		l := &link{down: down, gone: make(chan struct{})}
		c.mu.Lock()
		c.links[l] = struct{}{}
		if c.cut {
			l.close()
		}
		c.mu.Unlock()
		c.running.Go(func() { c.carry(l) })
	}
}

// carry runs one connection to its end.
func (c *Cable) carry(l *link) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.links, l)
		l.close()
	}()
	if !c.pass(l) {
		return
	}
	up, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	c.mu.Lock()
	l.up = up
	dead := isClosed(l.gone)
	c.mu.Unlock()
	if dead {
		up.Close()
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.pump(l, up, l.down) })
	both.Go(func() { c.pump(l, l.down, up) })
	both.Wait()
}

// pump copies one direction; its end is the end of the link.
func (c *Cable) pump(l *link, to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if !c.pass(l) {
			return
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				l.close()
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				l.close()
			}
			l.end()
			return
		}
	}
}

// pass waits until a piece that is here now may go on; false means that the
// link is gone.
func (c *Cable) pass(l *link) bool {
	for began := time.Now(); !isClosed(l.gone); {
		c.mu.Lock()
		held, wait, changed := c.paused || l.lost, c.delay-time.Since(began), c.changed
		c.mu.Unlock()
		if !held && wait <= 0 {
			return true
		}
		due := make(<-chan time.Time)
		if !held {
			due = time.After(wait)
		}
		select {
		case <-due:
		case <-changed:
		case <-l.gone:
		}
	}
	return false
}

// close ends both sides by a reset, as a cut does.
func (l *link) close() {
	l.down.(*net.TCPConn).SetLinger(0)
	l.end()
}

func (l *link) end() {
	l.once.Do(func() {
		close(l.gone)
		l.down.Close()
		if l.up != nil {
			l.up.Close()
		}
	})
}
