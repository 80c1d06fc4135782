package drivertest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/internal/cable"
	"github.com/sallyport-go/sallyport/store/sql"
)

// maxConns is the pool of these tests.
const maxConns = 4

// wired is a store whose server is behind a cable, in a database of its own so
// that the server can be asked what is left of it.
type wired struct {
	engine
	*sqlstore.Store
	db     *sql.DB
	cable  *cable.Cable
	direct *sql.DB // to the same database, past the cable
	name   string  // of the database
	before int     // goroutines
}

// Connections are lost, silent and slow, and come back, without a restart;
// nothing of it is left on either side: no connection, no statement, no
// goroutine.
func TestConnectionLossAndReturn(t *testing.T) {
	on(t, all[1:3], func(t *testing.T, p place) {
		w := p.wire(t)
		for _, fault := range []struct {
			name     string
			do, then func()
		}{
			{"cut", w.cable.Cut, w.cable.Heal},
			{"paused", w.cable.Pause, w.cable.Heal},
			{"slow", func() { w.cable.Slow(2 * time.Second) }, w.cable.Heal},
			{"lost", w.cable.Lose, w.cable.Heal},
			{"cut while paused", func() { w.cable.Pause(); time.Sleep(200 * time.Millisecond); w.cable.Cut() }, w.cable.Heal},
			{"lost while connecting", w.cable.Pause, w.cable.Lose}, // what database/sql connects on nobody's behalf
		} {
			fault.do()
			for _, err := range atOnce(3*maxConns, func(int) error { return w.hurry(t.Context(), 300*time.Millisecond) }) {
				if errors.Is(err, auth.ErrSessionNotFound) || errors.Is(err, auth.ErrUserNotFound) {
					t.Errorf("%s: %v for what is there: a fault is no refusal", fault.name, err)
				}
			}
			fault.then()
			w.returns(t, fault.name)
			idle(t, w.db)
			w.within(t, fault.name)
		}
		w.close(t)
		w.leftNothing(t)
	})
}

// wire makes a database and a store in it, with an account and a session.
func (p place) wire(t *testing.T) *wired {
	t.Helper()
	check(t, mysql.SetLogger(&mysql.NopLogger{})) // which tells of every break
	w := &wired{engine: p.engine, name: "sallyport_" + strings.ToLower(rand.Text()[:12])}
	server, err := sql.Open(p.driver, p.dsn)
	check(t, err)
	_, err = server.Exec("CREATE DATABASE " + w.name)
	check(t, err)
	t.Cleanup(func() {
		_, err := server.Exec("DROP DATABASE " + w.name)
		check(t, errors.Join(err, server.Close()))
	})
	w.before = runtime.NumGoroutine()
	host, dsn := p.into(t, w.name)
	w.direct, err = sql.Open(p.driver, dsn(host))
	check(t, err)
	w.cable = cable.Lay(t, host)
	w.db = openPrompt(t, p.driver, dsn(w.cable.Addr))
	w.Store, err = sqlstore.New(w.db, p.dialect, nil)
	check(t, err)
	check(t, w.Migrate(t.Context()))
	check(t, w.CreateAccount(t.Context(), account("one")))
	check(t, w.CreateSession(t.Context(), session("s", "id-one", time.Hour)))
	return w
}

// into returns the server's address and makes DSNs of another address that
// name a database.
func (p place) into(t *testing.T, name string) (host string, dsn func(host string) string) {
	t.Helper()
	if p.dialect == sqlstore.MySQL {
		c, err := mysql.ParseDSN(p.dsn)
		check(t, err)
		return c.Addr, func(host string) string {
			c := c.Clone()
			c.Addr, c.DBName = host, name
			return c.FormatDSN()
		}
	}
	u, err := url.Parse(p.dsn)
	check(t, err)
	return u.Host, func(host string) string {
		u := *u
		u.Host, u.Path = host, "/"+name
		return u.String()
	}
}

