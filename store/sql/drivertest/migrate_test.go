package drivertest

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// processes is how many handles stand in for processes that start at once.
const processes = 16

// atOnce calls f in parallel and returns what it answered, by i.
func atOnce[T any](n int, f func(i int) T) []T {
	answers := make([]T, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			answers[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return answers
}

// Each migration records itself by a plain INSERT under its primary key, so
// one that is applied twice is an error here.
func TestMigrateAtOnce(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		stores := make([]*sqlstore.Store, processes)
		for i := range stores {
			stores[i], _ = p.store(t)
		}
		for i, err := range atOnce(processes, func(i int) error { return stores[i].Migrate(t.Context()) }) {
			if err != nil {
				t.Errorf("Migrate of process %d: %v; any number may call it at once", i, err)
			}
		}
		_, db := p.store(t)
		var rows, versions int
		query := "SELECT COUNT(*), COUNT(DISTINCT version) FROM " + p.prefix + "migrations"
		if err := db.QueryRow(query).Scan(&rows, &versions); err != nil {
			t.Fatal(err)
		}
		if want := len(migrations(t, p)); rows != want || versions != want {
			t.Errorf("%d records of %d migrations, want each of %d once", rows, versions, want)
		}
	})
}

// migrations returns the texts of a dialect's migrations in their order.
func migrations(t *testing.T, p place) (texts []string) {
	t.Helper()
	files, err := sqlstore.Migrations(p.dialect, &sqlstore.Options{Prefix: p.prefix})
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("migrations: %q, %v", names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.store(t)
		for range 2 { // the second sees that the first changed nothing
			err := s.Check(t.Context())
			if !errors.Is(err, sqlstore.ErrMigrationDue) {
				t.Fatalf("Check of an empty database: %v, want ErrMigrationDue", err)
			}
			for _, file := range []string{"0001_users.sql", "0002_sessions.sql", "0003_throttle.sql", "0004_audit.sql"} {
				if !strings.Contains(err.Error(), file) {
					t.Errorf("Check says %q and does not name %s, which is pending", err, file)
				}
			}
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("Check after Migrate: %v", err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("Migrate again: %v", err)
		}
		if _, err := db.Exec("DELETE FROM " + p.prefix + "migrations WHERE version = 2"); err != nil {
			t.Fatal(err)
		}
		err := s.Check(t.Context())
		if !errors.Is(err, sqlstore.ErrMigrationDue) || !strings.HasSuffix(err.Error(), ": 0002_sessions.sql") {
			t.Errorf("Check without a record of the second: %v, want that one named", err)
		}
	})
}

// Check of a database that does not answer must not pass for one that is empty.
func TestCheckFault(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		db.Close()
		if err := s.Check(t.Context()); err == nil || errors.Is(err, sqlstore.ErrMigrationDue) {
			t.Errorf("Check on a closed database: %v, want a fault", err)
		}
	})
}

// A host may run the files with its own tool; Check sees that it did.
func TestHostRunsMigrations(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.store(t)
		for _, text := range migrations(t, p) {
			for statement := range strings.SplitSeq(strings.TrimSpace(text), ";\n") {
				if _, err := db.Exec(statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("Check after the host ran all files: %v", err)
		}
	})
}

// MySQL commits at DDL: a migrator that dies before the record is made leaves
// a migration half done, which the next one completes.
func TestMigrateAfterCrash(t *testing.T) {
	on(t, all[2:3], func(t *testing.T, p place) {
		s, db := p.store(t)
		for i, text := range migrations(t, p) {
			statements := strings.Split(strings.TrimSpace(text), ";\n")
			for _, statement := range statements[:len(statements)-1] { // all but the record
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			if i == 1 {
				break
			}
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatalf("Migrate over a migration that was cut short: %v", err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A migrator that waits for another gives up with its context, and the
// database is as if it had not been there.
func TestMigrateCancelled(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.store(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Migrate(ctx); err == nil {
			t.Error("Migrate on a cancelled context reports success")
		}
		short, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		defer cancel()
		s.Migrate(short) // ends anywhere
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("Migrate after one that was cut short: %v", err)
		}
		if err := s.CreateAccount(t.Context(), account("one")); err != nil {
			t.Errorf("a connection was left inside a transaction: %v", err)
		}
		idle(t, db)
	})
}

func TestPrefixesIsolate(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		one, _ := p.migrated(t)
		q := p
		q.prefix = p.prefix[:len(p.prefix)-1] + "x_"
		if p.env != "" {
			t.Cleanup(func() { q.drop(t) })
		}
		other, _ := q.store(t)
		if err := other.Check(t.Context()); !errors.Is(err, sqlstore.ErrMigrationDue) {
			t.Fatalf("Check of the second prefix: %v; it takes the first one's tables for its own", err)
		}
		if err := other.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := one.CreateAccount(t.Context(), account("one")); err != nil {
			t.Fatal(err)
		}
		if _, err := other.AccountByLogin(t.Context(), "one"); !errors.Is(err, auth.ErrUserNotFound) {
			t.Errorf("an account of one prefix is seen under the other: %v", err)
		}
		if made, err := other.Bootstrap(t.Context(), account("one")); !made || err != nil {
			t.Errorf("Bootstrap under the second prefix: %v, %v; the mark of one prefix holds for another", made, err)
		}
	})
}

// A PostgreSQL schema is an isolation of its own, also under one prefix.
func TestSchema(t *testing.T) {
	on(t, all[1:2], func(t *testing.T, p place) {
		db := p.db(t)
		schema := "Tenant-" + p.prefix
		if _, err := db.Exec(`CREATE SCHEMA "` + schema + `"`); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.db(t).Exec(`DROP SCHEMA "` + schema + `" CASCADE`) })
		s, err := sqlstore.New(db, p.dialect, &sqlstore.Options{Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Check(t.Context()); !errors.Is(err, sqlstore.ErrMigrationDue) {
			t.Fatalf("Check of an empty schema: %v, want ErrMigrationDue", err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if made, err := s.Bootstrap(t.Context(), account("one")); !made || err != nil {
			t.Fatalf("Bootstrap: %v, %v", made, err)
		}
		var n int
		if err := db.QueryRow(`SELECT COUNT(*) FROM "` + schema + `".sallyport_users`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d users in the schema's table, %v; want the one made", n, err)
		}
	})
}

// A migration that fails lets go of the lock and of its transaction: the next
// migrator neither waits for it nor inherits its connection.
func TestMigrateFails(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.store(t)
		if _, err := db.Exec("CREATE TABLE " + p.prefix + "migrations (version INT)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "0001_users.sql") {
			t.Fatalf("Migrate over a foreign table: %v, want an error that names the file", err)
		}
		idle(t, db)
		if _, err := db.Exec("DROP TABLE " + p.prefix + "migrations"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		other, _ := p.store(t)
		if err := other.Migrate(ctx); err != nil {
			t.Errorf("Migrate by another process, after one that failed: %v", err)
		}
	})
}
