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

	_ "modernc.org/sqlite"
)

func main() {
	ctx := context.Background()
	db := must(sql.Open("sqlite", os.Getenv("DATABASE")))
	must(db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS reports (title TEXT)`))
	must(db.ExecContext(ctx, `INSERT INTO reports VALUES ('October')`))

	mux := http.NewServeMux()
	mux.Handle("GET /reports", reports(db))

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
