package drivertest

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Every hot call finds what it looks for by an index, in our own tables and in
// a host's, each with 100,000 rows and the statistics of its engine. With
// SALLYPORT_TEST_ROWS=1000000 (make plans) there are more. The statements are
// those that were seen to run; with -v it says how long each call takes.
func TestPlans(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if p.dialect == sqlstore.MySQL {
			p.dsn = withParam(p.dsn, "sql_mode=%27ANSI_QUOTES,STRICT_TRANS_TABLES%27")
		}
		plain, rows := p.db(t), p.planRows(t)
		p.sessions(t, plain)
		p.fill(t, plain, rows)
		t.Run("own", func(t *testing.T) {
			db, seen := p.recorded(t)
			s := p.sessions(t, db)
			seen.take() // what Migrate asked
			plans{p, plain, seen, rows}.check(t, ownCalls(t, s, rows))
		})
		for _, h := range foreigns {
			h.make(t, p, plain)
			p.multiply(t, plain, h, rows)
			t.Run(h.name, func(t *testing.T) {
				db, seen := p.recorded(t)
				s, users := p.sessions(t, db), p.users(t, db, h.schema(p))
				seen.take() // what OpenUsers asked
				plans{p, plain, seen, rows}.check(t, foreignCalls(t, s, users, h))
			})
		}
	})
}

// hot is a call that runs one statement or several, on the row that n says.
type hot struct {
	name string
	call func(n int) error
}

// hotRuns is how often each call is made, on one row after another.
const hotRuns = 9

// plans sees what calls run and explains it.
type plans struct {
	place
	plain *sql.DB
	seen  *recorder
	rows  int
}

