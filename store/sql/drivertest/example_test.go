package drivertest

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// A users table that was there before, on SQLite.
func ExampleOpenUsers() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	_, err = db.Exec(`CREATE TABLE member (uid INTEGER PRIMARY KEY, mail TEXT UNIQUE COLLATE NOCASE,
			pw TEXT, is_admin INTEGER, state TEXT);
		INSERT INTO member VALUES (7, 'Ann@Example.com', '$2a$…', 1, 'live')`)
	if err != nil {
		log.Fatal(err)
	}
	const none = sqlstore.Absent
	users, err := sqlstore.OpenUsers(context.Background(), db, sqlstore.SQLite, sqlstore.Schema{
		From: "member", ID: "uid", Username: none, Email: "mail", PasswordHash: "pw", Fold: sqlstore.Folded,
		Name: none, Organization: none, AWSRegion: none, CreatedAt: none, UpdatedAt: none, LastLogin: none,
		Flags:  []sqlstore.RoleFlag{{Column: "is_admin", Role: auth.RoleAdmin}},
		Active: "state", Actives: map[string]bool{"live": true, "banned": false},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer users.Close()
	a, err := users.AccountByLogin(context.Background(), "ann@example.com")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.ID, a.Username, a.Role, a.Active)

	store, err := sqlstore.New(db, sqlstore.SQLite, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	identity, err := users.Identity(store) // auth.Options.Identity
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(store.Migrate(context.Background())) // tables of ours, beside it
	_, err = identity.IdentityBySession(context.Background(), "s-1")
	fmt.Println(err)
	// Output:
	// 7 Ann@Example.com admin true
	// <nil>
	// auth: session not found
}

// A store on SQLite, from the file to the first account.
func Example() {
	dir, err := os.MkdirTemp("", "sallyport")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "auth.db")+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	store, err := sqlstore.New(db, sqlstore.SQLite, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	ctx := context.Background()
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}

	admin := &auth.Account{User: auth.User{ID: "7f9c", Username: "admin", Role: auth.RoleSuperAdmin, Active: true}}
	for range 2 {
		made, err := store.Bootstrap(ctx, admin)
		fmt.Println("made:", made, err)
	}
	found, err := store.AccountByLogin(ctx, "admin")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Username, found.Role)
	// Output:
	// made: true <nil>
	// made: false <nil>
	// admin super_admin
}
