package main

import (
	"context"
	"crypto/rand"
	"flag"
)

// newKey prints a signing key: 260 random bits.
func (t *tool) newKey(*flag.FlagSet) action {
	return func(context.Context, []string) error {
		return t.print(rand.Text() + rand.Text() + "\n")
	}
}
