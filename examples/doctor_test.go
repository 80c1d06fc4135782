package examples_test

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A store that is well, one fault, and what doctor says.
type fault struct {
	name  string
	on    string // the names of databases it is for; empty: SQLite
	plant func(t *testing.T, at *place) (env, args []string)
	says  string // of the one line that is printed
	code  int
}

const everywhere = "sqlite postgres mysql"

func key(name string) string { return "SALLYPORT_JWT_SECRET=" + name }

func keyOf(text string) func(*testing.T, *place) (env, args []string) {
	return func(*testing.T, *place) ([]string, []string) { return []string{key(text)}, nil }
}

func flagsOf(args ...string) func(*testing.T, *place) (env, more []string) {
	return func(*testing.T, *place) ([]string, []string) { return nil, args }
}

func statementOf(text string) func(*testing.T, *place) (env, args []string) {
	return func(t *testing.T, at *place) ([]string, []string) {
		at.exec(t, text)
		return nil, nil
	}
}

// exec runs a statement beside the programs.
func (p place) exec(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open(p.driver, p.source)
	require.NoError(t, err)
	for _, s := range statements {
		_, err = db.Exec(s)
		require.NoError(t, err, s)
	}
	require.NoError(t, db.Close())
}

func hashOf(hash string, args ...string) func(*testing.T, *place) (env, more []string) {
	return func(t *testing.T, at *place) ([]string, []string) {
		imports(t, at.users, 1, 0, 0, "-hashes", "bcrypt:5", save(t, "one.csv", "username,password_hash\nmary,\""+hash+"\"\n"))
		return nil, args
	}
}

