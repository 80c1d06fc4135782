package browser_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
	"github.com/stretchr/testify/require"
)

func TestSignInSaysWhoOneIs(t *testing.T) {
	s := serve(t)
	s.addMary(t)
	p := newPerson(t, s)
	b := p.signIn("MARY@example.com", marysPassword)
	for _, fact := range []string{"mary", "Mary Doe", "mary@example.com", "user"} {
		b.sees(fact)
	}
	require.Equal(t, 1, b.answers("POST /login 303"), "a reload does not sign in again")
	cookies, err := p.browser.GetCookies()
	require.NoError(t, err)
	require.Len(t, cookies, 1)
	require.Equal(t, "__Host-session", cookies[0].Name)
	require.True(t, cookies[0].HTTPOnly && cookies[0].Secure)
	require.Equal(t, proto.NetworkCookieSameSiteLax, cookies[0].SameSite)
	b.press("Sign out")
	b.sees("Password")
	b.seesNot("Your account")
	cookies, err = p.browser.GetCookies()
	require.NoError(t, err)
	require.Empty(t, cookies)
}

func TestARefusedSignInHasTheMessageOfTheAPI(t *testing.T) {
	s := serve(t)
	b := newPerson(t, s).open("/")
	for _, try := range [][2]string{{"admin", "wrong"}, {"nobody <b>", "wrong"}} {
		b.fill("Username or e-mail", try[0])
		b.fill("Password", try[1])
		b.press("Sign in")
		b.refused("Invalid username or password.")
		require.Equal(t, try[0], b.control("textbox", "Username or e-mail").MustProperty("value").Str(), "the name need not be typed again")
		require.Empty(t, b.control("textbox", "Password").MustProperty("value").Str())
	}
	require.Equal(t, 2, b.answers("POST /login 401"))
	b.visit(s.url + "/login") // as by Enter in the address bar
	b.seesNot("Invalid username or password")
	b.sees("Sign in")
}

func TestAThrottledSignInSaysHowLong(t *testing.T) {
	s := serve(t, "-login-limit-account", "2/15m")
	b := newPerson(t, s).open("/")
	for range 2 {
		b.fill("Username or e-mail", "admin")
		b.fill("Password", "wrong")
		b.press("Sign in")
		b.refused("Invalid username or password.")
	}
	b.fill("Username or e-mail", "admin")
	b.fill("Password", s.password)
	b.press("Sign in")
	b.refused("Too many login attempts. Try again in 15 minutes.")
	require.Equal(t, 1, b.answers("POST /login 429"))
	_, status := s.login(t, "admin", s.password)
	require.Equal(t, http.StatusTooManyRequests, status, "the API counts the same")
}

func TestSessionsAreSeenAndEnded(t *testing.T) {
	s := serve(t)
	here, there := newPerson(t, s), newPerson(t, s)
	b := here.signIn("admin", s.password)
	other := there.signIn("admin", s.password)
	for range 2 {
		s.login(t, "admin", s.password)
	}
	b.visit(s.url)
	require.Len(t, b.MustElements(".rows li"), 4)
	require.Len(t, regexp.MustCompile("This one").FindAllString(b.text(), -1), 1)
	b.sees("Chrome on Linux")
	b.sees("Go-http-client/1.1")
	b.sees("127.0.0.1")

	var oldest string // the other browser's: the list has the newest first
	for _, e := range b.MustElements(".rows button") {
		oldest = strings.Join(strings.Fields(e.MustEval(`() => this.textContent`).Str()), " ")
	}
	require.Regexp(t, `^End the session of Chrome on Linux, signed in `, oldest)
	b.press(oldest)
	b.sees("Session ended.")
	require.Len(t, b.MustElements(".rows li"), 3)
	other.fill("Current password", s.password)
	other.fill("New password", "orchid lantern velvet")
	other.press("Change password")
	other.refused("Invalid or expired token.")
	other.sees("Sign in")

	b.press("End all others")
	b.sees("Other sessions ended.")
	require.Len(t, b.MustElements(".rows li"), 1)
	require.Empty(t, b.controls("button", "End all others"))
	b.visit(s.url)
	b.sees("Your account")
}

