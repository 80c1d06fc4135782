package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// start is a program's wiring, and one user: jane.
func start(opts *auth.Options) (*auth.Service, *auth.Accounts, *auth.User) {
	store := memory.New()
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, opts)
	accounts := auth.NewAccounts(store, svc)
	jane, err3 := accounts.Create(context.Background(), auth.NewAccount{
		Username: "jane", Email: "jane@example.com", Password: auth.NewSecret("lantern orbit walnut"),
	})
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	return svc, accounts, jane
}

// A login, and what becomes of its token.
func ExampleNew() {
	store := memory.New()
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, &auth.Options{Lifetime: 8 * time.Hour})
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	_, err := auth.NewAccounts(store, svc).Create(ctx, auth.NewAccount{
		Username: "jane", Email: "jane@example.com", Password: auth.NewSecret("lantern orbit walnut"),
	})
	if err != nil {
		log.Fatal(err)
	}

	grant, err := svc.Login(ctx, auth.LoginRequest{Login: "Jane@Example.com", Password: "lantern orbit walnut"})
	if err != nil {
		log.Fatal(err)
	}
	id, err := svc.Validate(ctx, grant.Token, 0) // at each request
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(id.User.Username, id.User.Role, id.Session.ExpiresAt.Sub(id.Session.CreatedAt).Round(time.Minute))

	fmt.Println(svc.Logout(ctx, grant.Token))
	_, err = svc.Validate(ctx, grant.Token, 0)
	fmt.Println(errors.Is(err, auth.ErrInvalidToken), err)
	// Output:
	// jane user 8h0m0s
	// <nil>
	// true auth: invalid or expired token
}

// What a caller tells apart: httpadapter answers 401, 429 and 503.
func ExampleService_Login() {
	svc, _, jane := start(&auth.Options{AccountLimit: auth.Limit{Max: 2}})
	ctx := context.Background()
	try := func(password string) {
		_, err := svc.Login(ctx, auth.LoginRequest{
			Login: "jane", Password: password, Remote: netip.MustParseAddr("192.0.2.7"), UserAgent: "Lynx/2.9",
		})
		var later *auth.RetryAfter
		switch {
		case err == nil:
			fmt.Println("welcome")
		case errors.Is(err, auth.ErrInvalidCredentials):
			fmt.Println("wrong, for whatever reason")
		case errors.As(err, &later):
			fmt.Println("too many, or unavailable; try again later:", later.After > 0)
		}
	}
	try("a guess")
	try("another")
	try("lantern orbit walnut")
	if err := svc.Unlock(ctx, jane.ID); err != nil { // by an operator
		log.Fatal(err)
	}
	try("lantern orbit walnut")
	// Output:
	// wrong, for whatever reason
	// wrong, for whatever reason
	// too many, or unavailable; try again later: true
	// welcome
}

// People see where they are signed in, and end what they do not know.
func ExampleService_Sessions() {
	svc, _, jane := start(nil)
	ctx := context.Background()
	var here *auth.Grant
	for _, device := range []string{"phone", "library", "laptop"} {
		var err error
		here, err = svc.Login(ctx, auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut", UserAgent: device})
		if err != nil {
			log.Fatal(err)
		}
	}
	current := here.Identity.Session.ID

	sessions, err := svc.Sessions(ctx, jane.ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range sessions {
		fmt.Println(s.UserAgent, s.ID == current)
		if s.UserAgent == "library" {
			fmt.Println("ended:", svc.EndSession(ctx, jane.ID, s.ID))
		}
	}
	fmt.Println("all others:", svc.EndUserSessions(ctx, jane.ID, current))
	sessions, err = svc.Sessions(ctx, jane.ID)
	fmt.Println(len(sessions), err)
	// Output:
	// laptop true
	// library false
	// ended: <nil>
	// phone false
	// all others: <nil>
	// 1 <nil>
}

// An event of the host's own goes to the same record, with who is signed in as
// the one who did it.
func ExampleService_Audit() {
	var record authtest.Recorder // in a program, a sqlstore.Store or NewLogAuditor
	svc, _, jane := start(&auth.Options{Auditor: &record})

	admin := auth.Identity{User: auth.User{ID: "1", Username: "root", Role: auth.RoleAdmin}}
	ctx := auth.WithIdentity(context.Background(), &admin) // as a guarded handler's is
	if err := svc.Audit(ctx, auth.Event{Kind: "invoice.viewed", UserID: jane.ID, Username: jane.Username}); err != nil {
		log.Fatal(err) // not kept: do not answer
	}
	for _, e := range record.Events("invoice.viewed") {
		fmt.Println(e.Kind, "of", e.Username, "by", e.ActorID, e.Time.IsZero())
	}
	// Output: invoice.viewed of jane by 1 false
}
