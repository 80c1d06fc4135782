package page

import (
	"net/http"

	"github.com/sallyport-go/sallyport/credentials"
)

func (p *Page) signIn(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("username")
	a := p.ask(w, r, "POST", "/login", map[string]string{"username": name, "password": r.PostFormValue("password")})
	if a.Status != http.StatusOK {
		render(w, a.Status, "signin", &view{Title: "Sign in", Problem: problemOf("", a), Typed: map[string]string{"username": name}})
		return
	}
	back(w, r, "/")
}

func (p *Page) signOut(w http.ResponseWriter, r *http.Request) {
	if a := p.ask(w, r, "POST", "/logout", nil); a.Status != http.StatusOK {
		p.refuse(w, r, a)
		return
	}
	back(w, r, "/")
}

// account shows who is signed in, their sessions, and the form for another
// password.
func (p *Page) account(w http.ResponseWriter, r *http.Request, v *view) {
	a := p.ask(w, r, "GET", "/sessions", nil)
	if a.Status != http.StatusOK {
		p.refuse(w, r, a)
		return
	}
	v.Title, v.Sessions, v.Done = "Your account", a.Sessions, done[r.URL.Query().Get("done")]
	render(w, v.Problem.status(), "account", v)
}

// done is what a form that was taken says on the page that follows it.
var done = map[string]string{
	"session":  "Session ended",
	"others":   "Other sessions ended",
	"password": "Password changed",
	"added":    "User added",
	"enabled":  "User enabled",
	"disabled": "User disabled",
	"role":     "Role changed",
}

func (p *Page) endSession(w http.ResponseWriter, r *http.Request) {
	a := p.ask(w, r, "DELETE", "/sessions/"+r.PostFormValue("id"), nil)
	p.after(w, r, "session", a)
}

func (p *Page) endOthers(w http.ResponseWriter, r *http.Request) {
	a := p.ask(w, r, "DELETE", "/sessions", nil)
	p.after(w, r, "others", a)
}

func (p *Page) changePassword(w http.ResponseWriter, r *http.Request) {
	a := p.ask(w, r, "POST", "/password", map[string]string{
		"current_password": r.PostFormValue("current"),
		"new_password":     r.PostFormValue("new"),
	})
	p.after(w, r, "password", a)
}

// after goes back to the account, or shows it with what the API has against the
// form.
func (p *Page) after(w http.ResponseWriter, r *http.Request, form string, a *answer) {
	if a.Status == http.StatusOK {
		back(w, r, "/?done="+form)
		return
	}
	p.signedIn(func(w http.ResponseWriter, r *http.Request, v *view) {
		v.Problem = problemOf(form, a)
		p.account(w, r, v)
	})(w, r)
}

// provider is one set of credentials, or why there is none.
type provider struct {
	Name, Title string
	Refusal     string
	Fields      [][2]string
	Examples    []example
}

type example struct{ Name, Text string }

func (p *Page) credentials(w http.ResponseWriter, r *http.Request, v *view) {
	for _, known := range p.providers {
		one := provider{Name: known.Name(), Title: known.Title()}
		a := p.ask(w, r, "GET", "/"+known.Name()+"-credentials", nil)
		switch m := a.Credentials; {
		case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
			p.refuse(w, r, a) // a role or a session that was lost just now
			return
		case m == nil:
			one.Refusal = a.Message
		default:
			one.Fields, one.Examples = fields(m), []example{{"curl", m.CurlExample}, {"Node", m.NodeExample}, {"Python", m.PythonExample}}
		}
		v.Providers = append(v.Providers, one)
	}
	v.Title = "Credentials"
	render(w, http.StatusOK, "credentials", v)
}

// fields are those that the provider has.
func fields(m *credentials.Masked) [][2]string {
	var have [][2]string
	for _, f := range [][2]string{
		{"Region", m.Region}, {"Access key ID", m.AccessKeyID}, {"Secret access key", m.SecretAccessKey}, {"API key", m.APIKey},
		{"Base URL", m.BaseURL}, {"Endpoint", m.Endpoint}, {"Authentication", m.AuthMethod},
	} {
		if f[1] != "" {
			have = append(have, f)
		}
	}
	return have
}
