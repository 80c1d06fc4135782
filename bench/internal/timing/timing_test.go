package timing_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/timing"
)

var sink int

func spin(n int) func() error {
	return func() error {
		for i := range n {
			sink += i ^ sink
		}
		return nil
	}
}

// Four times the work takes about four times as long, and each round is counted.
func TestRounds(t *testing.T) {
	spent, err := timing.Rounds(9, 5*time.Millisecond,
		timing.Variant{Name: "one", Do: spin(2000)}, timing.Variant{Name: "four", Do: spin(8000)})
	require.NoError(t, err)
	require.Len(t, spent, 2)
	for _, s := range spent {
		require.Len(t, s.Processor, 9)
		require.Len(t, s.Elapsed, 9)
	}
	require.InDelta(t, 4, spent[1].Processor.Median()/spent[0].Processor.Median(), 1.5)
	require.Greater(t, result.Ratio(spent[1].Elapsed, spent[0].Elapsed).Median(), 2.0, "for each operation, and not for each round")
}

func TestWaitingTakesNoProcessor(t *testing.T) {
	wait := func() error { time.Sleep(2 * time.Millisecond); return nil }
	spent, err := timing.Rounds(3, 10*time.Millisecond, timing.Variant{Name: "wait", Do: wait})
	require.NoError(t, err)
	require.GreaterOrEqual(t, spent[0].Elapsed.Median(), 2e6)
	require.Less(t, spent[0].Processor.Median(), 1e6)
}

// A variant that fails measures nothing.
func TestAFaultEndsTheRounds(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	_, err := timing.Rounds(3, time.Millisecond, timing.Variant{Name: "late", Do: func() error {
		if calls++; calls > 100 {
			return broken
		}
		return nil
	}})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "late")
}
