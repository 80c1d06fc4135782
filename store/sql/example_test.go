package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log"
	"time"

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
