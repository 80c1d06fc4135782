//go:build race

package auth_test

// raceEnabled: hashes take many times longer, by how much depends on the format.
const raceEnabled = true
