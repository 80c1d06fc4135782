package memory_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

func Example() {
	ctx := context.Background()
	store := memory.New()

	now := time.Now()
	session := &auth.Session{
		ID: "5WXIDAZBZVWQKBPAHOGKRTTHVB", UserID: "jane",
		CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour),
	}
	if err := store.CreateSession(ctx, session); err != nil {
		fmt.Println(err)
		return
	}
	found, err := store.SessionByID(ctx, session.ID)
	fmt.Println(found.UserID, err)

	if err := store.EndUserSessions(ctx, "jane", ""); err != nil {
		fmt.Println(err)
		return
	}
	_, err = store.SessionByID(ctx, session.ID)
	fmt.Println(errors.Is(err, auth.ErrSessionNotFound))
	// Output:
	// jane <nil>
	// true
}

// staff is a host's own users, behind the two reads of a UserStore.
type staff struct{ jane auth.Account }

func (s *staff) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	if login != s.jane.Username {
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

// Users stay where they are; sessions and throttle are in this one process.
func ExampleSingleProcess() {
	users := &staff{auth.Account{User: auth.User{ID: "7", Username: "jane", Active: true}}}
	store := memory.SingleProcess(users) // for auth.New
	jane, err := store.AccountByLogin(context.Background(), "jane")
	fmt.Println(jane.ID, err)
	// Output: 7 <nil>
}

// Parts of it are of use to tests that need no more.
func ExampleNewUsers() {
	users, sessions := memory.NewUsers(), memory.NewSessions()
	store := auth.Compose(users, sessions, memory.NewThrottle())

	ctx, now := context.Background(), time.Now()
	err1 := users.CreateAccount(ctx, &auth.Account{User: auth.User{ID: "7", Username: "jane", Active: true}})
	err2 := store.CreateSession(ctx, &auth.Session{ID: "s-1", UserID: "7", CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour)})
	err3 := store.CreateSession(ctx, &auth.Session{ID: "s-2", UserID: "7", CreatedAt: now, LastSeen: now, ExpiresAt: now})
	if err := errors.Join(err1, err2, err3); err != nil {
		fmt.Println(err)
		return
	}
	live, err := sessions.CountSessions(ctx)
	fmt.Println(live, err)
	// Output: 1 <nil>
}
