package httpadapter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

// The documented endpoints in an http.ServeMux. A program gives New an
// auth.Service; the fake here knows one person.
func ExampleHandler_Mount() {
	var svc authtest.Fake
	svc.Add(auth.User{Username: "ada"}, "correct horse battery staple")

	h, err := httpadapter.New(&svc, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	h.Mount(mux)

	r := httptest.NewRequest("POST", "/api/auth/login", strings.NewReader(`{"username":"ada","password":"guess"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 401 {"success":false,"message":"Invalid username or password"}
}

// Routes of the host's own, for those who have a role.
func ExampleHandler_Require() {
	var svc authtest.Fake
	h, err := httpadapter.New(&svc, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	admins := h.Require(auth.RoleAdmin, auth.RoleSuperAdmin)

	mux := http.NewServeMux()
	mux.Handle("GET /reports", admins(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := auth.IdentityFrom(r.Context())
		fmt.Fprintf(w, "reports for %s", id.User.Username)
	})))

	for _, role := range []auth.Role{auth.RoleAdmin, auth.RoleUser} {
		r := httptest.NewRequest("GET", "/reports", nil)
		r.Header.Set("Authorization", "Bearer "+svc.SignIn(auth.User{Username: "ada", Role: role}))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 reports for ada
	// 403 {"success":false,"message":"Access denied"}
}

// A rule that roles cannot say.
func ExampleHandler_RequireFunc() {
	var svc authtest.Fake
	h, err := httpadapter.New(&svc, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	acme := h.RequireFunc(func(id *auth.Identity) bool { return id.User.Organization == "Acme Corp" })
	guarded := acme(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "welcome") }))

	for _, organization := range []string{"Acme Corp", "Another"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+svc.SignIn(auth.User{Organization: organization}))
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 welcome
	// 403 {"success":false,"message":"Access denied"}
}

// mailCredentials is a third provider, beside AWS and NVIDIA.
type mailCredentials struct{}

func (mailCredentials) Name() string  { return "mail" }
func (mailCredentials) Title() string { return "Mail" }

func (mailCredentials) Masked(context.Context, *auth.User) (*credentials.Masked, error) {
	return &credentials.Masked{APIKey: "************", BaseURL: "https://mail.example.com"}, nil
}

// Another provider's credentials, at an endpoint of their own. Each look is an
// event before it is an answer.
func ExampleOptions_credentials() {
	var svc authtest.Fake
	var events authtest.Recorder
	h, err := httpadapter.New(&svc, &httpadapter.Options{
		Credentials: []credentials.Provider{mailCredentials{}},
		Auditor:     &events,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "/api/auth/mail-credentials", nil)
	r.Header.Set("Authorization", "Bearer "+svc.SignIn(auth.User{Username: "ada", Role: auth.RoleAdmin}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Body)
	for _, e := range events.Events() {
		fmt.Println(e.Username, e.Kind, e.Reason)
	}
	// Output:
	// {"success":true,"credentials":{"apiKey":"************","baseUrl":"https://mail.example.com"}}
	// ada credential.viewed mail
}

// A third provider that speaks OpenAI's protocol is one value, served at
// GET /api/auth/groq-credentials. Its examples read GROQ_API_KEY.
func ExampleOptions_thirdProvider() {
	src := credentials.Static(map[string]map[string]string{"groq": {"GROQ_API_KEY": "gsk_0123456789abcdefghijklmnopqrstuvwxyz"}})
	groq, err := credentials.OpenAI(src, credentials.OpenAIOptions{
		Name: "groq", Title: "Groq", BaseURL: "https://api.groq.com", Path: "/openai/v1", Model: "openai/gpt-oss-120b",
	})
	if err != nil {
		log.Fatal(err)
	}
	var svc authtest.Fake // in a program, an auth.Service
	h, err := httpadapter.New(&svc, &httpadapter.Options{Credentials: []credentials.Provider{groq}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(askAsAdmin(&svc, h, "/api/auth/groq-credentials")[:86])
	// Output: {"success":true,"credentials":{"apiKey":"gsk_************************************wxyz"
}

// askAsAdmin is an administrator with a browser.
func askAsAdmin(svc *authtest.Fake, h http.Handler, path string) string {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Authorization", "Bearer "+svc.SignIn(auth.User{Username: "ada", Role: auth.RoleAdmin}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

// People see where they are signed in. The same Service that logs them in
// serves the list, and Accounts changes their passwords.
func ExampleOptions_sessions() {
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	store := memory.New()
	svc, err2 := auth.New(store, tokens, &auth.Options{MaxSessions: 5, IdleLimit: time.Hour})
	accounts := auth.NewAccounts(store, svc)
	h, err3 := httpadapter.New(svc, &httpadapter.Options{Sessions: svc, Passwords: accounts})
	_, err4 := accounts.Create(context.Background(), auth.NewAccount{Username: "ada", Password: auth.NewSecret("lantern orbit walnut")})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		fmt.Println(err)
		return
	}
	grant, err := svc.Login(context.Background(), auth.LoginRequest{Login: "ada", Password: "lantern orbit walnut", UserAgent: "Lynx/2.9"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for path, method := range map[string]string{"sessions": "GET", "sessions/not-mine": "DELETE"} {
		r := httptest.NewRequest(method, "/api/auth/"+path, nil)
		r.Header.Set("Authorization", "Bearer "+grant.Token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(method, w.Code, strings.Contains(w.Body.String(), `"user_agent":"Lynx/2.9","current":true`))
	}
	// Unordered output:
	// GET 200 true
	// DELETE 404 false
}
