package drivertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// inMemory is a store without tables yet, in a database that a program would
// have on disk.
func inMemory() (store *sqlstore.Store, closeAll func()) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	store, err = sqlstore.New(db, sqlstore.SQLite, nil)
	if err != nil {
		log.Fatal(err)
	}
	return store, func() { store.Close(); db.Close() }
}

// A program whose migrations an operator runs looks before it serves.
func ExampleStore_Check() {
	store, closeAll := inMemory()
	defer closeAll()
	ctx := context.Background()
	fmt.Println(errors.Is(store.Check(ctx), sqlstore.ErrMigrationDue))
	fmt.Println(store.Migrate(ctx)) // by the operator
	fmt.Println(store.Check(ctx))
	// Output:
	// true
	// <nil>
	// <nil>
}

// From time to time, what has run out is removed, a batch at a time.
func ExampleStore_Purge() {
	store, closeAll := inMemory()
	defer closeAll()
	ctx := context.Background()
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	now := time.Now()
	for id, ends := range map[string]time.Time{"s-1": now.Add(time.Hour), "s-2": now.Add(-48 * time.Hour), "s-3": now.Add(-49 * time.Hour)} {
		err := store.CreateSession(ctx, &auth.Session{ID: id, UserID: "7", CreatedAt: ends.Add(-time.Hour), LastSeen: ends.Add(-time.Hour), ExpiresAt: ends})
		if err != nil {
			log.Fatal(err)
		}
	}

	const batch = 1000
	for n := batch; n == batch; {
		var err error
		if n, err = store.Purge(ctx, batch); err != nil {
			log.Fatal(err)
		}
		fmt.Println("removed:", n)
	}
	live, err := store.CountSessions(ctx)
	fmt.Println("live:", live, err)
	// Output:
	// removed: 2
	// live: 1 <nil>
}

// Who did what, from the newest on, and no longer than it has to be kept.
func ExampleStore_Events() {
	store, closeAll := inMemory()
	defer closeAll()
	ctx := context.Background()
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	var record auth.Auditor = store // auth.Options.Auditor
	day := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i, kind := range []auth.EventKind{auth.EventLoginFailed, auth.EventLogin, auth.EventLogout} {
		err := record.Audit(ctx, auth.Event{Kind: kind, UserID: "7", Username: "jane", Time: day.AddDate(0, 0, i)})
		if err != nil {
			log.Fatal(err)
		}
	}

	n, err := store.PurgeEvents(ctx, day.AddDate(0, 0, 1), 1000)
	fmt.Println("removed:", n, err)
	kept, err := store.Events(ctx, sqlstore.EventFilter{UserID: "7"})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range kept {
		fmt.Println(e.Time.UTC().Format(time.DateOnly), e.Kind, e.Username)
	}
	// Output:
	// removed: 1 <nil>
	// 2026-03-03 logout jane
	// 2026-03-02 login jane
}
