package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The endpoints, at the same paths on all servers but PocketBase, which has a
// login of its own: a longer path takes longer to read.
const validatePath = "/api/auth/validate"

func loginPath(kind string) string {
	if kind == "PocketBase" {
		return "/api/collections/users/auth-with-password"
	}
	return "/api/auth/login"
}

// Client is one keep-alive connection that sends one request again and again.
type Client struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
}

func dial(addr, method, path, header string, body []byte) (*Client, error) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept: */*\r\n%s", method, path, addr, header)
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return &Client{conn, bufio.NewReader(conn), b.Bytes()}, nil
}

// DialLogin connects a client that logs the n-th user in.
func DialLogin(kind, addr string, n int) (*Client, error) {
	l := map[string]string{"username": User(n), "password": Password}
	if kind == "PocketBase" {
		l = map[string]string{"identity": User(n), "password": Password}
	}
	body, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return dial(addr, http.MethodPost, loginPath(kind), "", body)
}

// DialValidate connects a client that validates a token.
func DialValidate(addr, token string) (*Client, error) {
	return dial(addr, http.MethodGet, validatePath, "Authorization: Bearer "+token+"\r\n", nil)
}

// Do sends the request and returns the status, and the body where it is wanted.
func (c *Client) Do(wanted bool) (status int, body []byte, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(c.request); err != nil {
		return 0, nil, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	if wanted {
		body, err = io.ReadAll(answer.Body)
	} else {
		_, err = io.Copy(io.Discard, answer.Body)
	}
	return answer.StatusCode, body, err
}

// Close ends the connection.
func (c *Client) Close() { _ = c.conn.Close() }

// Login logs the n-th user in once and returns the token.
func Login(kind, addr string, n int) (string, error) {
	c, err := DialLogin(kind, addr, n)
	if err != nil {
		return "", err
	}
	defer c.Close()
	status, body, err := c.Do(true)
	if err != nil {
		return "", err
	}
	var answer struct{ Token string }
	if err := json.Unmarshal(body, &answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("%s: a login is answered %d", kind, status)
	}
	return answer.Token, nil
}
