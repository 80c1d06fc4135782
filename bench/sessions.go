package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// sessionBytes fills a store with sessions of as many users, who all have the
// same browser.
func sessionBytes(ctx context.Context, l *lab) error {
	store, now := memory.NewSessions(), time.Now()
	remote := netip.MustParseAddr("2001:db8::1")
	before := heap()
	for n := range l.sessions {
		err := store.CreateSession(ctx, &auth.Session{
			ID: rand.Text(), UserID: fmt.Sprintf("%036d", n), Stamp: auth.StampOf(fmt.Sprint(n)), UserAgent: "bench", Remote: remote,
			CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(24 * time.Hour),
		})
		if err != nil {
			return err
		}
	}
	l.table.Add("session-bytes", []float64{float64(heap()-before) / float64(l.sessions)})
	runtime.KeepAlive(store)
	return nil
}

// heap is how many bytes are in use, garbage apart.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
