package httpadapter_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// echo is a guarded handler that answers, in the form ask expects, who asks.
func echo(w http.ResponseWriter, r *http.Request) {
	id, ok := auth.IdentityFrom(r.Context())
	if !ok {
		panic("a guarded handler ran without an identity")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	body, _ := json.Marshal(map[string]any{"success": true, "message": id.User.Username})
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body)
}

func TestRequire(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	user, admin, super := auth.RoleUser, auth.RoleAdmin, auth.RoleSuperAdmin
	for _, c := range []struct {
		name  string
		guard func(http.Handler) http.Handler
		lets  []auth.Role
	}{
		{"any live session", h.Require(), []auth.Role{user, admin, super}},
		{"one role", h.Require(admin), []auth.Role{admin}},
		{"two roles", h.Require(admin, super), []auth.Role{admin, super}},
		{"a role is not included in another", h.Require(user), []auth.Role{user}},
		{"LESSONS 21: a role spelled otherwise", h.Require("Admin", "ADMIN", "admin ", ""), nil},
		{"a rule", h.RequireFunc(func(id *auth.Identity) bool { return id.User.Username == "user" }), []auth.Role{user}},
		{"no rule", h.RequireFunc(nil), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for role, token := range h.tokens {
				ran := false
				guarded := c.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ran = true; echo(w, r) }))
				a := ask(t, guarded, get("/things", token))
				want := false
				for _, r := range c.lets {
					want = want || r == role
				}
				require.Equal(t, want, ran, "for %s", role)
				if want {
					a.is(t, 200, string(role))
				} else {
					a.is(t, 403, "Access denied")
				}
			}
			never := c.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("let in without a token") }))
			ask(t, never, get("/things", "")).is(t, 401, noToken)
			ask(t, never, get("/things", "x")).is(t, 401, invalidToken)
			ask(t, never, httptest.NewRequest(http.MethodHead, "/things", nil))
		})
	}
}

// LESSONS 20: disabled or demoted, still in (ZITADEL CVE-2024-47000).
func TestALostRoleCountsAtTheNextRequest(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	u := h.fake.Add(auth.User{Username: "grace", Role: auth.RoleAdmin}, "")
	token := h.fake.SignIn(u)
	guarded := h.Require(auth.RoleAdmin)(http.HandlerFunc(echo))
	ask(t, guarded, get("/", token)).is(t, 200, "grace")
	u.Role = auth.RoleUser
	h.fake.Update(u)
	ask(t, guarded, get("/", token)).is(t, 403, "Access denied")
	ask(t, h, get("/api/auth/aws-credentials", token)).is(t, 403, "Admin access required")
	u.Active = false
	h.fake.Update(u)
	ask(t, guarded, get("/", token)).is(t, 401, invalidToken)
}

func TestRequireKeepsItsOwnRoles(t *testing.T) {
	h := newHouse(t, httpadapter.Options{})
	roles := []auth.Role{auth.RoleAdmin}
	guarded := h.Require(roles...)(http.HandlerFunc(echo))
	roles[0] = auth.RoleUser
	ask(t, guarded, get("/", h.tokens[auth.RoleUser])).is(t, 403, "Access denied")
}

func TestMaxAgeIsForValidateAndRequireAlone(t *testing.T) {
	var asked []time.Duration
	id := authtest.Identity(auth.User{Role: auth.RoleAdmin})
	a := stub{validate: func(_ string, maxAge time.Duration) (*auth.Identity, error) {
		asked = append(asked, maxAge)
		return id, nil
	}}
	h, err := httpadapter.New(a, &httpadapter.Options{MaxAge: 5 * time.Second})
	require.NoError(t, err)
	for _, path := range []string{"validate", "aws-credentials", "nvidia-credentials"} {
		ask(t, h, get("/api/auth/"+path, "t"))
	}
	ask(t, h.Require()(http.HandlerFunc(echo)), get("/", "t"))
	require.Equal(t, []time.Duration{5 * time.Second, 0, 0, 5 * time.Second}, asked, "credentials ask anew")
}

// LESSONS 15: fail open (Auth.js GHSA-8fpg, Argo CD CVE-2022-29165).
func TestAFaultNeverReachesTheGuardedHandler(t *testing.T) {
	for name, validate := range map[string]func(string, time.Duration) (*auth.Identity, error){
		"a fault":            func(string, time.Duration) (*auth.Identity, error) { return nil, auth.ErrUnavailable },
		"identity and error": func(string, time.Duration) (*auth.Identity, error) { return &auth.Identity{}, auth.ErrUnavailable },
		"neither":            func(string, time.Duration) (*auth.Identity, error) { return nil, nil },
	} {
		h, err := httpadapter.New(stub{validate: validate}, nil)
		require.NoError(t, err)
		guarded := h.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Errorf("%s: the handler ran", name) }))
		require.GreaterOrEqual(t, ask(t, guarded, get("/", "t")).status, 500, name)
		require.GreaterOrEqual(t, ask(t, h, get("/api/auth/validate", "t")).status, 500, name)
	}
}

// LESSONS 25: shared request state. Run with -race.
func TestEachRequestHasItsOwnIdentity(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Cookie: &httpadapter.Cookie{}})
	guarded := h.Require()(http.HandlerFunc(echo))
	var wg sync.WaitGroup
	for i := range 32 {
		name := fmt.Sprintf("user-%d", i)
		token := h.fake.SignIn(auth.User{Username: name})
		wg.Go(func() {
			for range 20 {
				for path, served := range map[string]http.Handler{"/": guarded, "/api/auth/validate": h} {
					w := httptest.NewRecorder()
					served.ServeHTTP(w, get(path, token))
					if !strings.Contains(w.Body.String(), `"`+name+`"`) {
						t.Errorf("%s was answered at %s: %s", name, path, w.Body)
					}
				}
			}
		})
	}
	wg.Wait()
}
