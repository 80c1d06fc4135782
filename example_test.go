package sallyport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

// The whole wiring: login, validate, logout and one route for administrators,
// in a server of one process. Another store, such as store/sql, or a host's own
// users table takes the place of memory.New.
func Example() {
	secret := []byte("32 bytes or more, from authctl key new") // from your configuration
	store := memory.New()
	mux := http.NewServeMux()

	// embedding begins
	tokens, err1 := token.NewHS256(secret, nil)
	svc, err2 := auth.New(store, tokens, nil)
	guard, err3 := httpadapter.New(svc, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	guard.Mount(mux) // POST /api/auth/login, GET /api/auth/validate, POST /api/auth/logout
	mux.Handle("/reports", guard.Require(auth.RoleAdmin)(http.HandlerFunc(reports)))
	// embedding ends

	_, err := auth.NewAccounts(store, svc).Create(context.Background(), auth.NewAccount{
		Username: "john", Email: "john@example.com", Role: auth.RoleAdmin,
		Password: auth.NewSecret("lantern orbit walnut"),
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	answer, err := http.Post(server.URL+"/api/auth/login", "application/json",
		strings.NewReader(`{"username":"john@example.com","password":"lantern orbit walnut"}`))
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	_, rest, _ := strings.Cut(string(body), `"token":"`)
	bearer, _, _ := strings.Cut(rest, `"`)

	for _, path := range []string{"/reports", "/api/auth/validate"} {
		fmt.Println(path, get(server.URL+path, ""), get(server.URL+path, bearer))
	}
	// Output:
	// /reports 401 200
	// /api/auth/validate 401 200
}

// reports is a handler of the host's: the middleware has let the user in.
func reports(w http.ResponseWriter, r *http.Request) {
	id, _ := auth.IdentityFrom(r.Context())
	fmt.Fprintln(w, "reports for", id.User.Name)
}

func get(url, bearer string) int {
	req, _ := http.NewRequest(http.MethodGet, url, nil)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
