//go:build !race

package otelauth_test

const raceEnabled = false
