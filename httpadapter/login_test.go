package httpadapter_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
)

const (
	invalidBody = "Invalid request body"
	required    = "Username and password are required"
	wrong       = "Invalid username or password"
)

// nested is a JSON value n levels deep.
func nested(n int, open, closed string) string {
	return strings.Repeat(open, n) + "1" + strings.Repeat(closed, n)
}

// bodies are what a login may be sent. LESSONS 10: Django's long passwords,
// Vault CVE-2025-6203.
var bodies = []struct {
	name, body string
	status     int
	message    string
}{
	{"empty", ``, 400, invalidBody},
	{"space only", " \n", 400, invalidBody},
	{"null", `null`, 400, invalidBody},
	{"string", `"username"`, 400, invalidBody},
	{"number", `1`, 400, invalidBody},
	{"array", `["user","password"]`, 400, invalidBody},
	{"array of the object", `[{"username":"user","password":"p"}]`, 400, invalidBody},
	{"no JSON", `username=user&password=p`, 400, invalidBody},
	{"cut short", `{"username":"user","password":"p"`, 400, invalidBody},
	{"trailing brace", `{"username":"user","password":"p"}}`, 400, invalidBody},
	{"trailing comma", `{"username":"user","password":"p",}`, 400, invalidBody},
	{"second document", `{"username":"user","password":"p"}{"username":"admin","password":"p"}`, 400, invalidBody},
	{"trailing word", `{"username":"user","password":"p"} x`, 400, invalidBody},
	{"comment", `{"username":"user", /* */ "password":"p"}`, 400, invalidBody},
	{"byte order mark", "\ufeff" + `{"username":"user","password":"p"}`, 400, invalidBody},

	{"username number", `{"username":1,"password":"p"}`, 400, invalidBody},
	{"username object", `{"username":{"$gt":""},"password":"p"}`, 400, invalidBody},
	{"password array", `{"username":"user","password":["p"]}`, 400, invalidBody},
	{"password true", `{"username":"user","password":true}`, 400, invalidBody},
	{"null and number", `{"username":null,"password":1}`, 400, invalidBody},

	{"duplicate password", `{"username":"user","password":"p","password":"q"}`, 400, invalidBody},
	{"duplicate by escape", `{"username":"user","password":"p","p\u0061ssword":"q"}`, 400, invalidBody},
	{"duplicate of another key", `{"username":"user","password":"p","x":1,"x":1}`, 400, invalidBody},
	{"upper case", `{"USERNAME":"user","password":"p"}`, 400, invalidBody},
	{"title case beside it", `{"username":"user","password":"p","Password":"q"}`, 400, invalidBody},
	{"long s", `{"username":"user","paſſword":"p"}`, 400, invalidBody},
	{"escaped long s", `{"u\u017fername":"user","password":"p"}`, 400, invalidBody},

	{"invalid UTF-8 in the password", "{\"username\":\"user\",\"password\":\"\xff\"}", 400, invalidBody},
	{"invalid UTF-8 in another key", "{\"username\":\"user\",\"password\":\"p\",\"\xc3\":1}", 400, invalidBody},
	{"UTF-16", "\xff\xfe{\x00}\x00", 400, invalidBody},
	{"high half alone", `{"username":"user","password":"\ud800"}`, 400, invalidBody},
	{"low half alone", `{"username":"user","password":"\udc00"}`, 400, invalidBody},
	{"halves swapped", `{"username":"user","password":"\udc00\ud800"}`, 400, invalidBody},
	{"high half twice", `{"username":"user","password":"\ud800\ud800"}`, 400, invalidBody},
	{"half before an escape", `{"username":"user","password":"\ud800\\udc00"}`, 400, invalidBody},
	{"half behind a backslash", `{"username":"user","password":"\\\ud800"}`, 400, invalidBody},
	{"raw control character", "{\"username\":\"user\",\"password\":\"a\x00b\"}", 400, invalidBody},

	{"10,000 arrays", `{"username":"user","password":"p","x":` + nested(10_000, "[", "]") + `}`, 400, invalidBody},
	{"5,000 objects", `{"username":"user","password":"p","x":` + nested(5_000, `{"x":`, "}") + `}`, 400, invalidBody},
	{"10,000 arrays for a password", `{"username":"user","password":` + nested(10_000, "[", "]") + `}`, 400, invalidBody},
	{"65,000 opened", strings.Repeat("[", 65_000), 400, invalidBody},
	{"65 KiB", `{"username":"user","password":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "Request body too large"},
	{"10 MB", `{"username":"user","password":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "Request body too large"},
	{"10 MB of space", strings.Repeat(" ", 10<<20), 413, "Request body too large"},

	{"no keys", `{}`, 400, required},
	{"no password", `{"username":"user"}`, 400, required},
	{"no username", `{"password":"p"}`, 400, required},
	{"null password", `{"username":"user","password":null}`, 400, required},
	{"both null", `{"username":null,"password":null}`, 400, required},
	{"empty password", `{"username":"user","password":""}`, 400, required},
	{"empty username", `{"username":"","password":"p"}`, 400, required},

	{"NUL in the username", `{"username":"user\u0000","password":"p"}`, 401, wrong},
	{"space around the username", `{"username":"nobody ","password":"p"}`, 401, wrong},
	{"SQL", `{"username":"' OR '1'='1","password":"' OR '1'='1"}`, 401, wrong},
	{"other keys", `{"username":"user","password":"p","remember":true,"Users":[{"username":1,"username":2}],"a":1,"A":2}`, 401, wrong},
	{"32 levels", `{"username":"user","password":"p","x":` + nested(31, "[", "]") + `}`, 401, wrong},
	{"brackets in a string", `{"username":"user","password":"` + strings.Repeat("[", 999) + `\""}`, 401, wrong},
	{"a surrogate pair", `{"username":"user","password":"\ud83d\ude00"}`, 401, wrong},
	{"a backslash and ud800", `{"username":"user","password":"\\ud800"}`, 401, wrong},
}

func TestLoginBodies(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, c := range bodies {
		t.Run(c.name, func(t *testing.T) {
			h.logins = nil
			ask(t, h, post("/api/auth/login", c.body)).is(t, c.status, c.message)
			if c.status != http.StatusUnauthorized {
				require.Empty(t, h.logins, "what is refused for its form never reaches the Authenticator")
			}
		})
	}
}

// A body is nobody's business where none is asked for.
func TestBodiesElsewhereAreNotLookedAt(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for _, c := range bodies {
		for path, want := range map[string]int{"logout": 200, "validate": 401, "aws-credentials": 401, "jwks.json": 404, "nowhere": 404} {
			r := post("/api/auth/"+path, c.body)
			if path != "logout" {
				r.Method = http.MethodGet
			}
			require.Equal(t, want, ask(t, h, r).status, "%s with the body %s", path, c.name)
		}
	}
}

func TestAPasswordArrivesAsItWasTyped(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	for body, want := range map[string]string{
		`" p "`:            " p ",
		`"\ud83d\ude00"`:   "😀",
		`"😀"`:              "😀",
		`"\uFFFD"`:         "\uFFFD",
		`"e\u0301"`:        "e\u0301",
		`"\u0000\n\\\"\/"`: "\x00\n\\\"/",
		`"\u2028<>&"`:      "\u2028<>&",
	} {
		h.logins = nil
		ask(t, h, post("/api/auth/login", `{"password":`+body+`,"username":" Üser "}`)).is(t, 401, wrong)
		require.Len(t, h.logins, 1)
		require.Equal(t, want, h.logins[0].Password, "body %s", body)
		require.Equal(t, " Üser ", h.logins[0].Login)
	}
}

func TestLoginContentTypes(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	const refused = "Content-Type must be application/json"
	for _, c := range []struct {
		types []string
		ok    bool
	}{
		{[]string{"application/json"}, true},
		{[]string{"Application/JSON; charset=UTF-8"}, true},
		{[]string{`application/json;charset="utf-8"`}, true},
		{nil, false},
		{[]string{""}, false},
		{[]string{"text/plain"}, false},
		{[]string{"application/x-www-form-urlencoded"}, false},
		{[]string{"multipart/form-data; boundary=x"}, false},
		{[]string{"application/json; charset=utf-16"}, false},
		{[]string{"application/json; charset=latin1"}, false},
		{[]string{"application/json, text/plain"}, false},
		{[]string{"application/jsonp"}, false},
		{[]string{"text/plain; application/json"}, false},
		{[]string{"application/json;;;="}, false},
		{[]string{"application/json", "text/plain"}, false},
	} {
		r := loginAs(auth.RoleUser)
		r.Header["Content-Type"] = c.types
		a := ask(t, h, r)
		if c.ok {
			a.is(t, 200, "Login successful")
			continue
		}
		a.is(t, 415, refused)
		r = post("/api/auth/login", strings.Repeat("x", 1<<20))
		r.Header["Content-Type"] = c.types
		ask(t, h, r).is(t, 415, refused) // before the size
	}
}

type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }
func (b brokenBody) Close() error             { return nil }

