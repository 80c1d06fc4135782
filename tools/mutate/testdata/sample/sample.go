// Package sample has something for each kind of change.
package sample

import (
	"errors"
	"time"
)

const most = 3

var wait = 2 * time.Second

// Add adds what is in bounds; no test has an n of 0.
func Add(list []int, n int) ([]int, error) {
	if n < 0 || n > most {
		return nil, errors.New("out of bounds")
	}
	list = append(list, n)
	return list, nil
}

// Loop never ends without its last statement.
func Loop(done bool) (n int) {
	for !done {
		n++
		done = n == 2
	}
	return n
}

// Wait is asked for by the tests of another package only.
func Wait() time.Duration { return wait }

// Untested is reached by nothing.
func Untested() bool { return true }
