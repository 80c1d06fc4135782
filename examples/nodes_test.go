package examples_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// place is where several processes keep what they share.
type place struct {
	users    string // a DSN of the programs
	sessions string // another, or empty
	driver   string // with source: for plain SQL
	source   string
}

// env is what a program needs to find it.
func (p place) env() []string {
	env := []string{"SALLYPORT_DB=" + p.users}
	if p.sessions != "" {
		env = append(env, "SALLYPORT_SESSIONS="+p.sessions)
	}
	return env
}

// databases are those that several processes can share, each empty. The
// servers are skipped where they are not configured, unless they are required.
var databases = []struct {
	name string
	open func(*testing.T) place
}{
	{"sqlite", sqlitePlace},
	{"postgres", postgresPlace},
	{"mysql", mysqlPlace},
	{"postgres and redis", redisPlace},
}

func sqlitePlace(t *testing.T) place {
	dsn := fileDSN(t)
	return place{users: dsn, driver: "sqlite", source: strings.TrimPrefix(dsn, "sqlite:") + "?_pragma=busy_timeout(10000)"}
}

func configured(t *testing.T, name string) string {
	t.Helper()
	dsn := os.Getenv(name)
	if dsn == "" && os.Getenv("SALLYPORT_TEST_REQUIRE") == "1" {
		t.Fatalf("%s is not set, and SALLYPORT_TEST_REQUIRE=1 asks for it", name)
	}
	if dsn == "" {
		t.Skipf("%s is not set", name)
	}
	return dsn
}

// fresh makes a database and drops it in the end.
func fresh(t *testing.T, driver, dsn string) string {
	t.Helper()
	name := "sallyport_" + strings.ToLower(rand.Text()[:12])
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	_, err = db.Exec("CREATE DATABASE " + name)
	require.NoError(t, err, "the server must be there")
	t.Cleanup(func() {
		force := map[string]string{"pgx": " WITH (FORCE)"}[driver]
		_, err := db.Exec("DROP DATABASE " + name + force)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	})
	return name
}

func postgresPlace(t *testing.T) place {
	dsn := configured(t, "SALLYPORT_TEST_POSTGRES")
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/" + fresh(t, "pgx", dsn)
	return place{users: u.String(), driver: "pgx", source: u.String()}
}

func mysqlPlace(t *testing.T) place {
	dsn := configured(t, "SALLYPORT_TEST_MYSQL")
	c, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	c.DBName = fresh(t, "mysql", dsn)
	u := url.URL{Scheme: "mysql", User: url.UserPassword(c.User, c.Passwd), Host: c.Addr, Path: "/" + c.DBName}
	return place{users: u.String(), driver: "mysql", source: c.FormatDSN()}
}

// redisPlace has users in PostgreSQL, and sessions and throttle in Redis under
// a prefix of its own.
func redisPlace(t *testing.T) place {
	dsn := configured(t, "SALLYPORT_TEST_REDIS")
	prefix := "test:" + rand.Text() + ":"
	opts, err := goredis.ParseURL(dsn)
	require.NoError(t, err)
	client := goredis.NewClient(opts)
	t.Cleanup(func() {
		ctx := context.Background()
		all := client.Scan(ctx, 0, prefix+"*", 1000).Iterator()
		found := 0
		for ; all.Next(ctx); found++ {
			client.Del(ctx, all.Val())
		}
		require.NoError(t, all.Err())
		require.NotZero(t, found, "sessions and throttle are in Redis")
		require.NoError(t, client.Close())
	})
	at := postgresPlace(t)
	at.sessions = dsn + "?prefix=" + prefix
	return at
}

// nodes starts processes at one place, at the same time, and returns them and
// the administrator's password.
func nodes(t *testing.T, at place, n int) ([]*server, string) {
	t.Helper()
	env := append(at.env(), "SALLYPORT_JWT_SECRET="+rand.Text()+rand.Text())
	all := make([]*server, n)
	for i := range all {
		all[i] = launch(t, env)
	}
	var passwords []string
	for _, s := range all {
		s.ready(t)
		if s.password != "" {
			passwords = append(passwords, s.password)
		}
	}
	require.Len(t, passwords, 1, "of all processes that start at once, one makes the administrator")
	return all, passwords[0]
}

func statuses(n int, call func(i int) int) map[int]int {
	got := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			status := call(i)
			mu.Lock()
			defer mu.Unlock()
			got[status]++
		})
	}
	wg.Wait()
	return got
}

// LESSONS 5 (Keycloak #31726, #48272, #52646), 1 (Vault CVE-2025-6004) and 19
// (File Browser CVE-2025-53826), with real processes on real databases.
func TestThreeProcessesOnOneDatabase(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			at := d.open(t)
			all, _ := nodes(t, at, 3)
			addJohnAt(t, at)

			right := statuses(100, func(i int) int {
				return all[i%3].call(t, "POST", "login", "", credentials("john", johnsPassword)).status
			})
			require.Equal(t, map[int]int{200: 100}, right, "a hundred right logins at once all pass")

			for what, names := range map[string][]string{
				"an account":      {"john", "JOHN", "john@example.com", "John@EXAMPLE.com", "ｊｏｈｎ"},
				"an unknown name": {"nobody", "NOBODY", "ｎobody", "noBody", "Nobody"},
			} {
				wrong := statuses(60, func(i int) int {
					return all[i%3].call(t, "POST", "login", "", credentials(names[i%5], "wrong")).status
				})
				require.Equal(t, map[int]int{401: 10, 429: 50}, wrong, "of sixty guesses at %s ten are verified", what)
			}
			a := all[0].call(t, "POST", "login", "", credentials("john", johnsPassword))
			require.Equal(t, 429, a.status)
			require.NotEmpty(t, a.header.Get("Retry-After"))
			mustAuthctlAt(t, at, "", "user", "unlock", "john")

			for round := range 20 {
				one, other := all[round%3], all[(round+1)%3]
				token := eventually(t, one)
				require.Equal(t, 200, other.validate(t, token), "a login on one node is known to the others")
				require.Equal(t, 200, one.call(t, "POST", "logout", token, "").status)
				for _, s := range all {
					require.Equal(t, 401, s.validate(t, token), "a logout holds on every node at the next request")
				}
			}
			for _, s := range all {
				s.stop(t)
			}
		})
	}
}

func TestOneProcessInMemory(t *testing.T) {
	s := start(t, nil, "-db", "memory:")
	login := func(name, password string) int {
		return s.call(t, "POST", "login", "", credentials(name, password)).status
	}
	require.Equal(t, map[int]int{200: 100}, statuses(100, func(int) int { return login("admin", s.password) }))
	for _, name := range []string{"admin", "nobody"} {
		spellings := []string{name, strings.ToUpper(name), " " + name, "\uff41" + name[1:]}
		if name == "nobody" {
			spellings[3] = "\uff4e" + name[1:]
		}
		wrong := statuses(60, func(i int) int { return login(spellings[i%4], "wrong") })
		require.Equal(t, map[int]int{401: 10, 429: 50}, wrong, "of sixty guesses at %s ten are verified", name)
	}
}

// eventually logs John in once the node has forgotten a denial, which takes it
// five seconds at most.
func eventually(t *testing.T, s *server) string {
	t.Helper()
	var token string
	require.Eventually(t, func() bool {
		a := s.call(t, "POST", "login", "", credentials("john", johnsPassword))
		if a.status != 200 {
			return false
		}
		token = a.json["token"].(string)
		return true
	}, 10*time.Second, 100*time.Millisecond, "an unlocked account can log in within five seconds")
	return token
}
