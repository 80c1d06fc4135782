package auth_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

type someKey struct{}

// A store is told of the end of its time as by context.WithDeadline, however
// it asks and whenever it begins to.
func TestLateIsAContextWithADeadline(t *testing.T) {
	type asks func(ctx context.Context) error
	itself := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, ask := range map[string]asks{
		"Done": itself,
		"Err": func(ctx context.Context) error {
			for ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			return ctx.Err()
		},
		"a child": func(ctx context.Context) error {
			child, done := context.WithCancel(ctx)
			defer done()
			return itself(child)
		},
		"a child that was made first": func(ctx context.Context) error {
			child, done := context.WithTimeout(context.WithValue(ctx, someKey{}, "b"), time.Hour)
			defer done()
			ctx.Err()
			return itself(child)
		},
		"AfterFunc": func(ctx context.Context) error {
			told := make(chan struct{})
			context.AfterFunc(ctx, func() { close(told) })
			<-told
			return ctx.Err()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			ctx, done := auth.Late(t.Context(), 3*time.Second)
			defer done()
			require.Equal(t, begun.Add(3*time.Second), must(ctx.Deadline()))
			time.Sleep(time.Second)
			require.ErrorIs(t, ask(ctx), context.DeadlineExceeded, name)
			require.InDelta(t, 3*time.Second, time.Since(begun), float64(time.Millisecond), name)
			require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded, name)
		})
		synctest.Test(t, func(t *testing.T) {
			ctx, done := auth.Late(t.Context(), 3*time.Second)
			time.AfterFunc(time.Second, done)
			require.ErrorIs(t, ask(ctx), context.Canceled, "%s, let go of", name)
		})
		synctest.Test(t, func(t *testing.T) {
			gone := errors.New("the client hung up")
			parent, hangUp := context.WithCancelCause(t.Context())
			ctx, done := auth.Late(parent, 3*time.Second)
			defer done()
			time.AfterFunc(time.Second, func() { hangUp(gone) })
			require.ErrorIs(t, ask(ctx), context.Canceled, "%s, hung up on", name)
			require.ErrorIs(t, context.Cause(ctx), gone, name)
		})
	}
}

func TestLateEndsWithWhatEndsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		ctx, done := auth.Late(parent, 3*time.Second)
		defer done()
		require.Equal(t, must(parent.Deadline()), must(ctx.Deadline()))
		begun := time.Now()
		<-ctx.Done()
		require.Equal(t, time.Second, time.Since(begun))
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, done := auth.Late(context.WithValue(t.Context(), someKey{}, "b"), 3*time.Second)
		require.Equal(t, "b", ctx.Value(someKey{}), "before anybody asks")
		done()
		time.Sleep(time.Minute)
		require.ErrorIs(t, ctx.Err(), context.Canceled, "let go of in time, and asked afterwards")
		require.Equal(t, "b", ctx.Value(someKey{}))
		done()
	})
}

// A driver derives contexts from the one it is given. One that package context
// does not know would take a goroutine for each.
func TestLateCostsAChildNoGoroutine(t *testing.T) {
	ctx, done := auth.Late(t.Context(), time.Hour)
	defer done()
	before := runtime.NumGoroutine()
	for range 100 {
		_, stop := context.WithCancel(ctx)
		defer stop()
	}
	require.Less(t, runtime.NumGoroutine(), before+50)
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("there is none")
	}
	return v
}
