package password

import (
	"math"
	"sync"
	"time"
)

const (
	// floorHeadroom is over the highest cost measured, for the noise between
	// one hash and the next.
	floorHeadroom = 1.25

	// floorMostLoad bounds how far load lifts the floor, so that a process
	// that was stopped for a while does not answer in hours.
	floorMostLoad = 8

	// floorHalfLife is the time after which half of the load is forgotten.
	floorHalfLife = time.Minute
)

// floor is how long a refusal takes at least, from the moment its work began.
//
// It starts with what the slowest declared format cost when nothing else ran.
// On a busy machine every hash takes longer, and a slow one that outlasted the
// floor would show. So each hash, of any format, reports how many times its
// quiet cost it took, and the floor is lifted by the highest recent factor.
// The factor of a call counts for the ones after it and not for itself:
// otherwise its own noise, which depends on the format, could be read off.
type floor struct {
	slowest time.Duration // zero: there is no floor

	mu   sync.Mutex
	load float64 // 1 or more
	at   time.Time
}

// notBefore returns when work that began then may be answered.
func (f *floor) notBefore(begun time.Time) time.Time {
	if f.slowest == 0 {
		return time.Time{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return begun.Add(time.Duration(float64(f.slowest) * floorHeadroom * f.recent(begun)))
}

// observe reports that a hash which costs so much in quiet was begun then and
// is finished now. A cost of zero is not known, and then no more than the slowest.
func (f *floor) observe(begun time.Time, cost time.Duration) {
	if f.slowest == 0 {
		return
	}
	if cost == 0 {
		cost = f.slowest
	}
	now := time.Now()
	factor := min(float64(now.Sub(begun))/float64(cost), floorMostLoad)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load, f.at = max(f.recent(now), factor), now
}

// recent is the load with what has been forgotten since. The caller holds f.mu.
func (f *floor) recent(now time.Time) float64 {
	age := max(0, now.Sub(f.at))
	return 1 + max(0, f.load-1)*math.Exp2(-float64(age)/float64(floorHalfLife))
}
