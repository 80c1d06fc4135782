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

// open is a program's wiring, on a store that is empty.
func open() (*auth.Service, *auth.Accounts) {
	store := memory.New()
	tokens, err1 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err2 := auth.New(store, tokens, nil)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	return svc, auth.NewAccounts(store, svc)
}

// Each start of a program asks for the first administrator, and one makes it.
func ExampleAccounts_Bootstrap() {
	_, accounts := open()
	ctx := context.Background()
	for range 2 {
		first, err := accounts.Bootstrap(ctx, auth.NewAccount{
			Username: "admin", Role: auth.RoleSuperAdmin, Password: auth.NewSecret("generated, and shown once"),
		})
		fmt.Println("made:", first != nil, err)
	}
	// Output:
	// made: true <nil>
	// made: false <nil>
}

// The form in which names are kept is one of which people type many.
func ExampleAccounts_Create() {
	_, accounts := open()
	ctx := context.Background()
	mary := auth.NewAccount{Username: "Mary", Email: "Mary@Example.com", Password: auth.NewSecret("lantern orbit walnut")}
	made, err := accounts.Create(ctx, mary)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Username, made.Email, made.Role, made.Active)

	_, err = accounts.Create(ctx, mary)
	fmt.Println(errors.Is(err, auth.ErrUserExists), err)
	_, err = accounts.Create(ctx, auth.NewAccount{Username: "carl", Password: auth.NewSecret("too short")})
	fmt.Println(errors.Is(err, password.ErrPolicy), err)

	found, err := accounts.Find(ctx, "MARY@example.com")
	fmt.Println(found.ID == made.ID, err)
	// Output:
	// mary mary@example.com user true
	// true auth: username or e-mail is taken
	// true password: needs at least 15 characters, has 9
	// true <nil>
}

// Everybody, a page at a time.
func ExampleAccounts_List() {
	_, accounts := open()
	ctx := context.Background()
	for _, name := range []string{"ann", "bob", "cleo"} {
		if _, err := accounts.Create(ctx, auth.NewAccount{Username: name, Password: auth.NewSecret("lantern orbit walnut")}); err != nil {
			log.Fatal(err)
		}
	}
	const page = 2
	after := ""
	for {
		users, err := accounts.List(ctx, after, page)
		if err != nil {
			log.Fatal(err)
		}
		for _, u := range users {
			fmt.Println(u.Username)
		}
		if len(users) < page {
			break
		}
		after = users[page-1].ID
	}
	// Unordered output:
	// ann
	// bob
	// cleo
}

// What an administrator changes ends the sessions there are, and holds for the
// next.
func ExampleAccounts_SetRole() {
	svc, accounts := open()
	ctx := context.Background()
	jane, err := accounts.Create(ctx, auth.NewAccount{Username: "jane", Password: auth.NewSecret("lantern orbit walnut")})
	if err != nil {
		log.Fatal(err)
	}
	login := func(password string) *auth.Grant {
		grant, err := svc.Login(ctx, auth.LoginRequest{Login: "jane", Password: password})
		if err != nil {
			fmt.Println(err)
			return &auth.Grant{}
		}
		fmt.Println("signed in as", grant.Identity.User.Role)
		return grant
	}

	before := login("lantern orbit walnut")
	if err := accounts.SetRole(ctx, jane.ID, auth.RoleAdmin); err != nil {
		log.Fatal(err)
	}
	_, err = svc.Validate(ctx, before.Token, 0)
	fmt.Println(err)
	login("lantern orbit walnut")

	if err := accounts.SetPassword(ctx, jane.ID, auth.NewSecret("nine lamps over water")); err != nil {
		log.Fatal(err)
	}
	login("lantern orbit walnut")
	// Output:
	// signed in as user
	// auth: invalid or expired token
	// signed in as admin
	// auth: invalid username or password
}

// Somebody who is away for a while, and then for good.
func ExampleAccounts_SetActive() {
	svc, accounts := open()
	ctx := context.Background()
	jane, err := accounts.Create(ctx, auth.NewAccount{Username: "jane", Password: auth.NewSecret("lantern orbit walnut")})
	if err != nil {
		log.Fatal(err)
	}
	login := auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"}
	for _, active := range []bool{false, true} {
		if err := accounts.SetActive(ctx, jane.ID, active); err != nil {
			log.Fatal(err)
		}
		_, err := svc.Login(ctx, login)
		fmt.Println(active, err)
	}
	if err := accounts.Delete(ctx, jane.ID); err != nil {
		log.Fatal(err)
	}
	_, err = accounts.Find(ctx, "jane")
	fmt.Println(err)
	// Output:
	// false auth: invalid username or password
	// true <nil>
	// auth: user not found
}

// People change their own password, and stay signed in where they do.
func ExampleAccounts_ChangePassword() {
	svc, accounts := open()
	ctx := context.Background()
	jane, err := accounts.Create(ctx, auth.NewAccount{Username: "jane", Password: auth.NewSecret("lantern orbit walnut")})
	if err != nil {
		log.Fatal(err)
	}
	login := auth.LoginRequest{Login: "jane", Password: "lantern orbit walnut"}
	elsewhere, err1 := svc.Login(ctx, login)
	here, err2 := svc.Login(ctx, login)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}

	for _, typed := range []struct{ current, next string }{
		{"a guess", "nine lamps over water"},
		{"lantern orbit walnut", "jane"},
		{"lantern orbit walnut", "nine lamps over water"},
	} {
		fmt.Println(accounts.ChangePassword(ctx, auth.PasswordChange{
			UserID: jane.ID, SessionID: here.Identity.Session.ID,
			Current: auth.NewSecret(typed.current), New: auth.NewSecret(typed.next),
		}))
	}
	_, err = svc.Validate(ctx, here.Token, 0)
	fmt.Println("here:", err)
	_, err = svc.Validate(ctx, elsewhere.Token, 0)
	fmt.Println("elsewhere:", err)
	// Output:
	// auth: the current password is wrong
	// password: needs at least 15 characters, has 4
	// <nil>
	// here: <nil>
	// elsewhere: auth: invalid or expired token
}
