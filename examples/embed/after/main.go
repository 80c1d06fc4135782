// A server of reports. The program in before has nobody to guard them; the one
// in after differs from it by what it takes to embed sallyport.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/sql"
	_ "modernc.org/sqlite"
)

func main() {
	ctx := context.Background()
	db := must(sql.Open("sqlite", os.Getenv("DATABASE")))
	must(db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS reports (title TEXT)`))
	must(db.ExecContext(ctx, `INSERT INTO reports VALUES ('October')`))

	mux := http.NewServeMux()
	store := must(sqlstore.New(db, sqlstore.SQLite, nil))
	check(store.Migrate(ctx))
	svc := must(auth.New(store, must(token.NewHS256([]byte(os.Getenv("KEY")), nil)), nil))
	must(auth.NewAccounts(store, svc).Bootstrap(ctx, auth.NewAccount{Username: "admin", Role: auth.RoleAdmin, Password: auth.NewSecret(os.Getenv("ADMIN_PASSWORD"))}))
	guard := must(httpadapter.New(svc, nil))
	guard.Mount(mux)
	mux.Handle("GET /reports", guard.Require(auth.RoleAdmin)(reports(db)))

	listener := must(net.Listen("tcp", os.Getenv("ADDRESS")))
	fmt.Fprintf(os.Stderr, "listening on http://%s\n", listener.Addr())
	check(http.Serve(listener, mux))
}

func reports(db *sql.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var title string
		if err := db.QueryRowContext(r.Context(), `SELECT title FROM reports`).Scan(&title); err != nil {
			http.Error(w, "reports are not available", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, title)
	})
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
