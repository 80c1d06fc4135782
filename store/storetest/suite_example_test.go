package storetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// A backend's own store is in the place of memory's. What open makes it ends
// by t.Cleanup.
func ExampleRun() {
	var t *testing.T // of TestStore(t *testing.T)

	storetest.Run(t, func(t *testing.T) auth.Store { return memory.New() })
}

// A backend of users alone.
func ExampleUsers() {
	var t *testing.T // of TestUsers(t *testing.T)

	storetest.Users(t, func(t *testing.T) auth.AccountStore { return memory.NewUsers() })
}

// Users that others write: the library reads them, and the test adds them in
// the way of those others.
func ExampleReads() {
	var t *testing.T // of TestReads(t *testing.T)

	storetest.Reads(t, func(t *testing.T) (auth.UserStore, func(*auth.Account) error) {
		table := memory.NewUsers()
		return table, func(a *auth.Account) error { return table.CreateAccount(t.Context(), a) }
	})
}

// A backend of sessions alone.
func ExampleSessions() {
	var t *testing.T // of TestSessions(t *testing.T)

	storetest.Sessions(t, func(t *testing.T) auth.SessionStore { return memory.NewSessions() })
}

// A backend of the throttle alone.
func ExampleThrottle() {
	var t *testing.T // of TestThrottle(t *testing.T)

	storetest.Throttle(t, func(t *testing.T) auth.ThrottleStore { return memory.NewThrottle() })
}

// A backend that reads a session and its user in one query.
func ExampleIdentity() {
	var t *testing.T // of TestIdentity(t *testing.T)

	storetest.Identity(t, func(t *testing.T) storetest.IdentityStore { return memory.New() })
}

// What one node wrote, the next has to see. These two share nothing, and would
// fail in Run.
func ExampleNodes() {
	nodes := storetest.Nodes(memory.New(), memory.New())

	ctx, now := context.Background(), time.Now()
	err := nodes.CreateSession(ctx, &auth.Session{ID: "s-1", UserID: "7", CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour)})
	fmt.Println(err)
	_, err = nodes.SessionByID(ctx, "s-1")
	fmt.Println(err)
	// Output:
	// <nil>
	// auth: session not found
}
