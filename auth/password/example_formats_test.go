package password_test

import (
	"context"
	"fmt"

	"github.com/sallyport-go/sallyport/auth/password"
)

// logIn is a login with a hash that a program before this one made.
func logIn(former password.Format, stored, typed string) {
	hasher, err := password.New(&password.Options{Legacy: []password.Format{former}})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := hasher.Verify(context.Background(), stored, typed)
	fmt.Println("right:", res.OK, "make it anew:", res.Stale, err)
}

func ExampleBcrypt() {
	logIn(password.Bcrypt(10), "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U")
	// Output: right: true make it anew: true <nil>
}

func ExampleArgon2i() {
	logIn(password.Argon2i(256, 2, 2),
		"$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E", "password")
	// Output: right: true make it anew: true <nil>
}

func ExampleScrypt() {
	logIn(password.Scrypt(14, 8, 1),
		"$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
		"pleaseletmein")
	// Output: right: true make it anew: true <nil>
}

func ExampleDjangoPBKDF2() {
	logIn(password.DjangoPBKDF2(12_000), // as many as the table's dearest has
		"pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=", "letmein")
	// Output: right: true make it anew: true <nil>
}

// New hashes are to cost more from now on. Those of before are named, so that
// the clock does not tell who has one.
func ExampleArgon2id() {
	hasher, err := password.New(&password.Options{
		Memory: 32768, Time: 3,
		Legacy: []password.Format{password.Argon2id(19456, 2, 1)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := hasher.Hash(context.Background(), "nine lamps over water")
	fmt.Println(stored[:31], err)
	// Output: $argon2id$v=19$m=32768,t=3,p=1$ <nil>
}

// Before people are brought along: whose hashes will be read?
func ExampleHasher_Reads() {
	hasher, err := password.New(&password.Options{Legacy: []password.Format{password.Bcrypt(10)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, stored := range []string{
		"$2b$10$wi4DL5P4jLFlt9ZMQ0K2XeJ3F1GOGiKz1Ia6Vy2QBSYhQzYMnl1tS",
		"$2b$12$wi4DL5P4jLFlt9ZMQ0K2XeJ3F1GOGiKz1Ia6Vy2QBSYhQzYMnl1tS", // dearer than declared
		"5f4dcc3b5aa765d61d8327deb882cf99",
	} {
		fmt.Println(hasher.Reads(stored))
	}
	// Output:
	// true
	// false
	// false
}

// For a gauge: calls that wait for long mean that logins come faster than they
// can be hashed.
func ExampleHasher_Stats() {
	hasher, err := password.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := hasher.Stats()
	fmt.Println(now.Slots > 0, now.Running, now.Waiting)
	// Output: true 0 0
}
