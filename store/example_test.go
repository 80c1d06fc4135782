package store_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// directory stands for where a company keeps its people, by their number.
type directory map[string]auth.Account

// users is the least of a backend: two reads.
type users struct{ from directory }

// AccountByLogin returns the account that has the name, which is canonical. Any
// error but ErrUserNotFound is a fault, and answered 503.
func (u users) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	for _, a := range u.from {
		if a.Username == login {
			return &a, nil
		}
	}
	return nil, auth.ErrUserNotFound
}

// UserByID returns the user as of now.
func (u users) UserByID(_ context.Context, id string) (*auth.User, error) {
	a, ok := u.from[id]
	if !ok {
		return nil, auth.ErrUserNotFound
	}
	return &a.User, nil
}

// A backend that is users alone, with sessions and throttle from elsewhere.
func Example() {
	store := auth.Compose(
		users{directory{"7": {User: auth.User{ID: "7", Username: "jane", Role: auth.RoleUser, Active: true}}}},
		memory.NewSessions(), memory.NewThrottle(),
	)
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, nil)
	if err := errors.Join(err1, err2); err != nil {
		fmt.Println(err)
		return
	}
	_, err := svc.Login(context.Background(), auth.LoginRequest{Login: "jane", Password: "has none yet"})
	fmt.Println(err)
	jane, err := store.AccountByLogin(context.Background(), "jane")
	fmt.Println(jane.ID, err)
	// Output:
	// auth: invalid username or password
	// 7 <nil>
}
