package auth_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// No more than 128 wait in line for one account. Who was served, or gave up, is
// not one of them.
func TestALineForgetsWhoLeftIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		for range 200 {
			h.mustLogin(t)
		}
		h.hasher.cost = 3 * time.Second
		var wg sync.WaitGroup
		for range 2 { // one is compared, and one asks
			wg.Go(func() { _, _ = h.login(t.Context(), "john", rightPassword) })
		}
		synctest.Wait()
		for range 200 {
			ctx, giveUp := context.WithTimeout(t.Context(), 10*time.Millisecond)
			_, err := h.login(ctx, "john", rightPassword)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			giveUp()
		}
		h.mustLogin(t)
		wg.Wait()
		require.Zero(t, auth.Lines(h.Service), "a line in which nobody waits is gone")
	})
}

// slowReserve has an answer that takes 10 ms on its way.
type slowReserve struct{ *faulty }

func (s slowReserve) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	r, err := s.faulty.Reserve(ctx, key, l)
	time.Sleep(10 * time.Millisecond)
	return r, err
}

// A slot that is given back while somebody is just being told to wait is asked
// for at once too.
func TestASlotGivenBackDuringAnAnswerIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.hasher.cost = 40 * time.Millisecond
		svc, err := auth.New(slowReserve{h.store}, plainTokens{}, &auth.Options{Hasher: h.hasher, Auditor: h.events, AccountLimit: auth.Limit{Max: 1}})
		require.NoError(t, err)
		began := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				_, err := svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: rightPassword, Remote: home})
				require.NoError(t, err)
			})
		}
		wg.Wait()
		// The first is done after 70 ms. Until then the second is told at 20, 31,
		// 43, 57 and, of how it was before, at 75 ms to wait.
		require.Equal(t, 145*time.Millisecond, time.Since(began))
	})
}

// Waiting for others is not on the store's time: who has waited in line and been
// told to wait has as long for the rest as everybody.
func TestWaitingIsNotOnTheStoresTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		h.hasher.cost = 4 * time.Second
		began := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { h.mustLogin(t) })
		}
		wg.Wait()
		require.Equal(t, 12*time.Second, time.Since(began))
	})
}

// An answer that comes late, from a store that is deaf to the end of its time,
// is an answer.
func TestALateReservationCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("Reserve", once(func() { time.Sleep(3*time.Second + time.Millisecond) }))
		h.mustLogin(t)
	})
}

// Who comes at the moment of a silence has its answer or asks anew, in another
// line. Few of the bubbles come upon the instant between.
func TestWhoComesAtTheMomentOfASilence(t *testing.T) {
	for range 1000 {
		synctest.Test(t, func(t *testing.T) {
			b := newBrittle(t, flow{})
			b.faults.On("Reserve", 0, storetest.TimeOut)
			began := time.Now()
			got := make(chan error)
			for i := range 12 {
				go func() {
					if i >= 4 {
						time.Sleep(3 * time.Second)
					}
					_, err := b.login(t.Context(), "john", rightPassword)
					got <- err
				}()
			}
			for range 12 {
				require.ErrorIs(t, <-got, auth.ErrUnavailable)
			}
			require.LessOrEqual(t, time.Since(began), 3*time.Second+answerWithin)
			require.Zero(t, auth.Lines(b.Service))
			b.faults.Clear()
			signIn(t, b)
		})
	}
}
