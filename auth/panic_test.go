package auth_test

import (
	"bytes"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

const panicText = "c4n4ry-of-a-panic"

type boom struct{ error }

func panics() error { panic(boom{errors.New(panicText)}) }

// isOnRecord checks that a panic nobody could answer has become an event.
func (h *house) isOnRecord(t *testing.T, reason string) {
	t.Helper()
	for _, e := range h.events.take() {
		if e.Kind == auth.EventFault && e.Reason == reason && e.Err.Error() == "panic of type auth_test.boom" {
			return
		}
	}
	t.Errorf("no fault %q is on record", reason)
}

// What the library does behind an answer never takes the process down.
func TestAPanicBehindAnAnswerIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := newHouse(t, func(o *auth.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		g := h.mustLogin(t)
		time.Sleep(2 * time.Minute)
		h.store.on("TouchSession", panics)
		_, err := h.Validate(t.Context(), g.Token, 0)
		require.NoError(t, err)
		synctest.Wait()
		h.isOnRecord(t, "touch session")
		require.Contains(t, log.String(), "auth: touch session")
		require.Contains(t, log.String(), "auth_test.panics", "the log has where it came from")
		require.NotContains(t, log.String(), panicText)
		h.store.on("TouchSession", nil)
		require.True(t, h.admits(t, g))
		synctest.Wait()
		live, err := h.Sessions(t.Context(), h.john.ID)
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), live[0].LastSeen, time.Second, "the session is noted again: it was not left as in flight")
	})
}

// A call that is waited for no longer panics for nobody, and is on record all
// the same.
func TestAPanicAfterTheAnswerIsAnEvent(t *testing.T) {
	for method, reason := range map[string]string{"RecordLogin": "record login", "Settle": "settle a login"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			h.store.on(method, func() error {
				time.Sleep(20 * time.Second) // deaf to its context
				return panics()
			})
			_, err := h.login(t.Context(), "john", rightPassword)
			require.NoError(t, err, method)
			h.events.take()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			h.isOnRecord(t, reason)
		})
	}
}

// While it is waited for, it is the request's.
func TestAPanicBeforeTheAnswerIsTheCallers(t *testing.T) {
	for _, method := range []string{"AccountByLogin", "Reserve", "CreateSession", "RecordLogin", "Settle"} {
		h := newHouse(t)
		h.store.on(method, panics)
		require.PanicsWithError(t, panicText, func() { _, _ = h.login(t.Context(), "john", rightPassword) }, method)
	}
}

// An auditor that panics when it is told of a fault loses that event to the
// log, and nothing else.
func TestAnAuditorThatPanicsInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := newHouse(t, func(o *auth.Options) {
			o.Auditor = auditorFunc(func(e auth.Event) error {
				if e.Kind == auth.EventFault {
					return panics()
				}
				return nil
			})
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		h.store.on("AccountByLogin", func() error { return errors.New("connection refused") })
		_, err := h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		synctest.Wait()
		require.Contains(t, log.String(), "auth event was not kept")
		require.Contains(t, log.String(), "connection refused")
		require.Contains(t, log.String(), "panic of type auth_test.boom")
		require.NotContains(t, log.String(), panicText)
	})
}

// The slots of an attempt that panicked are counted once their lease is over,
// as those of a crash, and those who wait in line are not held up by it.
func TestAPanicHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.hasher.during = func() { _ = panics() }
		for range 7 {
			require.Panics(t, func() { _, _ = h.login(t.Context(), "john", "wrong") })
		}
		h.hasher.during = nil
		began := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { h.mustLogin(t) })
		}
		wg.Wait()
		require.Less(t, time.Since(began), time.Second, "nobody waits for who has panicked")
		time.Sleep(time.Minute + time.Second)
		guess(t, h, "john", home, 3)
		require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled, "seven panics and three guesses are ten")
		time.Sleep(15 * time.Minute)
		h.mustLogin(t)
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("Reserve", panics)
		for range 50 {
			require.Panics(t, func() { _, _ = h.login(t.Context(), "john", rightPassword) })
		}
		h.store.on("Reserve", nil)
		h.mustLogin(t)
	})
}
