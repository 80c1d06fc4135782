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
