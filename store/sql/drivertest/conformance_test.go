package drivertest

import (
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// Every promise of the contracts, on every engine and every kind of DSN, with
// each call on another of two handles: what one process wrote, the next sees.
func TestConformance(t *testing.T) {
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			newPlace(t, e) // skips once, not once a case
			storetest.Run(t, func(t *testing.T) auth.Store {
				p := newPlace(t, e)
				one, _ := p.migrated(t)
				other, _ := p.store(t)
				return storetest.Nodes(one, other)
			})
		})
	}
}
