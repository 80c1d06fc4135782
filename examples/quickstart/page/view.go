package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

//go:embed templates
var files embed.FS

// view is what the templates show. Each page uses some of it.
type view struct {
	Title     string
	User      *auth.User // nil: nobody is signed in
	SignedOut bool       // this browser has no session any more
	Problem   *problem   // nil: none
	Done      string     // what the last form did; empty: nothing
	Typed     map[string]string

	Sessions  []session
	Providers []provider
	Users     []auth.User
	Next      string // the ID after which the list goes on; empty: it does not
}

// Administrator reports whether they see credentials and users.
func (v *view) Administrator() bool {
	return v.User != nil && (v.User.Role == auth.RoleAdmin || v.User.Role == auth.RoleSuperAdmin)
}

// Roles are those that the user may give to others.
func (v *view) Roles() []auth.Role {
	roles := []auth.Role{auth.RoleUser, auth.RoleAdmin}
	if v.User.Role == auth.RoleSuperAdmin {
		roles = append(roles, auth.RoleSuperAdmin)
	}
	return roles
}

// MayChange reports whether the list has forms for u.
func (v *view) MayChange(u auth.User) bool {
	return u.ID != v.User.ID && mayGive(v.User, u.Role) == nil
}

// problem is a refusal as people see it.
type problem struct {
	Form    string // beside which form it is shown; empty: at the top
	Message string
	Wait    time.Duration
	code    int
}

func problemOf(form string, a *answer) *problem {
	return &problem{form, a.Message, a.RetryAfter, a.Status}
}

// At returns the problem if it is to be shown beside that form.
func (v *view) At(form string) *problem {
	if v.Problem == nil || v.Problem.Form != form {
		return nil
	}
	return v.Problem
}

func (p *problem) status() int {
	if p == nil {
		return http.StatusOK
	}
	return p.code
}

// pages are the templates by name, each in the layout.
var pages = func() map[string]*template.Template {
	all := make(map[string]*template.Template)
	for _, name := range []string{"signin", "account", "credentials", "users", "failed"} {
		t := template.New("layout.html").Funcs(template.FuncMap{"wait": wait, "browser": browser, "utc": utc, "iso": iso})
		all[name] = template.Must(t.ParseFS(files, "templates/layout.html", "templates/"+name+".html"))
	}
	return all
}()

func render(w http.ResponseWriter, status int, name string, v *view) {
	var b bytes.Buffer
	if err := pages[name].Execute(&b, v); err != nil {
		slog.Error("page: render", "page", name, "err", err)
		http.Error(w, "Internal server error", http.StatusInternalServerError)
		return
	}
	if v.Problem != nil && v.Problem.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((v.Problem.Wait+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// wait says how long in the largest unit, rounded up: "15 minutes".
func wait(d time.Duration) string {
	n, unit := int((d+time.Second-1)/time.Second), "second"
	if n >= 120 {
		n, unit = (n+59)/60, "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

func utc(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// browser is a User-Agent header in short: "Firefox on Linux". The first name
// found counts, since most browsers also call themselves by others'.
func browser(userAgent string) string {
	if userAgent == "" {
		return "Unknown client"
	}
	if !strings.HasPrefix(userAgent, "Mozilla/") {
		return userAgent // a program says what it is
	}
	name := find(userAgent, "a browser", [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	system := find(userAgent, "an unknown system", [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	})
	return name + " on " + system
}

func find(text, otherwise string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(text, n[0]) {
			return n[1]
		}
	}
	return otherwise
}
