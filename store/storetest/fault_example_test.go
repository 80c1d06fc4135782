package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// A login is run once in peace and then with each of its calls failing: either
// it is refused for now, or it holds.
func ExampleFaults() {
	ctx := context.Background()
	kept := memory.New()
	var faults storetest.Faults
	users := faults.Users(kept)
	store := auth.Compose(users, faults.Sessions(kept), faults.Throttle(kept))
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, &auth.Options{Logger: slog.New(slog.DiscardHandler)})
	_, err3 := auth.NewAccounts(users.(auth.AccountStore), svc).Create(ctx, auth.NewAccount{
		Username: "jane", Password: auth.NewSecret("lantern orbit walnut"),
	})
	if err := errors.Join(err1, err2, err3); err != nil {
		fmt.Println(err)
		return
	}

	login := auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"}
	faults.Clear()
	_, err := svc.Login(ctx, login)
	calls := faults.Calls()
	fmt.Println("in peace:", len(calls), "calls, error", err)
	for i, call := range calls {
		faults.At(i+1, storetest.Fail)
		grant, err := svc.Login(ctx, login)
		fmt.Printf("%-14s fails: logged in %-5v  unavailable %v\n", call, grant != nil, errors.Is(err, auth.ErrUnavailable))
	}
	// Output:
	// in peace: 8 calls, error <nil>
	// AccountByLogin fails: logged in false  unavailable true
	// Reserve        fails: logged in false  unavailable true
	// Reserve        fails: logged in false  unavailable true
	// CreateSession  fails: logged in false  unavailable true
	// AccountByLogin fails: logged in false  unavailable true
	// RecordLogin    fails: logged in true   unavailable false
	// Settle         fails: logged in true   unavailable false
	// Settle         fails: logged in true   unavailable false
}
