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
	"github.com/sallyport-go/sallyport/bench/internal/serve"
	"github.com/sallyport-go/sallyport/bench/internal/timing"
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
	jobs := l.hashes * l.slots
	var ours, floor timing.Spent
	for range l.rounds {
		err1 := crowd(&ours, jobs, waiting, login)
		err2 := crowd(&floor, jobs, l.slots, pure)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
	}
	l.ratio("logins", floor.Elapsed, ours.Elapsed)
	l.beside("logins", "by CPU", floor.Processor, ours.Processor)
	l.table.Note("logins", "%.0f logins a second", float64(jobs)/time.Duration(ours.Elapsed.Median()).Seconds())
	return nil
}

// crowd has workers do jobs together and adds what that took.
func crowd(spent *timing.Spent, jobs, workers int, do func(worker int) error) error {
	runtime.GC()
	var left atomic.Int64
	left.Store(int64(jobs))
	errs := make([]error, workers)
	var all sync.WaitGroup
	cpu, wall := timing.Processor(), timing.Elapsed()
	for w := range workers {
		all.Go(func() {
			for left.Add(-1) >= 0 && errs[w] == nil {
				errs[w] = do(w)
			}
		})
	}
	all.Wait()
	spent.Elapsed = append(spent.Elapsed, float64(timing.Elapsed()-wall))
	spent.Processor = append(spent.Processor, float64(timing.Processor()-cpu))
	return errors.Join(errs...)
}
