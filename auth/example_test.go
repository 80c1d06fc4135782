package auth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// staff is a host's own users, behind the two reads of a UserStore.
type staff struct{ jane auth.Account }

func (s *staff) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	if login != s.jane.Username && login != s.jane.Email { // login is canonical, as these are
		return nil, auth.ErrUserNotFound
	}
	found := s.jane
	return &found, nil
}

func (s *staff) UserByID(_ context.Context, id string) (*auth.User, error) {
	if id != s.jane.ID {
		return nil, auth.ErrUserNotFound
	}
	found := s.jane.User
	return &found, nil
}

// Users stay where they are, and where the host changes a password, the stamp
// ends the sessions made under the former one.
func ExampleCompose() {
	ctx := context.Background()
	hasher, err1 := password.New(nil)
	hash, err2 := hasher.Hash(ctx, "lantern orbit walnut")
	users := &staff{auth.Account{
		User: auth.User{
			ID: "7", Username: "jane", Email: "jane@example.com",
			Role: auth.RoleAdmin, Active: true, Stamp: auth.StampOf(hash),
		},
		PasswordHash: auth.NewSecret(hash),
	}}
	store := auth.Compose(users, memory.NewSessions(), memory.NewThrottle())
	tokens, err3 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err4 := auth.New(store, tokens, &auth.Options{Hasher: hasher})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}
	grant, err := svc.Login(ctx, auth.LoginRequest{Login: "Jane", Password: "lantern orbit walnut"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(grant.Identity.User.Email, grant.Identity.User.Role)

	users.jane.Stamp = auth.StampOf("the hash of another password")
	_, err = svc.Validate(ctx, grant.Token, 0)
	fmt.Println(err)
	// Output:
	// jane@example.com admin
	// auth: invalid or expired token
}

// A log that people watch, and a record that is kept.
func ExampleAuditors() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	var kept authtest.Recorder // in a program, a sqlstore.Store
	both := auth.Auditors(&kept, auth.NewLogAuditor(logger))
	err := both.Audit(context.Background(), auth.Event{Kind: auth.EventLoginFailed, Username: "jane", Reason: "password"})
	fmt.Println(len(kept.Events()), err)
	// Output:
	// level=WARN msg="auth login.failed" event=login.failed username=jane reason=password
	// 1 <nil>
}

// A handler behind httpadapter's middleware finds out who is asking.
func ExampleIdentityFrom() {
	ctx := auth.WithIdentity(context.Background(), &auth.Identity{User: auth.User{Username: "jane"}})
	for _, ctx := range []context.Context{ctx, context.Background()} {
		id, ok := auth.IdentityFrom(ctx)
		if !ok {
			fmt.Println("nobody")
			continue
		}
		fmt.Println(id.User.Username)
	}
	// Output:
	// jane
	// nobody
}

// A UserStore of the host's own keeps names in this form, or compares in it.
func ExampleCanonical() {
	for _, typed := range []string{"Jane", "  ＪＡＮＥ  doe ", "jane\u200b"} {
		name, err := auth.Canonical(typed)
		fmt.Printf("%q %v\n", name, err)
	}
	// Output:
	// "jane" <nil>
	// "jane doe" <nil>
	// "" is empty, longer than 254 bytes, or has characters no username may have
}

func ExampleParseRole() {
	role, err := auth.ParseRole("admin")
	fmt.Println(role == auth.RoleAdmin, err)
	_, err = auth.ParseRole("Admin")
	fmt.Println(err)
	fmt.Println(auth.RoleSuperAdmin.Valid(), auth.Role("owner").Valid())
	// Output:
	// true <nil>
	// auth: invalid account: role "Admin" is not one of user, admin, super_admin
	// true false
}

// A stamp is another one whenever the hash is, and tells nothing of it.
func ExampleStampOf() {
	before := auth.StampOf("$argon2id$v=19$m=19456,t=2,p=1$…")
	after := auth.StampOf("$argon2id$v=19$m=19456,t=2,p=1$…, of another password")
	fmt.Println(before, before == after)
	// Output: cBzMPoyajTSf4il4 false
}

func ExampleValidRegion() {
	fmt.Println(auth.ValidRegion("eu-north-1"), auth.ValidRegion("eu-north-1.example.com/"))
	// Output: true false
}

// A secret does not print, whatever prints it.
func ExampleNewSecret() {
	key := auth.NewSecret("nvapi-of-the-vault")
	fmt.Println(key, key.Empty(), auth.NewSecret("").Empty())

	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("read", "key", key)
	fmt.Println(bytes.Contains(out.Bytes(), []byte(key.Reveal())))
	// Output:
	// [redacted] false true
	// false
}
