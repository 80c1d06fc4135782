// Package storetest checks that a store keeps the promises of the interfaces
// in auth/store.go.
//
// Call [Run] from a test of your own, with a function that opens a fresh and
// empty store:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) auth.Store { return open(t) })
//	}
//
// A backend that is only a part calls [Users], [Reads], [Sessions], [Throttle]
// or [Identity]. To see that several nodes on one database agree, have open
// return [Nodes]: every call then goes to another one.
//
// Each case is a subtest, named after what it does. When it fails it says in
// words which promise is broken, and what came back instead. Cases use the
// store's own clock and wait, a few times, for windows of a tenth of a second;
// none depends on how fast the machine is. Every case has been seen to fail, on
// a store with a mistake in it: TestSuiteSeesFaults holds them to that.
//
// [Faults] is for the other side: it has chosen calls of a sound store fail,
// to see what a program makes of it.
package storetest
