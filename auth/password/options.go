package password

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What zero means in Options.
const (
	defaultQueue        = 128
	defaultQueueTimeout = 5 * time.Second
)

// Options are the parts of a [Hasher] that have a safe default. A nil *Options
// is all of those.
type Options struct {
	// Legacy names the other forms that the table still holds. What is not
	// named here is Unusable. A password that matches one is Stale: hash it
	// anew and keep that.
	//
	// Formats cost differently: beside argon2id's 24 ms a wrong password for a
	// bcrypt hash would take 220 ms, and thus say that there is such an
	// account. So with any format named, each Result has a NotBefore: the
	// moment its work began plus what the slowest declared format takes, a
	// quarter more, and more still while the machine is busy. New finds that
	// out by computing one hash of each, with the processor time this takes.
	// Wait for it with no lock and no slot held.
	//
	// What it does not hide: whoever can keep all slots busy may learn from
	// the queue how long another call held one. That ends when the last old
	// hash is gone from the table.
	Legacy []Format

	// Memory of a new hash in KiB. Zero: 19456.
	Memory uint32

	// Time is the number of passes of a new hash. Zero: 2. When Memory or Time
	// change, name the former ones as [Argon2id] in Legacy until few are left.
	Time uint32

	// Queue is how many calls wait for a slot at most; the next ones get
	// ErrBusy at once. Zero: 128.
	Queue int

	// QueueTimeout is how long one of them waits before it gets ErrBusy. Zero: 5 s.
	QueueTimeout time.Duration

	// Waited is told how long each call waited for a slot, also one that then
	// got ErrBusy or was given up. It is called within the call and must be
	// quick. Nil: nobody is told.
	Waited func(ctx context.Context, d time.Duration)
}

// params are the costs of a new hash.
func (o *Options) params() argon2Params {
	return argon2Params{
		memory:  or(o.Memory, argon2Default.memory),
		time:    or(o.Time, argon2Default.time),
		threads: argon2Default.threads,
	}
}

// check joins all that is wrong with the options.
func (o *Options) check() error {
	var errs []error
	p := o.params()
	if err := p.strongEnough(); err != nil {
		errs = append(errs, err)
	}
	if !p.within(argon2Most) {
		errs = append(errs, fmt.Errorf("password: Options.Memory of %d KiB or Options.Time of %d passes is too costly: give at most %d and %d",
			p.memory, p.time, argon2Most.memory, argon2Most.time))
	}
	if o.Queue < 0 || o.QueueTimeout < 0 {
		errs = append(errs, errors.New("password: Options.Queue or Options.QueueTimeout is negative: leave them zero for 128 calls and 5 s"))
	}
	seen := make(map[string]bool)
	for _, f := range o.Legacy {
		switch {
		case f.err != nil:
			errs = append(errs, f.err)
		case f.parse == nil:
			errs = append(errs, errors.New("password: Options.Legacy has an empty Format: make it with Bcrypt, Scrypt, Argon2i, Argon2id or DjangoPBKDF2"))
		case seen[f.name]:
			errs = append(errs, fmt.Errorf("password: Options.Legacy names %s twice: name it once, with the highest cost", f.name))
		}
		seen[f.name] = true
	}
	return errors.Join(errs...)
}

// or returns v, or def where v is zero.
func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
