package authtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
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

// A route behind httpadapter, while all is well and while the store is down.
func ExampleFake_Fail() {
	var fake authtest.Fake
	guard, err := httpadapter.New(&fake, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	guarded := guard.Require()(http.HandlerFunc(greet))

	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+fake.SignIn(auth.User{Username: "ada"}))
	for _, fault := range []error{nil, auth.ErrUnavailable} {
		fake.Fail(fault)
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 hello ada
	// 503 {"success":false,"message":"Service temporarily unavailable"}
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

// A record that cannot be kept: a credential is then not shown.
func ExampleRecorder_Fail() {
	var audit authtest.Recorder
	audit.Fail(errors.New("the disk is full"))
	err := audit.Audit(context.Background(), auth.Event{Kind: auth.EventCredentialViewed, Username: "ada"})
	fmt.Println(err, len(audit.Events()))
	// Output: the disk is full 0
}
