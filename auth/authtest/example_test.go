package authtest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
)

// greet is a handler that runs behind httpadapter's middleware.
func greet(w http.ResponseWriter, r *http.Request) {
	id, ok := auth.IdentityFrom(r.Context())
	if !ok {
		http.Error(w, "nobody", http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "hello %s", id.User.Username)
}

// A handler by itself, without middleware.
func ExampleRequest() {
	id := authtest.Identity(auth.User{Username: "ada", Role: auth.RoleAdmin})
	w := httptest.NewRecorder()
	greet(w, authtest.Request(httptest.NewRequest("GET", "/", nil), id))
	fmt.Println(w.Body)
	// Output: hello ada
}

// A demotion holds for the sessions already open.
func ExampleFake() {
	var fake authtest.Fake
	ctx := context.Background()
	ada := fake.Add(auth.User{Username: "ada", Role: auth.RoleAdmin}, "correct horse battery staple")
	grant, err := fake.Login(ctx, auth.LoginRequest{Login: "Ada", Password: "correct horse battery staple"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ada.Role = auth.RoleUser
	fake.Update(ada)
	id, err := fake.Validate(ctx, grant.Token, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(id.User.Username, id.User.Role)
	// Output: ada user
}

// What a program wrote to its audit log.
func ExampleRecorder() {
	var audit authtest.Recorder
	err := audit.Audit(context.Background(), auth.Event{Kind: auth.EventLogin, Username: "ada"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range audit.Events(auth.EventLogin) {
		fmt.Println(e.Kind, e.Username)
	}
	// Output: login ada
}
