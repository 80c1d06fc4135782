package browser_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
	"github.com/stretchr/testify/require"
)

// chromium is the one browser of a run.
var chromium struct {
	once    sync.Once
	err     error
	browser *rod.Browser
	process *exec.Cmd
	profile string
}

var flags = []string{
	"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
	"--disable-sync", "--disable-quic", "--disable-dev-shm-usage", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--remote-debugging-port=0",
	"--host-resolver-rules=MAP *.test 127.0.0.1", // names that are not localhost
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.browser != nil {
		_ = chromium.browser.Close()
		_ = chromium.process.Wait()
	}
	if chromium.profile != "" {
		os.RemoveAll(chromium.profile)
	}
	if chromium.browser != nil { // else nothing was built
		dir, _ := built()
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func launch() error {
	path := cmp.Or(os.Getenv("SALLYPORT_TEST_CHROMIUM"), "/usr/bin/chromium")
	if _, err := os.Stat(path); err != nil {
		return err
	}
	var err error
	if chromium.profile, err = os.MkdirTemp("", "chromium"); err != nil {
		return err
	}
	cmd := exec.Command(path, append(flags, "--user-data-dir="+chromium.profile, "about:blank")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said := bufio.NewScanner(stderr)
	for said.Scan() {
		if _, address, ok := strings.Cut(said.Text(), "DevTools listening on "); ok {
			go func() {
				for said.Scan() { // so that it is not held up by a full pipe
				}
			}()
			client, err := cdp.StartWithURL(context.Background(), address, nil)
			if err != nil {
				return err
			}
			chromium.process, chromium.browser = cmd, rod.New().Client(client).NoDefaultDevice()
			return chromium.browser.Connect()
		}
	}
	_ = cmd.Process.Kill()
	return fmt.Errorf("%s ended without a DevTools address: %w", path, cmd.Wait())
}

// needChromium skips the test, or fails it, where there is none.
func needChromium(t *testing.T) {
	t.Helper()
	chromium.once.Do(func() { chromium.err = launch() })
	if os.IsNotExist(chromium.err) && os.Getenv("SALLYPORT_TEST_REQUIRE") == "" {
		t.Skipf("no Chromium: %v", chromium.err)
	}
	require.NoError(t, chromium.err)
}

// person is a browser with cookies of its own.
type person struct {
	t       *testing.T
	server  *server
	browser *rod.Browser
}

func newPerson(t *testing.T, s *server) *person {
	t.Helper()
	own, err := chromium.browser.Incognito()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = proto.TargetDisposeBrowserContext{BrowserContextID: own.BrowserContextID}.Call(chromium.browser)
	})
	return &person{t, s, own}
}

// tab is an open page. What goes wrong in it, and each request it sends, is
// looked at when the test ends.
type tab struct {
	*rod.Page
	t *testing.T
	s *server

	mu       sync.Mutex
	sent     []string // URLs
	statuses []string // "POST /login 401" of each answer
	wrong    []string // violations, exceptions and messages of the console
	methods  map[proto.NetworkRequestID]string
}

// blank opens a tab with nothing in it.
func (p *person) blank() *tab {
	p.t.Helper()
	page, err := p.browser.Page(proto.TargetCreateTarget{URL: "about:blank"})
	require.NoError(p.t, err)
	page = page.Timeout(time.Minute) // of all that is done in it
	b := &tab{Page: page.WithPanic(func(v any) { p.t.Helper(); p.t.Fatal(v) }), t: p.t, s: p.server, methods: make(map[proto.NetworkRequestID]string)}
	// A tab behind another is still one that somebody looks at.
	require.NoError(p.t, proto.EmulationSetFocusEmulationEnabled{Enabled: true}.Call(b))
	b.watch()
	return b
}

// open opens a tab at the server, which must have no fault to the end.
func (p *person) open(path string) *tab {
	p.t.Helper()
	b := p.blank()
	p.t.Cleanup(func() { b.faultless() })
	b.visit(p.server.url + path)
	return b
}

// signIn opens a tab and signs in.
func (p *person) signIn(name, password string) *tab {
	p.t.Helper()
	b := p.open("/")
	b.fill("Username or e-mail", name)
	b.fill("Password", password)
	b.press("Sign in")
	b.sees("Your account")
	return b
}

func (b *tab) watch() {
	b.t.Helper()
	for _, enable := range []proto.Request{proto.NetworkEnable{}, proto.LogEnable{}, proto.AuditsEnable{}, proto.RuntimeEnable{}} {
		_, err := b.Call(b.GetContext(), string(b.SessionID), enable.ProtoReq(), enable)
		require.NoError(b.t, err)
	}
	note := func(list *[]string, format string, args ...any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		*list = append(*list, fmt.Sprintf(format, args...))
	}
	answered := func(id proto.NetworkRequestID, r *proto.NetworkResponse) {
		b.mu.Lock()
		method := b.methods[id]
		b.mu.Unlock()
		note(&b.statuses, "%s %s %d", method, strings.TrimPrefix(r.URL, b.s.url), r.Status)
	}
	go b.EachEvent(
		func(e *proto.NetworkRequestWillBeSent) {
			if e.RedirectResponse != nil {
				answered(e.RequestID, e.RedirectResponse)
			}
			b.mu.Lock()
			b.methods[e.RequestID] = e.Request.Method
			b.mu.Unlock()
			note(&b.sent, "%s", e.Request.URL)
		},
		func(e *proto.NetworkResponseReceived) { answered(e.RequestID, e.Response) },
		func(e *proto.LogEntryAdded) {
			if e.Entry.Source != proto.LogLogEntrySourceNetwork { // a status of 400 and above is one of these
				note(&b.wrong, "log: %s", e.Entry.Text)
			}
		},
		func(e *proto.AuditsIssueAdded) { note(&b.wrong, "issue: %s", e.Issue.Code) },
		func(e *proto.RuntimeExceptionThrown) { note(&b.wrong, "exception: %s", e.ExceptionDetails.Text) },
		func(e *proto.RuntimeConsoleAPICalled) { note(&b.wrong, "console: %s", e.Type) },
	)()
}

// faults is what went wrong so far.
func (b *tab) faults() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.wrong...)
}

