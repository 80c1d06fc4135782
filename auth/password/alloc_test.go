//go:build !race

package password_test

import "testing"

// Allocations are exact where times are not. The race detector makes more.
func TestAllocationsOnHotPaths(t *testing.T) {
	for _, p := range hotPaths(t) {
		p.run() // what is kept from the first time on
		if n := testing.AllocsPerRun(10, p.run); n > p.allocs {
			t.Errorf("%s makes %v allocations, not %v: if it must, raise the number in hotPaths and say why", p.name, n, p.allocs)
		}
	}
}