var faults = []fault{
	{"no file", "", func(t *testing.T, at *place) (env, args []string) {
		at.users = fileDSN(t)
		return nil, nil
	}, `^store: .*no such file.*: run authctl migrate`, 1},
	{"no database", "postgres mysql", func(t *testing.T, at *place) (env, args []string) {
		u, err := url.Parse(at.users)
		require.NoError(t, err)
		u.Host, u.User = "127.0.0.1:1", url.UserPassword("root", "hunter2hunter2")
		at.users = u.String()
		return nil, nil
	}, `^store: the database cannot be reached: .*refused: see that it runs`, 1},
	{"a migration is due", everywhere, statementOf("DELETE FROM sallyport_migrations WHERE version = 4"),
		`^tables: migration due: 0004_audit.sql: run authctl migrate`, 1},
	{"a table is gone", everywhere, statementOf("DROP TABLE sallyport_users"),
		`^tables: they cannot be read: .*sallyport_users.*: let this database user`, 1},
	{"a name can be taken twice", "postgres", statementOf("ALTER TABLE sallyport_users DROP CONSTRAINT sallyport_users_username_key"),
		`^indexes: sallyport_users has none on username: CREATE UNIQUE INDEX sallyport_users_username ON sallyport_users \(username\)$`, 1},
	{"an index that is not unique", "mysql", statementOf("ALTER TABLE sallyport_users DROP INDEX sallyport_users_email, ADD INDEX sallyport_users_email (email)"),
		`^indexes: sallyport_users has none on email: CREATE UNIQUE INDEX`, 1},
	{"an index of some rows", "postgres", statementOf("DROP INDEX sallyport_sessions_user_id; CREATE INDEX sallyport_sessions_user_id ON sallyport_sessions (user_id) WHERE remote = ''"),
		`^indexes: sallyport_sessions has none on user_id: CREATE INDEX`, 1},
	{"a slow clock", "postgres", shadowClock("- INTERVAL '1 hour'"), `^clock: that of the database is 1h0m0s behind the one here: keep both clocks by NTP$`, 1},
	{"a slow clock", "mysql", func(t *testing.T, at *place) (env, args []string) {
		at.users = slowed(t, at.users, time.Minute)
		return nil, nil
	}, `^clock: that of the database is 1m0s behind the one here: keep both clocks by NTP$`, 1},
	{"a fast clock", "postgres", shadowClock("+ INTERVAL '3 seconds'"), `^clock: that of the database is (2\.9|3|3\.1)s ahead of the one here: keep both`, 1},
	{"a short key", "", keyOf("0123456789"), `^key: SALLYPORT_JWT_SECRET has 10 bytes, needs 32: make one with authctl key new$`, 1},
	{"a repeated key", "", keyOf(strings.Repeat("k", 40)), `^key: .* few different bytes, .*: make one with authctl key new$`, 1},
	{"a sequence for a key", "", keyOf("abcdefghijklmnopqrstuvwxyz0123456789"), `^key: .* a sequence .*: make one`, 1},
	{"a phrase for a key", "", keyOf("purple elephants dance under moonlight"), `^key: .* made of words, .*: make one`, 1},
	{"two keys", "", func(*testing.T, *place) (env, args []string) {
		return []string{key("x"), "SALLYPORT_JWT_SECRET_FILE=y"}, nil
	}, `^key: .*both set: keep one: give it`, 1},
	{"no key", "postgres mysql", func(*testing.T, *place) (env, args []string) { return []string{key("")[:0]}, nil },
		`^key: SALLYPORT_JWT_SECRET is not set: all processes of this database need the same one: make one`, 1},
	{"a weak key beside the file", "", func(t *testing.T, at *place) (env, args []string) {
		require.NoError(t, os.WriteFile(strings.TrimPrefix(at.users, "sqlite:")+".key", []byte("short\n"), 0o600))
		return []string{key("")[:0]}, nil
	}, `^key: .*test\.db\.key has 5 bytes, needs 32: make one`, 1},
	{"a key that others can open", "", func(t *testing.T, at *place) (env, args []string) {
		path := strings.TrimPrefix(at.users, "sqlite:") + ".key"
		require.NoError(t, os.WriteFile(path, []byte(rand.Text()+rand.Text()), 0o600))
		require.NoError(t, os.Chmod(path, 0o644))
		return []string{key("")[:0]}, nil
	}, `^key: others than its owner can open .*: chmod 600 `, 1},
	{"one secret for two", "postgres", func(t *testing.T, at *place) (env, args []string) {
		u, err := url.Parse(at.users)
		require.NoError(t, err)
		secret := "hunter2" + rand.Text() + rand.Text()
		u.User = url.UserPassword(u.User.Username(), secret) // which the server does not ask for
		at.users = u.String()
		return []string{key(secret)}, nil
	}, `^key: SALLYPORT_JWT_SECRET is the password of the database too: make another`, 1},
	{"hashes that cannot be read", everywhere, hashOf(bcryptHash), `^hashes: 1 of 2 cannot be read \(1 bcrypt\), .*: name the forms with -hashes`, 1},
	{"hashes of another form", everywhere, hashOf(bcryptHash, "-hashes", "bcrypt:5"), `^warning: hashes: 1 of 2 are not as new ones are made \(1 bcrypt\): a login makes each anew`, 0},
	{"hashes of former parameters", "", hashOf("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$Y0WwmSVJ8eQFsmyPRRrQCqoO0ctKTTqE1n2bHyX9SQ8"),
		`^warning: hashes: 1 of 2 .*\(1 argon2id with other parameters\): `, 0},
	{"plain HTTP", "", flagsOf("-addr", "0.0.0.0:8080"), `^tls: servers listen on 0\.0\.0\.0:8080 without TLS: browsers keep no Secure cookie .*: put a proxy with TLS`, 1},
	{"plain HTTP without cookies", "", flagsOf("-addr", ":8080", "-cookie=false"), `^tls: servers listen on :8080 without TLS: passwords and tokens .*: put a proxy`, 1},
	{"an insecure cookie", "", flagsOf("-addr", "192.0.2.1:80", "-insecure-http", "-trusted-proxies", "10.0.0.0/8"), `^tls: the cookie is not Secure, .*: drop InsecureHTTP`, 1},
	{"an insecure cookie at home", "", flagsOf("-insecure-http"), `^warning: tls: the cookie is not Secure: drop InsecureHTTP anywhere but in development$`, 0},
	{"no proxy is trusted", everywhere, forwarded(), `^proxies: on \d{4}-\d\d-\d\d a server was sent forwarded headers by 127\.0\.0\.1 and trusts no proxy: .*: give the servers -trusted-proxies`, 1},
}

// slowed returns the DSN by way of a relay that sets back each present time that
// the server tells, in digits.
func slowed(t *testing.T, dsn string, by time.Duration) string {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	server := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	u.Host = l.Addr().String()
	seconds := regexp.MustCompile(`[0-9]{10}`)
	go func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", server)
			if err != nil {
				here.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(there, here)
				there.Close()
			}()
			go func() {
				defer here.Close()
				for buffer := make([]byte, 64<<10); ; {
					n, err := there.Read(buffer)
					if err != nil {
						return
					}
					_, _ = here.Write(seconds.ReplaceAllFunc(buffer[:n], func(digits []byte) []byte {
						told, _ := strconv.ParseInt(string(digits), 10, 64)
						if time.Since(time.Unix(told, 0)).Abs() > time.Hour {
							return digits
						}
						return fmt.Append(nil, told-int64(by.Seconds()))
					}))
				}
			}()
		}
	}()
	return u.String()
}

