package redisstore_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// dial connects to the servers of SALLYPORT_TEST_REDIS, one URL or, for the
// nodes of a cluster, several with commas between. Without it the test is
// skipped, or fails where SALLYPORT_TEST_REQUIRE is 1.
func dial(t *testing.T) goredis.UniversalClient {
	t.Helper()
	servers := os.Getenv("SALLYPORT_TEST_REDIS")
	if servers == "" && os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
		t.Fatal("SALLYPORT_TEST_REDIS is not set: give it a URL such as redis://127.0.0.1:6379/0")
	}
	if servers == "" {
		t.Skip("SALLYPORT_TEST_REDIS is not set")
	}
	opts := goredis.UniversalOptions{ContextTimeoutEnabled: true}
	for server := range strings.SplitSeq(servers, ",") {
		one, err := goredis.ParseURL(server)
		if err != nil {
			t.Fatal("SALLYPORT_TEST_REDIS: ", err)
		}
		opts.Addrs = append(opts.Addrs, one.Addr)
		opts.Username, opts.Password, opts.DB, opts.TLSConfig = one.Username, one.Password, one.DB, one.TLSConfig
	}
	client := goredis.NewUniversalClient(&opts)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// newPrefix returns one of the test's own and removes what is under it in the
// end. Before that it fails the test if a key would stay for ever.
func newPrefix(t *testing.T) string {
	t.Helper()
	prefix := "test:" + rand.Text() + ":"
	client := dial(t)
	t.Cleanup(func() {
		for _, key := range keys(t, client, prefix) {
			// -1 is "no expiry", -2 is "gone meanwhile".
			if ttl := client.PTTL(context.Background(), key).Val(); ttl == -1 {
				t.Errorf("every key expires by itself: %s does not", key)
			}
			client.Del(context.Background(), key)
		}
	})
	return prefix
}

// keys scans every master for the keys under prefix.
func keys(t *testing.T, client goredis.UniversalClient, prefix string) []string {
	t.Helper()
	var found []string
	scan := func(ctx context.Context, c goredis.Cmdable) error {
		all := c.Scan(ctx, 0, prefix+"*", 1000).Iterator()
		for all.Next(ctx) {
			found = append(found, all.Val())
		}
		return all.Err()
	}
	var err error
	if cluster, ok := client.(*goredis.ClusterClient); ok {
		err = forEachMaster(cluster, scan)
	} else {
		err = scan(context.Background(), client)
	}
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	return found
}

// forEachMaster is ClusterClient's, one after the other.
func forEachMaster(cluster *goredis.ClusterClient, f func(context.Context, goredis.Cmdable) error) error {
	turn := make(chan struct{}, 1)
	return cluster.ForEachMaster(context.Background(), func(ctx context.Context, c *goredis.Client) error {
		turn <- struct{}{}
		defer func() { <-turn }()
		return f(ctx, c)
	})
}
