package browser_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
	"github.com/stretchr/testify/require"
)

var evalActive = rod.Eval(`() => document.activeElement`)

func TestCredentialsAreShownMaskedAndCopied(t *testing.T) {
	s := serve(t)
	p := newPerson(t, s)
	b := p.signIn("admin", s.password)
	require.NoError(t, proto.BrowserGrantPermissions{
		Permissions:      []proto.BrowserPermissionType{proto.BrowserPermissionTypeClipboardReadWrite, proto.BrowserPermissionTypeClipboardSanitizedWrite},
		Origin:           s.url,
		BrowserContextID: p.browser.BrowserContextID,
	}.Call(p.browser))
	b.follow(func() { b.control("link", "Credentials").MustClick() })
	for _, fact := range []string{"wJal****************************KEYX", "nvap************************************q7q7", "eu-north-1", "AKIAIOSFODNN7EXAMPLE"} {
		b.sees(fact)
	}
	token, _ := s.login(t, "admin", s.password)
	for title, name := range map[string]string{"AWS": "aws", "NVIDIA": "nvidia"} {
		_, answer := s.call(t, "GET", "/api/auth/"+name+"-credentials", token, "", "")
		var has struct {
			Credentials struct{ CurlExample, NodeExample, PythonExample string }
		}
		require.NoError(t, json.Unmarshal(answer, &has))
		c := has.Credentials
		for tool, want := range map[string]string{"curl": c.CurlExample, "Node": c.NodeExample, "Python": c.PythonExample} {
			require.NotEmpty(t, want)
			b.MustElement("label[for=" + name + "-" + tool + "]").MustClick()
			require.Empty(t, b.copied(name), "nothing of this one is copied yet")
			b.control("button", "Copy the "+title+" example").MustClick()
			require.Eventually(t, func() bool { return b.copied(name) == "Copied" }, wait, tick, "it says so")
			require.Equal(t, want, b.MustEval(`() => navigator.clipboard.readText()`).Str(), "the clipboard has the whole example")
			b.control("region", title+" example, "+tool)
		}
	}
}

// copied is what the live region of a provider says.
func (b *tab) copied(provider string) string {
	b.t.Helper()
	return b.MustElement(`fieldset:has(#` + provider + `-curl) [role="status"]`).MustText()
}

func TestWhatIsNotConfiguredIsSaid(t *testing.T) {
	s := serveBare(t)
	b := newPerson(t, s).signIn("admin", s.password)
	b.visit(s.url + "/credentials")
	b.sees("AWS credentials are not configured.")
	b.sees("NVIDIA credentials are not configured.")
	require.Empty(t, b.MustElements("pre"))
}

func TestUsersAreLookedAfter(t *testing.T) {
	s := serve(t)
	b := newPerson(t, s).signIn("admin", s.password)
	b.follow(func() { b.control("link", "Users").MustClick() })
	add := func(name, role, password string) {
		b.fill("Username", name)
		b.fill("First password", password)
		b.control("combobox", "Role").MustSelect(role)
		b.press("Add user")
	}
	add("mary", "admin", "short")
	b.refused("Password needs at least 15 characters, has 5.")
	require.Equal(t, "mary", b.control("textbox", "Username").MustProperty("value").Str(), "what was typed is still there")
	require.Equal(t, "admin", b.control("combobox", "Role").MustProperty("value").Str())
	require.Empty(t, b.control("textbox", "First password").MustProperty("value").Str())
	add("mary@example.com", "user", marysPassword)
	b.refused(`The username holds "@" or a space; an e-mail address goes into Email.`)
	add("ADMIN", "user", marysPassword)
	b.refused("Username or e-mail is taken.")
	require.Equal(t, []string{"admin"}, s.names(t))
	b.fill("Name optional", `<img src=x onerror=alert(1)>`)
	add("mary", "user", marysPassword)
	b.sees("User added.")
	b.sees(`<img src=x onerror=alert(1)>`)
	require.ElementsMatch(t, []string{"admin", "mary"}, s.names(t))

	token, status := s.login(t, "mary", marysPassword)
	require.Equal(t, http.StatusOK, status)
	b.press("Disable mary")
	b.sees("User disabled.")
	status, _ = s.call(t, "GET", "/api/auth/validate", token, "", "")
	require.Equal(t, http.StatusUnauthorized, status)
	_, status = s.login(t, "mary", marysPassword)
	require.Equal(t, http.StatusUnauthorized, status)
	b.press("Enable mary")
	b.sees("User enabled.")

	b.control("combobox", "Role of mary").MustSelect("admin")
	b.press("Set the role of mary")
	b.sees("Role changed.")
	require.Equal(t, "admin", b.control("combobox", "Role of mary").MustProperty("value").Str())
	require.Empty(t, b.controls("button", "Disable admin"), "nobody locks themselves out")
	token, _ = s.login(t, "mary", marysPassword)
	status, _ = s.call(t, "GET", "/api/auth/aws-credentials", token, "", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, s.stderr.String(), "actor", "the record says who did it")
}

func TestAnAdminHasNoFormsForASuperAdmin(t *testing.T) {
	s := serve(t)
	s.addMary(t)
	root := newPerson(t, s).signIn("admin", s.password)
	root.visit(s.url + "/users")
	root.control("combobox", "Role of mary").MustSelect("admin")
	root.press("Set the role of mary")
	b := newPerson(t, s).signIn("mary", marysPassword)
	b.visit(s.url + "/users")
	require.Empty(t, b.controls("button", "Disable admin"))
	require.NotContains(t, b.control("combobox", "Role").MustText(), "super_admin")
}

func TestOthersSeeNothingOfAdministration(t *testing.T) {
	s := serve(t)
	s.addMary(t)
	b := newPerson(t, s).signIn("mary", marysPassword)
	for _, page := range []string{"Credentials", "Users"} {
		require.Empty(t, b.controls("link", page))
	}
	for _, path := range []string{"/credentials", "/users"} {
		b.visit(s.url + path)
		b.refused("Access denied.")
		require.Equal(t, 1, b.answers("GET "+path+" 403"))
		b.seesNot("admin")
		b.seesNot("AKIA")
	}
}
