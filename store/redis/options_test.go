package redisstore_test

import (
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	redisstore "github.com/sallyport-go/sallyport/store/redis"
)

func TestNewDoesNoIO(t *testing.T) {
	client := goredis.NewClient(&goredis.Options{Addr: refusing(t), ContextTimeoutEnabled: true})
	defer client.Close()
	for _, opts := range []*redisstore.Options{nil, {}, {Prefix: "team-7/auth.v1:"}, {Prefix: strings.Repeat("p", 64)}} {
		s, err := redisstore.New(client, opts)
		require.NoError(t, err, "%+v", opts)
		require.NotNil(t, s)
	}
}

func TestNewRefusesPrefixes(t *testing.T) {
	client := goredis.NewClient(&goredis.Options{Addr: refusing(t), ContextTimeoutEnabled: true})
	defer client.Close()
	for _, prefix := range []string{"{x}:", "a b", "a}", "*", "é:", "a\x00", "a\n", strings.Repeat("p", 65)} {
		s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
		require.ErrorContains(t, err, "Prefix", "%q", prefix)
		require.Nil(t, s, "no store together with an error")
	}
}

// LESSONS 19: a token must not outlive its logout on a node that reads
// something else than the last write.
func TestNewRefusesClientsThatReadStaleSessions(t *testing.T) {
	ring := goredis.NewRing(&goredis.RingOptions{Addrs: map[string]string{"a": refusing(t)}, HeartbeatFrequency: 1 << 40})
	defer ring.Close()
	clients := map[string]goredis.UniversalClient{"client is nil": nil, "Ring": ring}
	for _, opts := range []goredis.ClusterOptions{{ReadOnly: true}, {RouteByLatency: true}, {RouteRandomly: true}} {
		opts.Addrs, opts.ContextTimeoutEnabled = []string{refusing(t)}, true
		cluster := goredis.NewClusterClient(&opts)
		defer cluster.Close()
		_, err := redisstore.New(cluster, nil)
		require.ErrorContains(t, err, "ReadOnly")
	}
	for says, client := range clients {
		s, err := redisstore.New(client, &redisstore.Options{Prefix: "{"})
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "Prefix", "says all that is wrong")
		require.Nil(t, s)
	}
	cluster := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{refusing(t)}, ContextTimeoutEnabled: true})
	defer cluster.Close()
	_, err := redisstore.New(cluster, nil)
	require.NoError(t, err, "a cluster read at its masters is welcome")
}

// Left at go-redis's default, a call waits for a silent Redis for 5 seconds and
// more, whatever auth.Options.StoreTimeout says.
func TestNewRefusesClientsThatOutwaitTheirContext(t *testing.T) {
	client := goredis.NewClient(&goredis.Options{Addr: refusing(t)})
	defer client.Close()
	cluster := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{refusing(t)}, ReadOnly: true})
	defer cluster.Close()
	for _, c := range []goredis.UniversalClient{client, cluster} {
		s, err := redisstore.New(c, nil)
		require.ErrorContains(t, err, "ContextTimeoutEnabled")
		require.Nil(t, s)
	}
	_, err := redisstore.New(cluster, nil)
	require.ErrorContains(t, err, "ReadOnly", "says all that is wrong")
}