// prompt bounds the making of connections, as the package comment of sqlstore
// asks of a host.
type prompt struct{ driver.Connector }

func (p prompt) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, done := context.WithTimeout(ctx, time.Second)
	defer done()
	return p.Connector.Connect(ctx)
}

func openPrompt(t *testing.T, name, dsn string) *sql.DB {
	t.Helper()
	plain, err := sql.Open(name, dsn)
	check(t, err)
	c, err := plain.Driver().(driver.DriverContext).OpenConnector(dsn)
	check(t, errors.Join(err, plain.Close()))
	db := sql.OpenDB(prompt{c})
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	return db
}

// hurry is what a login and a request ask, in one go.
func (w *wired) hurry(ctx context.Context, patience time.Duration) error {
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	_, err1 := w.AccountByLogin(ctx, "one")
	r, err2 := w.Reserve(ctx, "k", auth.Limit{Max: 1 << 20, Window: time.Hour, Lease: time.Hour})
	_, err3 := w.IdentityBySession(ctx, "s")
	_, err4 := w.ListUsers(ctx, "", 10)
	var err5 error
	if err2 == nil {
		err5 = w.Settle(ctx, r, false)
	}
	return errors.Join(err1, err2, err3, err4, err5, w.TouchSession(ctx, "s", time.Now()))
}

// returns waits until every connection of the pool works.
func (w *wired) returns(t *testing.T, after string) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); ; {
		err := errors.Join(atOnce(3*maxConns, func(int) error { return w.hurry(t.Context(), 3*time.Second) })...)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: the store does not come back: %v", after, err)
		}
	}
}

// within: the server has no more connections and statements of ours than a
// store in peace has. What broke may take the server a moment to notice.
func (w *wired) within(t *testing.T, after string) {
	t.Helper()
	w.wait(t, after+": connections at the server", maxConns, w.connections)
	for conn, n := range w.statements(t) {
		if n > 24 {
			t.Errorf("%s: %d statements are prepared on connection %d, and the store has fewer", after, n, conn)
		}
	}
}

// connections is how many the server has, but for the one that asks.
func (w *wired) connections() int {
	query := "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '" + w.name + "' AND pid <> pg_backend_pid()"
	if w.dialect == sqlstore.MySQL {
		query = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" + w.name + "' AND id <> CONNECTION_ID()"
	}
	n := -1 // not known
	_ = w.direct.QueryRow(query).Scan(&n)
	return n
}

// statements is how many the server has prepared, on each connection of the
// pool.
func (w *wired) statements(t *testing.T) (open []int) {
	t.Helper()
	for range maxConns {
		conn, err := w.db.Conn(t.Context())
		check(t, err)
		defer conn.Close()
		n := 0
		if w.dialect == sqlstore.MySQL {
			var name string
			var prepared, closed int
			check(t, conn.QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &prepared))
			check(t, conn.QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Com_stmt_close'").Scan(&name, &closed))
			n = prepared - closed
		} else {
			check(t, conn.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements").Scan(&n))
		}
		open = append(open, n)
	}
	return open
}

// close ends the store, then the pool; between the two no statement is left.
func (w *wired) close(t *testing.T) {
	t.Helper()
	check(t, w.Store.Close())
	for conn, n := range w.statements(t) {
		if n > 1 { // the one that asks
			t.Errorf("%d statements are prepared on connection %d after Close", n, conn)
		}
	}
	check(t, w.db.Close())
}

func (w *wired) leftNothing(t *testing.T) {
	t.Helper()
	w.cable.Remove()
	w.wait(t, "connections at the server after Close", 0, w.connections)
	check(t, w.direct.Close())
	w.wait(t, "goroutines", w.before, runtime.NumGoroutine)
}

// wait polls until n is at most most.
func (w *wired) wait(t *testing.T, what string, most int, n func() int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; <-time.After(20 * time.Millisecond) {
		now := n()
		if now >= 0 && now <= most {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %d, want at most %d", what, now, most)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
