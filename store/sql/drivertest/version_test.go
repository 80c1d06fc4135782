package drivertest

import (
	"testing"

	"github.com/sallyport-go/sallyport/store/sql"
)

// The package comment of sqlstore says which servers it was run on; this is
// where that is read: go test -v -run Version.
func TestVersion(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		query := "SELECT version()"
		if p.dialect == sqlstore.SQLite {
			query = "SELECT sqlite_version()"
		}
		var version string
		if err := p.db(t).QueryRow(query).Scan(&version); err != nil {
			t.Fatal(err)
		}
		t.Log(version)
	})
}