// shadowClock has the database tell another time than it has.
func shadowClock(by string) func(*testing.T, *place) (env, args []string) {
	return func(t *testing.T, at *place) ([]string, []string) {
		u, err := url.Parse(at.source)
		require.NoError(t, err)
		at.exec(t, "CREATE SCHEMA shadow",
			"CREATE FUNCTION shadow.statement_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() "+by+" $$",
			"ALTER DATABASE "+u.Path[1:]+" SET search_path = shadow, pg_catalog, public")
		return nil, nil
	}
}

// forwarded sends a server what only a proxy would.
func forwarded(args ...string) func(*testing.T, *place) (env, more []string) {
	return func(t *testing.T, at *place) ([]string, []string) {
		s := start(t, append(at.env(), key(rand.Text()+rand.Text())))
		req, err := http.NewRequest("POST", s.url+"/api/auth/login", strings.NewReader(credentials("john", "wrong")))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Forwarded-For", "192.0.2.7")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		s.stop(t)
		return nil, args
	}
}

// well is a place where nothing is wrong, with one account.
func well(t *testing.T, open func(*testing.T) place) place {
	t.Helper()
	at := open(t)
	mustAuthctlAt(t, at, "", "migrate")
	addJohnAt(t, at)
	return at
}

// doctor returns what it prints, line by line, and how it ends.
func doctor(t *testing.T, at place, env []string, args ...string) (lines []string, stderr string, code int) {
	t.Helper()
	if env == nil {
		env = []string{key(rand.Text() + rand.Text())}
	}
	stdout, stderr, code := run(t, "authctl", append(env, at.env()...), "", append([]string{"doctor"}, args...)...)
	require.NotContains(t, stdout+stderr, "hunter2", "no secret is printed")
	return strings.Split(strings.TrimSuffix(stdout, "\n"), "\n"), stderr, code
}

func TestDoctorFindsEachPlantedFault(t *testing.T) {
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			lines, stderr, code := doctor(t, well(t, d.open), nil)
			require.Equal(t, []string{"nothing found"}, lines, "a store that is well has no finding: %s", stderr)
			require.Zero(t, code)
			for _, f := range faults {
				if on := strings.Fields(f.on); f.on == "" && d.name != "sqlite" || f.on != "" && !contains(on, d.name) {
					continue
				}
				t.Run(f.name, func(t *testing.T) {
					at := well(t, d.open)
					env, args := f.plant(t, &at)
					lines, stderr, code := doctor(t, at, env, args...)
					require.Len(t, lines, 1, "one fault is one line: %q", lines)
					require.Regexp(t, f.says, lines[0])
					require.Equal(t, f.code, code)
					require.Equal(t, f.code == 1, strings.HasSuffix(stderr, "1 found\n"), stderr)
				})
			}
		})
	}
}

func contains(all []string, one string) bool {
	return strings.Contains(" "+strings.Join(all, " ")+" ", " "+one+" ")
}

// Every index that the migrations make by name is missed when it is gone.
func TestDoctorMissesEveryIndex(t *testing.T) {
	list := map[string]string{
		"sqlite":   `SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`,
		"postgres": `SELECT i.indexname, i.tablename FROM pg_indexes i WHERE schemaname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`,
		"mysql":    `SELECT DISTINCT index_name, table_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY'`,
	}
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			at := well(t, d.open)
			db, err := sql.Open(at.driver, at.source)
			require.NoError(t, err)
			defer db.Close()
			rows, err := db.Query(list[d.name])
			require.NoError(t, err)
			dropped := make(map[string]string)
			for rows.Next() {
				var name, table string
				require.NoError(t, rows.Scan(&name, &table))
				dropped[name] = table
			}
			require.NoError(t, rows.Err())
			require.GreaterOrEqual(t, len(dropped), 5)
			for name, table := range dropped {
				if d.name == "mysql" {
					name += " ON " + table
				}
				_, err := db.Exec("DROP INDEX " + name)
				require.NoError(t, err)
			}
			lines, _, code := doctor(t, at, nil)
			require.Equal(t, 1, code)
			require.Len(t, lines, len(dropped), "%q", lines)
			for _, line := range lines {
				_, create, _ := strings.Cut(line, ": CREATE ")
				_, err := db.Exec("CREATE " + create)
				require.NoError(t, err, "the remedy is a statement that runs")
			}
			lines, _, code = doctor(t, at, nil)
			require.Equal(t, []string{"nothing found"}, lines, "and that helps")
			require.Zero(t, code)
		})
	}
}

