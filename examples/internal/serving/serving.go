// Package serving is what the example servers do once they are wired.
package serving

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/sallyport-go/sallyport/store/sql"
)

// keepEvents is how long the record of events goes back.
const keepEvents = 90 * 24 * time.Hour

// Purge removes what has expired, a batch at a time, until ctx ends. Nil has
// nothing to purge.
func Purge(ctx context.Context, store *sqlstore.Store) {
	if store == nil {
		return
	}
	const batch = 1000
	for tick := time.NewTicker(time.Minute); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// What fails now is tried again in a minute.
			for n := batch; n == batch && ctx.Err() == nil; {
				n, _ = store.Purge(ctx, batch)
			}
			for n := batch; n == batch && ctx.Err() == nil; {
				n, _ = store.PurgeEvents(ctx, time.Now().Add(-keepEvents), batch)
			}
		}
	}
}

// Listen takes the address. A start that is refused one has made nothing yet, if
// this comes first.
func Listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w: give -addr an address and a port that are free here", err)
	}
	return listener, nil
}

// HTTP serves until ctx ends and what is in flight is answered, 12 seconds at
// most.
func HTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      45 * time.Second, // a login may wait in line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	fmt.Fprintf(os.Stderr, "listening on http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 12*time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		// Somebody reads too slowly to wait for; that is not our failure.
		return server.Close()
	}
	return nil
}
