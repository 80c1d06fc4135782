// Package page is a website over the JSON API: sign in, see and end one's
// sessions, change the password and, for administrators, look at credentials
// and look after users.
//
// It is a client of the API in the same process. Each form is handed to the
// httpadapter.Handler as the request that a program would send, with the cookie,
// the origin and the address that the browser came with, and what the handler
// answers is shown: so the throttle, the cookie, the refusal of other origins
// and every message are the API's. Only users, whom the API does not manage, go
// to auth.Accounts.
package page

import (
	"embed"
	"net/http"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

//go:embed static
var static embed.FS

// maxForm bounds a form in bytes; what is longer is read as an empty one.
const maxForm = 64 << 10

// Page serves the website. It is safe for concurrent use.
type Page struct {
	api       *httpadapter.Handler
	accounts  *auth.Accounts
	providers []credentials.Provider
}

// New returns a Page over api, which has to have a Cookie, Sessions, Passwords
// and the same providers.
func New(api *httpadapter.Handler, accounts *auth.Accounts, providers []credentials.Provider) *Page {
	return &Page{api, accounts, providers}
}

// ServeHTTP is the page at "/".
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guarded(p.signedIn(p.account)).ServeHTTP(w, r)
}

// Mount registers all but "/".
func (p *Page) Mount(mux *http.ServeMux) {
	get := func(path string, show http.HandlerFunc) { mux.Handle("GET "+path, guarded(show)) }
	post := func(path, from string, do http.HandlerFunc) {
		mux.Handle("POST "+path, guarded(do))
		get(path, func(w http.ResponseWriter, r *http.Request) { back(w, r, from) }) // the address that a refused form leaves in the browser
	}
	post("/login", "/", p.signIn)
	post("/logout", "/", p.signOut)
	post("/sessions/end", "/", p.endSession)
	post("/sessions/end-others", "/", p.endOthers)
	post("/password", "/", p.changePassword)

	get("/credentials", p.signedIn(p.credentials, administrators...))
	get("/users", p.signedIn(p.users, administrators...))
	post("/users/add", "/users", p.signedIn(p.addUser, administrators...))
	post("/users/active", "/users", p.signedIn(p.setActive, administrators...))
	post("/users/role", "/users", p.signedIn(p.setRole, administrators...))

	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		get("/static/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, static, "static/"+name) })
	}
}

// guarded sets what a browser may do with the answer.
func guarded(h http.HandlerFunc) http.Handler {
	return http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin") // no-referrer would have our own forms sent with "Origin: null"
		header.Set("Cache-Control", "no-store")
		h(w, r)
	}), maxForm)
}

// back sends the browser on after a form, so that a reload does not send it again.
func back(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther)
}
