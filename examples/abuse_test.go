package examples_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// LESSONS 10 and 16, from outside: 500 connections that say nothing, bodies
// that arrive a byte at a time, and 2,000 requests that are wrong in one way or
// another keep nobody from being validated, and are never the server's fault.
func TestAbuseKeepsNobodyOut(t *testing.T) {
	s := start(t, nil, "-db", "memory:")
	token := s.login(t, "admin", s.password)
	other := s.login(t, "admin", s.password) // which some of it logs out
	addr := strings.TrimPrefix(s.url, "http://")

	for range 500 {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
	}
	end := make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { drip(t, addr, end) })
	}
	validated := make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-end:
				validated <- n
				return
			default:
			}
			if a, err := s.try("GET", "validate", token, ""); err != nil || a.status != 200 {
				t.Errorf("a live session is validated throughout: %d %v", a.status, err)
			}
		}
	}()

	var wrong, refused atomic.Int64
	var senders sync.WaitGroup
	for worker := range 4 {
		senders.Go(func() {
			rng := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 500 {
				switch status := send(t, addr, malformed(rng, other)); {
				case status >= 500:
					wrong.Add(1)
				case status >= 400:
					refused.Add(1)
				}
			}
		})
	}
	senders.Wait()
	close(end)
	n := <-validated
	all.Wait()
	require.Zero(t, wrong.Load(), "what a client does wrong is not the server's fault: %s", s.stderr)
	require.Greater(t, refused.Load(), int64(1500), "most of it is refused in so many words")
	require.Greater(t, n, 50, "validation went on meanwhile")
	require.NotContains(t, s.stderr.String(), "panic")
	s.stop(t)
}

// drip sends a login a byte at a time until the end, over and over.
func drip(t *testing.T, addr string, end chan struct{}) {
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Errorf("a slow client is let in, too: %v", err)
			return
		}
		fmt.Fprintf(conn, "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n")
		for range 400 {
			select {
			case <-end:
				conn.Close()
				return
			case <-time.After(50 * time.Millisecond):
			}
			if _, err := conn.Write([]byte("{")); err != nil {
				break // the server has had enough
			}
		}
		conn.Close()
	}
}

// malformed returns the bytes of a request that is wrong in one way or more.
// Of what net/http itself answers by 501 and 505, unknown transfer codings and
// versions of HTTP, there is none.
func malformed(rng *rand.Rand, token string) string {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	junk := make([]byte, rng.IntN(300))
	for i := range junk {
		junk[i] = byte(rng.IntN(256))
	}
	garbage := string(junk)
	header := pick(
		"Authorization: Bearer "+token+garbage, "Authorization: Bearer "+token[:rng.IntN(len(token))], "Authorization: "+garbage,
		"Authorization: Bearer "+token+"\r\nAuthorization: Bearer "+token, "Authorization: Bearer\x00"+token,
		"Authorization: Bearer "+strings.Repeat("a.", 5000), "Cookie: __Host-session="+garbage, "Cookie: "+strings.Repeat("a=b;", 3000),
		"X-Forwarded-For: "+garbage, "Forwarded: for=\""+garbage, garbage, strings.Repeat("A", 40_000)+": b", ": empty", "Content-Length: -1",
	)
	body := pick("", "{", `{"username":`, `{"username":"a","username":"b","password":"c"}`, `{"username":["a"],"password":{}}`, `[]`, "null",
		`{"USERNAME":"a","password":"b"}`, strings.Repeat("[", 10_000), `{"username":"`+strings.Repeat("x", 70_000)+`","password":"b"}`,
		`{"username":"\ud800","password":"\u0000"}`, garbage)
	kind := pick("application/json", "text/plain", "application/json; charset=utf-16", garbage, "")
	kind = strings.NewReplacer("\r", "", "\n", "").Replace(kind)
	method := pick("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "GE T", "post", "\x00")
	path := pick("/api/auth/login", "/api/auth/validate", "/api/auth/logout", "/api/auth/aws-credentials", "/api/auth/../auth/login",
		"/api/auth//login", "/api/auth/login/", "/api/auth/%00", "/api/auth/validate?token="+token, "*", "//", "/%zz")
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n\r\n%s",
		method, path, kind, len(body), header, body)
}

// send returns the status of the answer, or 0 where the connection was closed
// without one.
func send(t *testing.T, addr, request string) int {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Errorf("the server takes connections throughout: %v", err)
		return 0
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Error(err)
	}
	go io.WriteString(conn, request)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
