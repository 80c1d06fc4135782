package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod/lib/proto"
	"github.com/stretchr/testify/require"
)

// named are the roles that somebody uses, or moves to.
var named = map[string]bool{
	"button": true, "link": true, "textbox": true, "combobox": true, "radio": true, "checkbox": true, "searchbox": true,
	"navigation": true, "region": true, "heading": true, "group": true, "radiogroup": true,
}

// Each page in each state: every control has a name, the parts are where a
// screen reader looks for them, it fits a phone, and its text can be read in
// light and in dark.
func TestEveryPageIsFitForEverybody(t *testing.T) {
	s := serve(t, "-login-limit-account", "1/15m")
	s.addMary(t)
	p := newPerson(t, s)
	b := p.open("/")
	b.fit("signin")
	b.fill("Username or e-mail", "somebody.with-a-rather-long-name@mail.example.com")
	b.fill("Password", "wrong")
	b.press("Sign in")
	b.fit("signin-refused")
	b.fill("Password", "wrong")
	b.press("Sign in")
	b.fit("signin-throttled")

	b = newPerson(t, s).signIn("mary", marysPassword)
	b.fit("account")
	b.visit(s.url + "/users")
	b.fit("denied")

	b = p.signIn("admin", s.password)
	for range 2 {
		s.login(t, "admin", s.password)
	}
	b.visit(s.url + "/?done=others")
	b.fit("account-sessions")
	b.fill("Current password", s.password)
	b.fill("New password", "short")
	b.press("Change password")
	b.fit("account-refused")
	b.visit(s.url + "/credentials")
	b.fit("credentials")
	require.NoError(t, proto.EmulationSetScrollbarsHidden{Hidden: true}.Call(b))
	b.window(900, 840, "light")
	b.picture("quickstart.png", false) // the one in docs
	b.visit(s.url + "/users")
	b.fit("users")
	b.fill("Name optional", "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaftschafers")
	b.fill("E-mail optional", "a-very-long-address-that-does-not-end@subdomain.of.some.example.com")
	b.fill("Username", "wolfeschlegelsteinhausenbergerdorffvoraltern")
	b.fill("First password", marysPassword)
	b.press("Add user")
	b.press("Disable mary")
	b.fit("users-two")
	b.fill("Username", "mary")
	b.fill("First password", marysPassword)
	b.press("Add user")
	b.fit("users-refused")
}

func (b *tab) fit(state string) {
	b.t.Helper()
	b.named(state)
	require.Empty(b.t, b.MustEval(unsound).Str(), "%s", state)
	for _, width := range []int{1280, 360} {
		for _, scheme := range []string{"light", "dark"} {
			b.window(width, 800, scheme)
			look := fmt.Sprintf("%s, %d wide, %s", state, width, scheme)
			require.LessOrEqual(b.t, b.MustEval(`() => document.documentElement.scrollWidth`).Int(), width, "%s: scrolls sideways", look)
			ground := b.MustEval(`() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number); return r + g + b }`).Int()
			require.Equal(b.t, scheme == "dark", ground < 3*128, "%s: the ground is %d", look, ground)
			require.Empty(b.t, b.MustEval(faint).Str(), "%s", look)
			b.picture(fmt.Sprintf("%s-%d-%s.png", state, width, scheme), true)
		}
	}
	require.NoError(b.t, proto.EmulationClearDeviceMetricsOverride{}.Call(b))
}

// window has the page shown that wide and that high, in a colour scheme.
func (b *tab) window(width, height int, scheme string) {
	b.t.Helper()
	require.NoError(b.t, proto.EmulationSetDeviceMetricsOverride{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500}.Call(b))
	require.NoError(b.t, proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}.Call(b))
}

func (b *tab) named(state string) {
	b.t.Helper()
	tree, err := proto.AccessibilityGetFullAXTree{}.Call(b)
	require.NoError(b.t, err)
	count := make(map[string]int)
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role := node.Role.Value.Str()
		count[role]++
		if named[role] {
			require.True(b.t, node.Name != nil && node.Name.Value.Str() != "", "%s: a %s has no name", state, role)
		}
	}
	require.NotZero(b.t, count["button"]+count["link"])
	require.Equal(b.t, 1, count["main"], state)
	require.Equal(b.t, 1, count["banner"], state)
}

// unsound lists what is wrong with the structure of a page.
const unsound = `() => {
	const wrong = [], ids = [...document.querySelectorAll("[id]")].map(e => e.id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push("two elements are called " + id);
	for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
		for (const id of (e.getAttribute("aria-describedby") ?? e.getAttribute("aria-labelledby")).split(" "))
			if (!ids.includes(id)) wrong.push("nothing is called " + id);
	if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
	if (!document.documentElement.lang) wrong.push("no language");
	if (document.querySelector("[style], style, script:not([src])")) wrong.push("something inline");
	return wrong.join("; ");
}`

// faint lists text whose contrast is below 4.5 to 1 (WCAG 1.4.3), and borders
// of fields below 3 to 1 (1.4.11).
const faint = `() => {
	const channels = css => css.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => {
		const [x, y, z] = [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * x + 0.7152 * y + 0.0722 * z;
	};
	const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
	const ground = e => {
		for (; e; e = e.parentElement) {
			const c = channels(getComputedStyle(e).backgroundColor);
			if (c.length === 3) return c;
		}
		return [255, 255, 255];
	};
	const wrong = [];
	for (const e of document.querySelectorAll("body *")) {
		if (!e.checkVisibility() || e.matches(".unseen, .skip")) continue;
		const style = getComputedStyle(e);
		const says = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.matches("input, select");
		const text = contrast(channels(style.color), ground(e));
		if (says && text < 4.5) wrong.push(e.tagName + " " + e.textContent.trim() + ": text " + text.toFixed(2));
		if (e.matches("input:not([type=radio]), select")) {
			const edge = contrast(channels(style.borderTopColor), ground(e.parentElement));
			if (edge < 3) wrong.push(e.tagName + " " + e.name + ": border " + edge.toFixed(2));
		}
	}
	return wrong.join("; ");
}`

// picture is for people to look at: nothing compares it. It has the whole page,
// or what of it is in the window.
func (b *tab) picture(name string, whole bool) {
	b.t.Helper()
	dir := os.Getenv("SALLYPORT_TEST_SHOTS")
	if dir == "" {
		return
	}
	b.settled() // painted
	png, err := b.Screenshot(whole, nil)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name), png, 0o600))
}
