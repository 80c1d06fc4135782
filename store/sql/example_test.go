package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// A server's start and what it does from time to time. The driver is imported
// where the program wires itself, here for PostgreSQL:
//
//	import _ "github.com/jackc/pgx/v5/stdlib"
func Example() {
	db, err := sql.Open("pgx", "postgres://auth@db.internal/auth")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	store, err := sqlstore.New(db, sqlstore.Postgres, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	for range time.Tick(5 * time.Minute) {
		const batch = 1000
		for n := batch; n >= batch; {
			if n, err = store.Purge(ctx, batch); err != nil {
				log.Print(err)
			}
		}
	}
}

// Users of a table that is there already, with sessions and throttle in tables
// of ours beside it.
func ExampleOpenUsers() {
	ctx := context.Background()
	db, err := sql.Open("pgx", "postgres://app@db.internal/app")
	if err != nil {
		log.Fatal(err)
	}
	users, err := sqlstore.OpenUsers(ctx, db, sqlstore.Postgres, sqlstore.Schema{
		From:         "accounts",
		Where:        "deleted_at IS NULL",
		Username:     "login",
		PasswordHash: "encrypted_password",
		Organization: sqlstore.Absent,
		AWSRegion:    sqlstore.Absent,
		Roles:        map[string]auth.Role{"member": auth.RoleUser, "owner": auth.RoleAdmin},
		Active:       "locked_at IS NULL",
		Fold:         sqlstore.Lower,
	})
	if err != nil {
		log.Fatal(err) // which field, and what to do about it
	}
	store, err := sqlstore.New(db, sqlstore.Postgres, nil)
	if err != nil {
		log.Fatal(err)
	}
	identity, err := users.Identity(store)
	if err != nil {
		log.Fatal(err)
	}
	var tokens auth.Tokens // token.NewHS256(secret, nil)
	_, err = auth.New(auth.Compose(users, store, store), tokens, &auth.Options{Identity: identity})
	if err != nil {
		log.Fatal(err)
	}
}

// The files a host runs with its own migration tool.
func ExampleMigrations() {
	files, err := sqlstore.Migrations(sqlstore.Postgres, &sqlstore.Options{Schema: "auth", Prefix: "login_"})
	if err != nil {
		log.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	fmt.Println(names, err)
	// Output: [0001_users.sql 0002_sessions.sql 0003_throttle.sql 0004_audit.sql] <nil>
}
