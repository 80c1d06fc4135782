package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// People come with the bcrypt hashes they have, and log in as before. The
// hasher that reads them is also the one of the server.
func ExampleAccounts_Import() {
	hasher, err := password.New(&password.Options{Legacy: []password.Format{password.Bcrypt(10)}})
	if err != nil {
		log.Fatal(err)
	}
	store := memory.New()
	tokens, err := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	if err != nil {
		log.Fatal(err)
	}
	svc, err := auth.New(store, tokens, &auth.Options{Hasher: hasher})
	if err != nil {
		log.Fatal(err)
	}
	batch := []auth.Account{
		{
			User:         auth.User{ID: "4711", Username: "john", Email: "john@example.com", Active: true},
			PasswordHash: auth.NewSecret("$2b$10$wi4DL5P4jLFlt9ZMQ0K2XeJ3F1GOGiKz1Ia6Vy2QBSYhQzYMnl1tS"),
		},
		{User: auth.User{Username: "mary", Role: "Admin", Active: true}},
	}
	for range 2 { // as often as it takes
		results, err := auth.NewAccounts(store, svc).Import(context.Background(), batch)
		if err != nil {
			log.Fatal(err)
		}
		for i, err := range results {
			switch {
			case err == nil:
				fmt.Println(batch[i].Username, "was added")
			case errors.Is(err, auth.ErrUserPresent):
				fmt.Println(batch[i].Username, "is there already")
			default:
				fmt.Println(batch[i].Username, "was refused:", err)
			}
		}
	}

	// Output:
	// john was added
	// mary was refused: auth: invalid account: role "Admin" is not one of user, admin, super_admin
	// john is there already
	// mary was refused: auth: invalid account: role "Admin" is not one of user, admin, super_admin
}
