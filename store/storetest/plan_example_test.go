package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// wire is a program's wiring, and one account.
func wire(store auth.Store, users auth.AccountStore, identity auth.IdentityReader) (*auth.Service, *auth.Accounts) {
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, &auth.Options{Identity: identity, Logger: slog.New(slog.DiscardHandler)})
	accounts := auth.NewAccounts(users, svc)
	_, err3 := accounts.Create(context.Background(), auth.NewAccount{Username: "jane", Password: auth.NewSecret("lantern orbit walnut")})
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	return svc, accounts
}

// An outage, and its end. Nobody is logged out by it.
func ExampleFaults_From() {
	ctx := context.Background()
	var faults storetest.Faults
	kept := memory.New()
	svc, _ := wire(kept, kept, faults.Identity(kept))
	grant, err := svc.Login(ctx, auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"})
	if err != nil {
		log.Fatal(err)
	}

	faults.From(1, storetest.Cancel)
	for range 2 {
		_, err := svc.Validate(ctx, grant.Token, 0)
		fmt.Println(errors.Is(err, auth.ErrUnavailable), faults.Calls())
	}
	faults.Clear()
	_, err = svc.Validate(ctx, grant.Token, 0)
	fmt.Println(err)
	// Output:
	// true [IdentityBySession]
	// true [IdentityBySession IdentityBySession]
	// <nil>
}

// The next session cannot be kept, whatever else a login calls before.
func ExampleFaults_On() {
	ctx := context.Background()
	var faults storetest.Faults
	kept := memory.New()
	svc, _ := wire(auth.Compose(kept, faults.Sessions(kept), kept), kept, nil)

	faults.On("CreateSession", 1, storetest.Fail)
	for range 2 {
		_, err := svc.Login(ctx, auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"})
		fmt.Println(errors.Is(err, auth.ErrUnavailable))
	}
	// Output:
	// true
	// false
}

// A connection breaks when the account is made and the answer is still under
// way. Create looks whether it is there.
func ExampleLoseAnswer() {
	ctx := context.Background()
	var faults storetest.Faults
	kept := memory.New()
	_, accounts := wire(kept, faults.Accounts(kept), nil)

	faults.On("CreateAccount", 0, storetest.LoseAnswer)
	made, err := accounts.Create(ctx, auth.NewAccount{Username: "mary", Password: auth.NewSecret("nine lamps over water")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Username, faults.Calls())
	// Output: mary [CreateAccount UserByID]
}

// A store that says nothing is waited for as long as the caller allows.
func ExampleTimeOut() {
	var faults storetest.Faults
	users := faults.Users(memory.NewUsers())
	faults.At(1, storetest.TimeOut)

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := users.UserByID(ctx, "7")
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}
