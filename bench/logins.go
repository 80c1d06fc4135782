package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
	"github.com/sallyport-go/sallyport/store/memory"
)

// loginsHere compares logins a second with the hashes a second that as many
// processors make which do nothing else.
func loginsHere(ctx context.Context, l *lab) error {
	store := memory.New()
	svc, _, err := serve.NewService(store)
	if err != nil {
		return err
	}
	waiting := 4 * l.slots // so that no slot is ever without work
	if err := serve.AddUsers(ctx, svc, store, waiting); err != nil {
		return err
	}
	login := func(worker int) error {
		_, err := svc.Login(ctx, auth.LoginRequest{Login: serve.User(worker), Password: serve.Password})
		return err
	}
	salt := make([]byte, 16)
	pure := func(int) error {
		argon2.IDKey([]byte(serve.Password), salt, 2, hashMiB*1024, 1, 32)
		return nil
	}
	var ours, floor result.Sample
	for range l.rounds {
		took, err := crowd(l.hashes*l.slots, waiting, login)
		if err != nil {
			return err
		}
		least, err := crowd(l.hashes*l.slots, l.slots, pure)
		if err != nil {
			return err
		}
		ours, floor = append(ours, float64(took)), append(floor, float64(least))
	}
	l.ratio("logins", floor, ours)
	l.table.Note("logins", "%.0f logins a second", float64(l.hashes*l.slots)/time.Duration(ours.Median()).Seconds())
	return nil
}

// crowd has workers do jobs together and returns how long they took.
func crowd(jobs, workers int, do func(worker int) error) (time.Duration, error) {
	runtime.GC()
	var left atomic.Int64
	left.Store(int64(jobs))
	errs := make([]error, workers)
	var all sync.WaitGroup
	start := time.Now()
	for w := range workers {
		all.Go(func() {
			for left.Add(-1) >= 0 && errs[w] == nil {
				errs[w] = do(w)
			}
		})
	}
	all.Wait()
	return time.Since(start), errors.Join(errs...)
}
