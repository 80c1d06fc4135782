// Package user links sample.
package user

import "example.com/sample"

// Patience is how long to wait.
func Patience() int { return int(sample.Wait().Seconds()) }
