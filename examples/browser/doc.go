// Package browser has the quickstart's pages used in a real Chromium, as people
// use them: by the names that a screen reader says.
//
//	GOWORK=off go test -C examples/browser ./...
//
// It needs /usr/bin/chromium, or the one that SALLYPORT_TEST_CHROMIUM names, and
// is skipped without unless SALLYPORT_TEST_REQUIRE is set. With
// SALLYPORT_TEST_SHOTS=DIR it also writes a picture of each page there.
package browser