// Trusted proxies that doctor is told of are those that the servers got.
func TestDoctorIsToldWhatTheServersHave(t *testing.T) {
	at := well(t, sqlitePlace)
	_, args := forwarded("-addr", "0.0.0.0:8080", "-trusted-proxies", "10.0.0.0/8,127.0.0.1")(t, &at)
	lines, _, code := doctor(t, at, nil, args...)
	require.Equal(t, []string{"nothing found"}, lines)
	require.Zero(t, code)
	_, stderr, code := doctor(t, at, nil, "-trusted-proxies", "everyone")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "CIDR")
}

// Every check has an object, whether it found something or not.
func TestDoctorTellsPrograms(t *testing.T) {
	at := well(t, sqlitePlace)
	checks := []string{"store", "tables", "indexes", "clock", "sessions", "key", "hashes", "tls", "proxies"}
	for _, c := range []struct {
		args  []string
		level map[string]string
		code  int
	}{
		{nil, nil, 0},
		{[]string{"-insecure-http"}, map[string]string{"tls": "warning"}, 0},
		{[]string{"-addr", ":80"}, map[string]string{"tls": "error"}, 1},
		{nil, map[string]string{"tables": "error", "indexes": "skipped", "hashes": "skipped", "proxies": "skipped"}, 1},
	} {
		if c.level["tables"] != "" {
			at.exec(t, "DELETE FROM sallyport_migrations")
		}
		lines, _, code := doctor(t, at, nil, append([]string{"-json"}, c.args...)...)
		require.Equal(t, c.code, code)
		require.Len(t, lines, len(checks))
		for i, line := range lines {
			var f struct{ Check, Level, Finding, Remedy string }
			require.NoError(t, json.Unmarshal([]byte(line), &f), line)
			require.Equal(t, checks[i], f.Check)
			want := c.level[f.Check]
			if want == "" {
				want = "ok"
			}
			require.Equal(t, want, f.Level, line)
			bad := want == "error" || want == "warning"
			require.Equal(t, bad, f.Finding != "", line)
			require.Equal(t, bad, f.Remedy != "", line)
		}
	}
}

// ownRedis starts one of the test's own, since the one that others use is not
// to be reconfigured.
func ownRedis(t *testing.T, password string, args ...string) (dsn string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	require.NoError(t, l.Close())
	redis := exec.Command("redis-server", append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--requirepass", password}, args...)...)
	require.NoError(t, redis.Start())
	t.Cleanup(func() {
		_ = redis.Process.Kill()
		_ = redis.Wait()
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		return err == nil && c.Close() == nil
	}, 20*time.Second, 10*time.Millisecond, "redis-server must come up")
	return fmt.Sprintf("redis://:%s@127.0.0.1:%s/0", password, port)
}

// installed skips the test where a program is missing, unless all are required.
func installed(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			require.NotEqual(t, "1", os.Getenv("SALLYPORT_TEST_REQUIRE"), "%s is not installed, and SALLYPORT_TEST_REQUIRE=1 asks for it", name)
			t.Skipf("%s is not installed", name)
		}
	}
}

// A Redis that may evict logs people out, one whose clock is wrong forgets
// failed logins too late, and one that is away is a fault.
func TestDoctorLooksAtTheRedis(t *testing.T) {
	installed(t, "redis-server")
	at := well(t, sqlitePlace)
	password := "hunter2" + rand.Text() + rand.Text()
	for _, c := range []struct {
		policy string
		slow   time.Duration
		env    []string
		says   string
		code   int
	}{
		{"noeviction", 0, nil, `^nothing found$`, 0},
		{"allkeys-lru", 0, nil, `^sessions: maxmemory-policy is "allkeys-lru": set noeviction, or a full Redis logs people out$`, 1},
		{"noeviction", 90 * time.Second, nil, `^sessions: that of the Redis is 1m30s behind the one here: keep both clocks by NTP$`, 1},
		{"noeviction", 0, []string{key(password)}, `^key: SALLYPORT_JWT_SECRET is the password of the Redis too: make another`, 1},
	} {
		at.sessions = slowed(t, ownRedis(t, password, "--maxmemory-policy", c.policy), c.slow)
		lines, _, code := doctor(t, at, c.env)
		require.Len(t, lines, 1)
		require.Regexp(t, c.says, lines[0])
		require.Equal(t, c.code, code)
	}
	at.sessions = "redis://:hunter2hunter2@127.0.0.1:1/0"
	lines, _, code := doctor(t, at, nil)
	require.Regexp(t, `^sessions: the Redis cannot be asked: .*refused.*: see that it runs`, lines[0])
	require.Equal(t, 1, code)
}
