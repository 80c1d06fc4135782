package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/examples/internal/backend"
)

// index is one that the migrations make.
type index struct {
	table, columns string
	unique         bool
}

// indexes are those without which a request reads a whole table, or two people
// get one name.
var indexes = []index{
	{"users", "id", true},
	{"users", "username", true},
	{"users", "email", true},
	{"marks", "name", true},
	{"sessions", "id", true},
	{"sessions", "user_id", false},
	{"sessions", "expires_at", false},
	{"throttle", "throttle_key", true},
	{"throttle", "window_ends", false},
	{"audit", "at, id", false},
	{"audit", "user_id, at, id", false},
}

// checkIndexes looks for each in what the database has.
func checkIndexes(ctx context.Context, p *patient) (found []finding) {
	for _, want := range indexes {
		there, err := p.Indexes(ctx, want.fullTable())
		if err != nil {
			return wrong("let this database user read the catalog", "they cannot be looked at: %v", err)
		}
		if !slices.ContainsFunc(there, want.servedBy) {
			found = append(found, wrong(want.create(), "%s has none on %s", want.fullTable(), want.columns)...)
		}
	}
	return found
}

func (i index) fullTable() string { return "sallyport_" + i.table }

// servedBy reports whether an index begins with the columns and, where no two
// rows may be alike, has no more than these.
func (i index) servedBy(there backend.Index) bool {
	want := strings.Split(i.columns, ", ")
	if i.unique && (!there.Unique || len(there.Columns) != len(want)) {
		return false
	}
	return len(there.Columns) >= len(want) && slices.Equal(there.Columns[:len(want)], want)
}

// create is the statement that makes it.
func (i index) create() string {
	kind := "INDEX"
	if i.unique {
		kind = "UNIQUE INDEX"
	}
	first, _, _ := strings.Cut(i.columns, ",")
	return fmt.Sprintf("CREATE %s %s_%s ON %s (%s)", kind, i.fullTable(), first, i.fullTable(), i.columns)
}
