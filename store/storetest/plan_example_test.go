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

// behind is a Service with all of its store behind faults, and one account.
func behind(faults *storetest.Faults) (*auth.Service, *auth.Accounts) {
	kept := memory.New()
	store := auth.Compose(faults.Users(kept), faults.Sessions(kept), faults.Throttle(kept))
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, &auth.Options{Identity: faults.Identity(kept), Logger: slog.New(slog.DiscardHandler)})
	accounts := auth.NewAccounts(faults.Accounts(kept), svc)
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
	svc, _ := behind(&faults)
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

// The first session made is not to be had, whatever else a login calls.
func ExampleFaults_On() {
	ctx := context.Background()
	var faults storetest.Faults
	svc, _ := behind(&faults)

	faults.On("CreateSession", 1, storetest.Fail)
	for range 2 {
		_, err := svc.Login(ctx, auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"})
		fmt.Println(errors.Is(err, auth.ErrUnavailable))
	}
	// Output:
	// true
	// false
}

// The connection broke after the store had done what it was asked for. Whoever
// made an account by it has made one.
func ExampleLoseAnswer() {
	ctx := context.Background()
	var faults storetest.Faults
	_, accounts := behind(&faults)

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