func TestABodyThatDoesNotArriveIsNoServerError(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	r := loginAs(auth.RoleUser)
	r.Body = brokenBody{io.ErrUnexpectedEOF}
	ask(t, h, r).is(t, 400, invalidBody)
	r.Body = brokenBody{os.ErrDeadlineExceeded}
	a := ask(t, h, r)
	a.is(t, 408, "Request body was not received in time")
	require.Equal(t, "close", a.header.Get("Connection"))
	r.Body = brokenBody{errors.New("odd")}
	ask(t, h, r).is(t, 400, invalidBody)
}

// The same over a connection, where the server has to give up on the rest.
func TestTenMegabytesOverAConnection(t *testing.T) {
	server := httptest.NewServer(newHouse(t, httpadapter.Options{}))
	defer server.Close()
	for path, want := range map[string]int{"/api/auth/login": 413, "/api/auth/logout": 200} {
		res, err := http.Post(server.URL+path, "application/json", io.LimitReader(zeros{}, 10<<20))
		if err != nil {
			continue // the server closed the connection while we were writing: also a refusal
		}
		res.Body.Close()
		require.Equal(t, want, res.StatusCode, path)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A client that sends everything before it reads still gets its answer.
func TestALongBodyIsAnswered(t *testing.T) {
	h, err := httpadapter.New(new(authtest.Fake), nil)
	require.NoError(t, err)
	server := httptest.NewServer(h)
	defer server.Close()
	for path, status := range map[string]string{"/api/auth/login": "413", "/api/auth/logout": "200", "/api/auth/nothing": "404"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		const size = 10_000_000
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, size)
		require.NoError(t, err)
		_, err = conn.Write(bytes.Repeat([]byte{'a'}, size))
		require.NoError(t, err, "%s: the connection stays open while the body comes", path)
		line, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, status, path)
		require.NoError(t, conn.Close())
	}
}
