package examples_test

import (
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
	"github.com/stretchr/testify/require"
)

// databases are those that several processes can share, each empty. The
// servers are skipped where they are not configured, unless they are required.
var databases = []struct {
	name string
	open func(*testing.T) string
}{
	{"sqlite", fileDSN},
	{"postgres", postgresDSN},
	{"mysql", mysqlDSN},
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

func postgresDSN(t *testing.T) string {
	dsn := configured(t, "SALLYPORT_TEST_POSTGRES")
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/" + fresh(t, "pgx", dsn)
	return u.String()
}

func mysqlDSN(t *testing.T) string {
	dsn := configured(t, "SALLYPORT_TEST_MYSQL")
	c, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	u := url.URL{Scheme: "mysql", User: url.UserPassword(c.User, c.Passwd), Host: c.Addr, Path: "/" + fresh(t, "mysql", dsn)}
	return u.String()
}

// nodes starts processes on one database, at the same time, and returns them
// and the administrator's password.
func nodes(t *testing.T, dsn string, n int) ([]*server, string) {
	t.Helper()
	env := []string{"SALLYPORT_DB=" + dsn, "SALLYPORT_JWT_SECRET=" + rand.Text() + rand.Text()}
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
			dsn := d.open(t)
			all, _ := nodes(t, dsn, 3)
			addJohn(t, dsn)

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
			mustAuthctl(t, dsn, "", "user", "unlock", "john")

			for round := range 20 {
				at, other := all[round%3], all[(round+1)%3]
				token := eventually(t, at)
				require.Equal(t, 200, other.validate(t, token), "a login on one node is known to the others")
				require.Equal(t, 200, at.call(t, "POST", "logout", token, "").status)
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
