package examples_test

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A Redis that may evict logs people out. It is one of the test's own, since
// the one that others use is not to be reconfigured.
func TestDoctorSaysThatARedisMayEvict(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil && os.Getenv("SALLYPORT_TEST_REQUIRE") != "1" {
		t.Skip("redis-server is not installed")
	}
	at := place{users: fileDSN(t)}
	mustAuthctlAt(t, at, "", "migrate")
	for policy, code := range map[string]int{"noeviction": 0, "allkeys-lru": 1} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		require.NoError(t, l.Close())
		redis := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(),
			"--save", "", "--maxmemory-policy", policy, "--requirepass", "hunter2hunter2")
		require.NoError(t, redis.Start())
		t.Cleanup(func() {
			_ = redis.Process.Kill()
			_ = redis.Wait()
		})
		require.Eventually(t, func() bool {
			c, err := net.Dial("tcp", "127.0.0.1:"+port)
			return err == nil && c.Close() == nil
		}, 20*time.Second, 10*time.Millisecond, "redis-server must come up")

		at.sessions = "redis://:hunter2hunter2@127.0.0.1:" + port + "/0"
		out, got := authctlAt(t, at, "", "doctor")
		require.Equal(t, code, got, "%s: %s", policy, out)
		require.NotContains(t, out, "hunter2")
		if code == 1 {
			require.Contains(t, out, "noeviction", "the remedy is named")
		}
	}
}
