package drivertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// PostgreSQL keeps the plan of a prepared statement. One that was made while
// the table was empty would read all of it for each chunk of an import.
func TestImportIntoAnEmptyTableReadsByIndex(t *testing.T) {
	on(t, all[1:2], func(t *testing.T, p place) {
		_, watch := p.migrated(t)
		db := p.db(t)
		s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Prefix: p.prefix})
		if err != nil {
			t.Fatal(err)
		}
		const batches, size = 10, 500
		for b := range batches {
			var accounts []auth.Account
			for i := range size {
				accounts = append(accounts, *account(fmt.Sprintf("u%d-%d", b, i)))
			}
			if _, err := s.ImportAccounts(t.Context(), accounts); err != nil {
				t.Fatal(err)
			}
		}
		db.Close() // a connection that ends tells what it has counted
		var added, scanned int
		for end := time.Now().Add(30 * time.Second); added < batches*size; <-time.After(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the server counts %d rows, want %d", added, batches*size)
			}
			err := watch.QueryRow("SELECT n_tup_ins, seq_tup_read FROM pg_stat_user_tables WHERE relname = $1", p.prefix+"users").Scan(&added, &scanned)
			if err != nil {
				t.Fatal(err)
			}
		}
		if scanned > 2*batches*size {
			t.Errorf("%d rows were read without an index to add %d", scanned, added)
		}
	})
}
