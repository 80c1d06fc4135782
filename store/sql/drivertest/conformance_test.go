package drivertest

import (
	"database/sql"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// Every promise of the contracts, on every engine and every kind of DSN, with
// each call on another of two handles: what one process wrote, the next sees.
// The tables are made once and emptied for each case: making them takes longer
// than most cases do.
func TestConformance(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		one, db := p.migrated(t)
		other, _ := p.store(t)
		storetest.Run(t, func(t *testing.T) auth.Store {
			p.empty(t, db)
			return storetest.Nodes(one, other)
		})
	})
}

// empty leaves the tables as Migrate made them.
func (p place) empty(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, table := range []string{"users", "marks", "sessions", "throttle"} {
		if _, err := db.Exec("DELETE FROM " + p.prefix + table); err != nil {
			t.Fatalf("empty %s: %v", table, err)
		}
	}
}