// answers counts the answers so far that are "METHOD path status".
func (b *tab) answers(what string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, status := range b.statuses {
		if status == what {
			n++
		}
	}
	return n
}

func (b *tab) faultless() {
	b.t.Helper()
	if b.t.Failed() {
		return
	}
	b.settled()
	require.Empty(b.t, b.faults(), "no violation of the policy, no exception, no message")
	b.mu.Lock()
	defer b.mu.Unlock()
	require.NotEmpty(b.t, b.sent)
	for _, u := range b.sent {
		require.True(b.t, strings.HasPrefix(u, b.s.url+"/"), "a request leaves the origin: %s", u)
	}
}

// settled waits until events of before have arrived: they come in order.
func (b *tab) settled() {
	b.t.Helper()
	b.MustEval(`() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))`)
}

func (b *tab) visit(url string) {
	b.t.Helper()
	require.NoError(b.t, b.Navigate(url))
	require.NoError(b.t, b.WaitLoad())
	b.safe()
}

// safe: what nobody may ever see is on no page.
func (b *tab) safe() {
	b.t.Helper()
	html := b.MustHTML()
	for _, secret := range append(secrets, b.s.password, marysPassword, "eyJ") {
		require.NotContains(b.t, html, secret, "a secret is on the page")
	}
}

// control finds what a screen reader calls so: a button, a textbox, a link.
func (b *tab) control(role, name string) *rod.Element {
	b.t.Helper()
	found := b.controls(role, name)
	require.Len(b.t, found, 1, "there must be one %s called %q on: %s", role, name, b.text())
	return found[0]
}

func (b *tab) controls(role, name string) []*rod.Element {
	b.t.Helper()
	root := b.MustElement("html")
	answer, err := proto.AccessibilityQueryAXTree{ObjectID: root.Object.ObjectID, AccessibleName: name, Role: role}.Call(b)
	require.NoError(b.t, err)
	var found []*rod.Element
	for _, node := range answer.Nodes {
		if node.Ignored {
			continue
		}
		e, err := b.ElementFromNode(&proto.DOMNode{BackendNodeID: node.BackendDOMNodeID})
		require.NoError(b.t, err)
		found = append(found, e)
	}
	return found
}

// fill replaces what is in the field.
func (b *tab) fill(name, text string) {
	b.t.Helper()
	e := b.control("textbox", name)
	e.MustSelectAllText()
	e.MustInput(text)
}

// press clicks a button and waits for the page that follows.
func (b *tab) press(name string) {
	b.t.Helper()
	b.follow(func() { b.control("button", name).MustClick() })
}

// follow waits for the page that comes of what is done.
func (b *tab) follow(do func()) {
	b.t.Helper()
	b.MustEval(`() => { window.before = true }`)
	do()
	require.Eventually(b.t, func() bool {
		there, err := b.Eval(`() => !window.before && document.readyState === "complete"`)
		return err == nil && there.Value.Bool()
	}, 30*time.Second, 10*time.Millisecond, "another page must follow")
	b.safe()
}

func (b *tab) text() string {
	b.t.Helper()
	return b.MustEval(`() => document.body.innerText`).Str()
}

// sees waits for a text.
func (b *tab) sees(text string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		got, err := b.Eval(`() => document.body.innerText`)
		return err == nil && strings.Contains(got.Value.Str(), text)
	}, 30*time.Second, 10*time.Millisecond, "the page must say %q", text)
}

func (b *tab) seesNot(text string) {
	b.t.Helper()
	require.NotContains(b.t, b.text(), text)
}

// refused is a page that shows this message and has the focus on it.
func (b *tab) refused(message string) {
	b.t.Helper()
	alerts := b.MustElements(`[role="alert"]`)
	require.Len(b.t, alerts, 1, "there must be one alert on: %s", b.text())
	require.Regexp(b.t, "^"+regexp.QuoteMeta(message), alerts[0].MustText())
	require.True(b.t, alerts[0].MustEval(`() => this === document.activeElement`).Bool(), "the focus is on the message")
}

func (b *tab) keys(keys ...input.Key) {
	b.t.Helper()
	b.Keyboard.MustType(keys...)
}
