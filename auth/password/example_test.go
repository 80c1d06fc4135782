package password_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sallyport-go/sallyport/auth/password"
)

func ExampleNew() {
	hasher, err := password.New(nil) // one for the whole process
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	stored, err := hasher.Hash(ctx, "nine lamps over water")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stored[:strings.LastIndex(stored[:40], "$")])

	right, _ := hasher.Verify(ctx, stored, "nine lamps over water")
	wrong, _ := hasher.Verify(ctx, stored, "nine lamps over sand")
	fmt.Println(right.OK, wrong.OK)
	// Output:
	// $argon2id$v=19$m=19456,t=2,p=1
	// true false
}

// A table of bcrypt hashes of cost 12 or less moves to argon2id, one login at
// a time.
func ExampleOptions_legacy() {
	hasher, err := password.New(&password.Options{
		Legacy: []password.Format{password.Bcrypt(12)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	stored := "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
	res, err := hasher.Verify(ctx, stored, "U*U")
	if err != nil {
		fmt.Println(err) // password.ErrBusy: answer 503
		return
	}
	if res.OK && res.Stale {
		stored, err = hasher.Hash(ctx, "U*U")
	}
	fmt.Println(res.OK, stored[:9], err)
	// Output: true $argon2id <nil>
}

func ExamplePolicy_Check() {
	policy := &password.Policy{Blocklist: []string{"sallyport"}}
	for _, choice := range []string{"hunter2", "passwordpassword", "john.doe@example.com", "nine lamps over water"} {
		err := policy.Check(choice, "john", "john.doe@example.com", "Acme Corp")
		fmt.Println(errors.Is(err, password.ErrPolicy), err)
	}
	// Output:
	// true password: needs at least 15 characters, has 7
	// true password: is a common word, a repetition or a sequence that is guessed first: choose several unrelated words
	// true password: is made of a name that others know: choose several unrelated words
	// false <nil>
}
