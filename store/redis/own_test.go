package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// ownServer is a redis-server of the test's own, on loopback, that persists
// nothing.
type ownServer struct {
	addr string
	port string
	args []string
	cmd  *exec.Cmd
}

// startServer starts one and waits until it answers. The test is skipped where
// the program is missing, or fails where SALLYPORT_TEST_REQUIRE is 1.
func startServer(t *testing.T, args ...string) *ownServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
			t.Fatal("redis-server is not installed, and SALLYPORT_TEST_REQUIRE=1 asks for it")
		}
		t.Skip("redis-server is not installed")
	}
	s := &ownServer{addr: freeAddr(t)}
	_, s.port, _ = net.SplitHostPort(s.addr)
	s.args = append([]string{"--bind", "127.0.0.1", "--port", s.port, "--dir", t.TempDir()}, args...)
	s.run(t)
	t.Cleanup(s.kill)
	return s
}

// memoryOnly is what every server here but a sentinel is started with.
var memoryOnly = []string{"--save", "", "--appendonly", "no"}

func (s *ownServer) run(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	require.NoError(t, s.cmd.Start())
	client := s.client(t)
	require.Eventually(t, func() bool { return client.Ping(t.Context()).Err() == nil }, 20*time.Second, 10*time.Millisecond,
		"redis-server must come up")
}

func (s *ownServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// client connects to the server as a host would.
func (s *ownServer) client(t *testing.T) *goredis.Client {
	t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: s.addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// freeAddr returns an address whose port, and the one of a cluster's bus, are
// free.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := refusing(t)
		_, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		var n int
		_, err = fmt.Sscan(port, &n)
		require.NoError(t, err)
		if n >= 50000 {
			continue
		}
		bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", n+10000))
		if err != nil {
			continue
		}
		require.NoError(t, bus.Close())
		return addr
	}
	t.Fatal("no free port")
	return ""
}

// startCluster starts three masters that share all slots.
func startCluster(t *testing.T) *goredis.ClusterClient {
	t.Helper()
	ctx := t.Context()
	var addrs []string
	var clients []*goredis.Client
	for range 3 {
		s := startServer(t, append(memoryOnly, "--cluster-enabled", "yes")...)
		addrs, clients = append(addrs, s.addr), append(clients, s.client(t))
	}
	for i, c := range clients {
		first, last := i*16384/3, (i+1)*16384/3-1
		require.NoError(t, c.ClusterAddSlotsRange(ctx, first, last).Err())
		require.NoError(t, c.Do(ctx, "cluster", "set-config-epoch", i+1).Err())
	}
	host, port, err := net.SplitHostPort(addrs[0])
	require.NoError(t, err)
	for _, c := range clients[1:] {
		require.NoError(t, c.ClusterMeet(ctx, host, port).Err())
	}
	cluster := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: addrs, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = cluster.Close() })
	require.Eventually(t, func() bool {
		for _, c := range clients {
			info, err := c.ClusterInfo(ctx).Result()
			if err != nil || !clusterOK.MatchString(info) {
				return false
			}
		}
		return cluster.ForEachMaster(ctx, func(ctx context.Context, c *goredis.Client) error { return c.Ping(ctx).Err() }) == nil
	}, 30*time.Second, 50*time.Millisecond, "the cluster must form")
	return cluster
}

// startSentinel starts a sentinel that fails over after half a second.
func startSentinel(t *testing.T, master *ownServer) *ownServer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf") // it rewrites its file
	conf := fmt.Sprintf("sentinel monitor main 127.0.0.1 %s 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 5000\n", master.port)
	require.NoError(t, os.WriteFile(file, []byte(conf), 0o600))
	s := &ownServer{addr: freeAddr(t)}
	_, s.port, _ = net.SplitHostPort(s.addr)
	s.args = []string{file, "--sentinel", "--bind", "127.0.0.1", "--port", s.port, "--dir", t.TempDir()}
	s.run(t)
	t.Cleanup(s.kill)
	return s
}
