package password

import "time"

// Format is a stored form of passwords that a [Hasher] still reads but no
// longer writes. The functions that return one take the highest cost the
// table holds: a stored hash chooses its own cost, so what is dearer is not
// computed. What they refuse is reported by [New].
type Format struct {
	name string

	// sample is a stored hash of the highest cost, to see how long it takes.
	sample string

	// parse reads a stored hash of at most maxStored bytes. It reports false
	// for another form, for a malformed hash and for one over the cost, and it
	// allocates no more than the hash is long.
	parse func(stored string) (candidate, bool)

	err error // what is wrong with the arguments
}

// candidate is a stored hash that a password may be compared with.
type candidate struct {
	// match does the whole work of the hash, whatever the password is.
	match func(password string) bool

	stale bool          // not made with today's parameters
	cost  time.Duration // what match took when it was tried; zero: not known
}

// maxStored bounds a stored hash in bytes. The longest one that any format
// takes has under 300.
const maxStored = 512

// try reports how long one comparison with the sample takes.
func (f Format) try() time.Duration {
	c, ok := f.parse(f.sample)
	if !ok {
		return 0
	}
	begun := time.Now()
	c.match(f.sample)
	return time.Since(begun)
}
