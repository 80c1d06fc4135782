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