func (p plans) check(t *testing.T, calls []hot) {
	t.Helper()
	n := 0
	for _, c := range calls {
		var took []time.Duration
		for range hotRuns {
			// Rows far from each other; of one in ten, which has expired, none.
			row := (n*79190 + 7) % p.rows
			n++
			begun := time.Now()
			if err := c.call(row); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		t.Logf("%-18s %8.2f ms at the median, %8.2f ms at most", c.name, ms(took[hotRuns/2]), ms(took[hotRuns-1]))
		ran := p.seen.take()
		if len(ran) == 0 {
			t.Errorf("%s: no statement was seen; the recorder misses some", c.name)
		}
		for text, args := range ran {
			for _, scan := range p.scans(t, p.plain, text, args, p.rows) {
				t.Errorf("%s: %s\nreads a whole table: %s", c.name, text, scan)
			}
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// ownCalls has every method of a Store that runs a statement, but for
// Bootstrap, which runs once in the life of a database, and CountSessions, which
// reads what it counts.
func ownCalls(t *testing.T, s *sqlstore.Store, rows int) []hot {
	ctx, hour := t.Context(), time.Hour
	name, hash := "Joan", auth.NewSecret("new")
	var reserved []auth.Reservation
	firstTenth := began.Add(time.Duration(rows/10) * time.Microsecond)
	return []hot{
		{"AccountByLogin", func(n int) error { _, err := s.AccountByLogin(ctx, nth("u", n)); return err }},
		{"UserByID", func(n int) error { _, err := s.UserByID(ctx, nth("id-u", n)); return err }},
		{"ListUsers", func(n int) error { _, err := s.ListUsers(ctx, nth("id-u", n), 100); return err }},
		{"ListAccounts", func(n int) error { _, err := s.ListAccounts(ctx, nth("id-u", n), 100); return err }},
		{"RecordLogin", func(n int) error { return s.RecordLogin(ctx, nth("id-u", n), time.Now()) }},
		{"UpdateAccount", func(n int) error { return s.UpdateAccount(ctx, nth("id-u", n), auth.AccountChange{Name: &name}) }},
		{"UpgradePassword", func(n int) error { return s.UpgradePassword(ctx, nth("id-u", n), auth.NewSecret("h"), hash) }},
		{"DeleteAccount", func(n int) error { return s.DeleteAccount(ctx, nth("id-u", n)) }},
		{"CreateAccount", func(n int) error { return s.CreateAccount(ctx, account(nth("one", n))) }},
		{"ImportAccounts", func(n int) error { _, err := s.ImportAccounts(ctx, hundred(n)); return err }},
		{"CreateSession", func(n int) error { return s.CreateSession(ctx, session(nth("new", n), nth("id-u", n), hour)) }},
		{"SessionByID", func(n int) error { _, err := s.SessionByID(ctx, nth("s", n)); return err }},
		{"SessionsByUser", func(n int) error { _, err := s.SessionsByUser(ctx, nth("id-u", n)); return err }},
		{"IdentityBySession", func(n int) error { _, err := s.IdentityBySession(ctx, nth("s", n)); return err }},
		{"TouchSession", func(n int) error { return s.TouchSession(ctx, nth("s", n), time.Now()) }},
		{"RestampSessions", func(n int) error { return s.RestampSessions(ctx, nth("id-u", n), "", "x") }},
		{"EndSession", func(n int) error { return s.EndSession(ctx, nth("s", n)) }},
		{"EndUserSessions", func(n int) error { return s.EndUserSessions(ctx, nth("id-u", n), "") }},
		{"Reserve", func(n int) error {
			r, err := s.Reserve(ctx, nth("k", n), auth.Limit{Max: 2, Window: hour, Lease: hour})
			reserved = append(reserved, r)
			return err
		}},
		{"Settle", func(int) error {
			r := reserved[0]
			reserved = reserved[1:]
			return s.Settle(ctx, r, true)
		}},
		{"Reserve, refused", func(n int) error {
			_, err := s.Reserve(ctx, nth("k", n), auth.Limit{Max: 1, Window: hour, Lease: hour})
			return err
		}},
		{"Forget", func(n int) error { return s.Forget(ctx, nth("k", n)) }},
		{"Purge", func(int) error { _, err := s.Purge(ctx, 1000); return err }},
		{"Audit", func(n int) error { return s.Audit(ctx, event(n)) }},
		{"Events", func(int) error { _, err := s.Events(ctx, sqlstore.EventFilter{}); return err }},
		{"Events, of a user", func(n int) error {
			_, err := s.Events(ctx, sqlstore.EventFilter{UserID: nth("id-u", n), Kind: auth.EventLogin, Since: began})
			return err
		}},
		{"Events, next page", func(n int) error {
			last := sqlstore.Record{ID: int64(n), Event: auth.Event{Time: began.Add(time.Duration(n) * time.Microsecond)}}
			_, err := s.Events(ctx, sqlstore.EventFilter{Before: last})
			return err
		}},
		{"PurgeEvents", func(int) error { _, err := s.PurgeEvents(ctx, firstTenth, 1000); return err }},
	}
}

// hundred is accounts of which each second is there already.
func hundred(n int) (all []auth.Account) {
	for i := range 50 {
		all = append(all, *account(nth("u", n+10*i)), *account(nth("two", n+10*i)))
	}
	return all
}

// foreignCalls has every call that reads or writes a host's table.
func foreignCalls(t *testing.T, s *sqlstore.Store, users sqlstore.Users, h foreign) []hot {
	ctx := t.Context()
	reader, err := users.Identity(s)
	if err != nil {
		t.Fatal(err)
	}
	login := func(n int) string {
		if h.name == "devise" {
			return nth("u", n) + "@example.com"
		}
		return nth("u", n)
	}
	return []hot{
		{"AccountByLogin", func(n int) error { _, err := users.AccountByLogin(ctx, login(n)); return err }},
		{"UserByID", func(n int) error { _, err := users.UserByID(ctx, h.nthID(n)); return err }},
		{"IdentityBySession", func(n int) error { _, err := reader.IdentityBySession(ctx, nth(h.name, n)); return err }},
		{"RecordLogin", func(n int) error {
			return users.(auth.LoginRecorder).RecordLogin(ctx, h.nthID(n), time.Now())
		}},
		{"UpgradePassword", func(n int) error {
			return users.(auth.PasswordUpgrader).UpgradePassword(ctx, h.nthID(n), auth.NewSecret("h"), auth.NewSecret("new"))
		}},
	}
}
