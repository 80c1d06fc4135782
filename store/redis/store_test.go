package redisstore_test

import (
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// nodes returns a fresh, empty store that n processes share, each by a client
// of its own.
func nodes(t *testing.T, n int) auth.Store {
	prefix := newPrefix(t)
	var handles []auth.Store
	for range n {
		s := open(t, dial(t), prefix)
		handles = append(handles, auth.Compose(noUsers{}, s, s))
	}
	return storetest.Nodes(handles...)
}

// noUsers is the host's part, which is not asked here.
type noUsers struct{ auth.UserStore }

func open(t *testing.T, client goredis.UniversalClient, prefix string) *redisstore.Store {
	t.Helper()
	s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return s
}

func TestSessions(t *testing.T) {
	storetest.Sessions(t, func(t *testing.T) auth.SessionStore { return nodes(t, 1) })
}

func TestSessionsOnThreeNodes(t *testing.T) {
	storetest.Sessions(t, func(t *testing.T) auth.SessionStore { return nodes(t, 3) })
}

func TestThrottle(t *testing.T) {
	storetest.Throttle(t, func(t *testing.T) auth.ThrottleStore { return nodes(t, 1) })
}

func TestThrottleOnThreeNodes(t *testing.T) {
	storetest.Throttle(t, func(t *testing.T) auth.ThrottleStore { return nodes(t, 3) })
}
