package drivertest

import (
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// Every promise of the contracts, on every engine and every kind of DSN.
func TestConformance(t *testing.T) {
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			newPlace(t, e) // skips once, not once a case
			storetest.Run(t, func(t *testing.T) auth.Store {
				s, _ := newPlace(t, e).migrated(t)
				return s
			})
		})
	}
}