func TestAPasswordIsChanged(t *testing.T) {
	s := serve(t)
	s.addMary(t)
	b := newPerson(t, s).signIn("mary", marysPassword)
	change := func(current, next string) {
		b.fill("Current password", current)
		b.fill("New password", next)
		b.press("Change password")
	}
	change("wrong", "orchid lantern velvet")
	b.refused("Current password is wrong.")
	require.Equal(t, 1, b.answers("POST /password 403"))
	change(marysPassword, "short")
	b.refused("Password needs at least 15 characters, has 5.")
	change(marysPassword, "orchid lantern velvet")
	b.sees("Password changed.")
	b.sees("Your account")
	_, status := s.login(t, "mary", marysPassword)
	require.Equal(t, http.StatusUnauthorized, status)
	_, status = s.login(t, "mary", "orchid lantern velvet")
	require.Equal(t, http.StatusOK, status)
}

func TestASignOutInAnotherTabEndsThisOne(t *testing.T) {
	s := serve(t)
	p := newPerson(t, s)
	b := p.signIn("admin", s.password)
	other := p.open("/")
	other.sees("Your account")
	b.follow(func() { other.press("Sign out") }) // nothing is done in b
	b.sees("Password")
	b.seesNot("Your account")
}

func TestATabLeftOpenIsRefused(t *testing.T) {
	s := serve(t)
	b := newPerson(t, s).signIn("admin", s.password)
	b.visit(s.url + "/users")
	token, _ := s.login(t, "admin", s.password)
	status, _ := s.call(t, "DELETE", "/api/auth/sessions", token, "", "")
	require.Equal(t, http.StatusOK, status)
	b.fill("Username", "eve")
	b.fill("First password", marysPassword)
	b.press("Add user")
	b.refused("Invalid or expired token.")
	require.Equal(t, []string{"admin"}, s.names(t))
}

func TestTheKeyboardIsEnough(t *testing.T) {
	s := serve(t)
	b := newPerson(t, s).open("/")
	// Reached by Tab alone, from the top of the page.
	b.MustEval(`() => document.activeElement.blur()`)
	reach := func(name string) {
		for range 30 {
			b.keys(input.Tab)
			if b.focused() == name {
				require.True(t, b.MustEval(`() => {
					const at = document.activeElement, shown = at.matches(".example input") ? at.nextElementSibling : at;
					const { outlineStyle, outlineWidth } = getComputedStyle(shown);
					return at.matches(":focus-visible") && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
				}`).Bool(), "the focus is visible on %s", name)
				return
			}
		}
		t.Fatalf("Tab does not reach %q", name)
	}
	reach("Username or e-mail")
	require.NoError(t, b.InsertText("admin"))
	b.keys(input.Tab)
	require.Equal(t, "Password", b.focused())
	require.NoError(t, b.InsertText(s.password))
	b.follow(func() { b.keys(input.Enter) })
	b.sees("Your account")
	reach("Credentials")
	b.follow(func() { b.keys(input.Enter) })
	b.sees("nvap****")
	reach("curl")
	require.True(t, b.MustElement("pre").MustVisible())
	b.keys(input.ArrowRight)
	require.Equal(t, "Node", b.focused())
	b.sees("// Node.js example")
	b.seesNot("curl -X POST https://bedrock")
	reach("AWS example, Node") // can be scrolled by keys
	reach("Sign out")
}

// focused is the accessible name of what has the focus.
func (b *tab) focused() string {
	b.t.Helper()
	at, err := b.ElementByJS(evalActive)
	require.NoError(b.t, err)
	answer, err := proto.AccessibilityGetPartialAXTree{ObjectID: at.Object.ObjectID}.Call(b)
	require.NoError(b.t, err)
	if answer.Nodes[0].Name == nil {
		return ""
	}
	return answer.Nodes[0].Name.Value.Str()
}

func TestItWorksWithoutItsScript(t *testing.T) {
	s := serve(t)
	b := newPerson(t, s).blank()
	require.NoError(t, proto.NetworkSetBlockedURLs{Urls: []string{"*/page.js"}}.Call(b))
	b.visit(s.url)
	b.fill("Username or e-mail", "admin")
	b.fill("Password", s.password)
	b.press("Sign in")
	b.sees("Your account")
	b.visit(s.url + "/credentials")
	require.Empty(t, b.controls("button", "Copy the AWS example"), "a button that does nothing is not shown")
	b.MustElement("label[for=aws-Python]").MustClick()
	b.sees("# Python example")
	b.press("Sign out")
	b.sees("Password")
}
