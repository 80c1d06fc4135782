// Package timing measures variants of the same work side by side.
package timing

import (
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/result"
)

// Clock is elapsed time or processor time.
type Clock func() time.Duration

// Processor is what this process has used of the processors, its collector and
// the kernel's work for it included. Other processes do not show in it.
func Processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var began = time.Now()

// Elapsed is the time on the wall.
func Elapsed() time.Duration { return time.Since(began) }

// Variant is one way to do the work.
type Variant struct {
	Name string
	Do   func() error
}

// Spent is the nanoseconds an operation took in each round.
type Spent struct{ Processor, Elapsed result.Sample }

// Rounds has the variants do their work in turn, each for about a slice of
// elapsed time a round, in an order that changes from round to round. Garbage
// is collected between slices, so that nobody pays for another's.
func Rounds(rounds int, slice time.Duration, variants ...Variant) ([]Spent, error) {
	times := make([]int, len(variants))
	for i, v := range variants {
		n, err := calibrate(v, slice)
		if err != nil {
			return nil, err
		}
		times[i] = n
	}
	spent := make([]Spent, len(variants))
	for round := range rounds {
		for k := range variants {
			i := (round + k) % len(variants)
			runtime.GC()
			cpu, wall := Processor(), Elapsed()
			if err := repeat(variants[i], times[i]); err != nil {
				return nil, err
			}
			wall, cpu = Elapsed()-wall, Processor()-cpu
			s := &spent[i]
			s.Processor = append(s.Processor, float64(cpu)/float64(times[i]))
			s.Elapsed = append(s.Elapsed, float64(wall)/float64(times[i]))
		}
	}
	return spent, nil
}

// calibrate returns how often a variant runs in a slice; it also warms it up.
func calibrate(v Variant, slice time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		start := Elapsed()
		if err := repeat(v, n); err != nil {
			return 0, err
		}
		if took := Elapsed() - start; took > slice/4 {
			return max(1, int(float64(n)*float64(slice)/float64(took))), nil
		}
	}
}

func repeat(v Variant, n int) error {
	for range n {
		if err := v.Do(); err != nil {
			return fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return nil
}
