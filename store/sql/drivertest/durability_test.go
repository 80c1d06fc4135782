package drivertest

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

const childEnv = "SALLYPORT_TEST_DURABILITY_CHILD"

// What a process was told is done stays done when it is killed at any moment:
// sessions that began are there, sessions that ended stay ended.
func TestKilledProcessKeepsItsWord(t *testing.T) {
	dsn := "file:" + filepath.Join(t.TempDir(), "killed.db") + sqlitePragmas
	s := openKilled(t, dsn)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	began, ending, ended := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for round := range 4 {
		for _, line := range killedChild(t, dsn, round) {
			what, id, _ := strings.Cut(line, " ")
			switch what {
			case "began":
				began[id] = true
			case "ending":
				ending[id] = true // and perhaps ended, without having been told
			case "ended":
				ended[id] = true
			default:
				t.Fatalf("the child said %q", line)
			}
		}
		checkIntegrity(t, dsn)
		for id := range began {
			_, err := s.SessionByID(t.Context(), id)
			if ended[id] && !errors.Is(err, auth.ErrSessionNotFound) {
				t.Errorf("session %s had ended and is back: %v", id, err)
			}
			if !ending[id] && err != nil {
				t.Errorf("session %s had begun and is lost: %v", id, err)
			}
		}
	}
	if len(ended) < 20 || len(began)-len(ending) < 20 {
		t.Errorf("only %d sessions ended and %d stayed: too few to say anything", len(ended), len(began)-len(ending))
	}
}

// killedChild runs this test binary as TestDurabilityChild, kills it after
// some of its lines and returns all that it wrote.
func killedChild(t *testing.T, dsn string, round int) (lines []string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestDurabilityChild$")
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", childEnv, round, dsn))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	killAfter := 60 + rand.IntN(200)
	for in := bufio.NewReader(out); ; {
		line, err := in.ReadString('\n')
		if err != nil { // the end, perhaps of half a line
			break
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
		if len(lines) == killAfter {
			child.Process.Kill()
		}
	}
	if err := child.Wait(); err == nil || len(lines) < killAfter {
		t.Fatalf("the child ended by itself after %d lines: %v\n%s", len(lines), err, strings.Join(lines, "\n"))
	}
	return lines
}

// TestDurabilityChild is the process that is killed.
func TestDurabilityChild(t *testing.T) {
	round, dsn, ok := strings.Cut(os.Getenv(childEnv), " ")
	if !ok {
		t.Skip("runs only as a child of TestKilledProcessKeepsItsWord")
	}
	s := openKilled(t, dsn)
	say := func(what, id string) { os.Stdout.WriteString(what + " " + id + "\n") }
	for i := range 100_000 {
		id := fmt.Sprintf("%s-%d", round, i)
		if err := s.CreateSession(t.Context(), session(id, "u", time.Hour)); err != nil {
			t.Fatal(err)
		}
		say("began", id)
		if i%2 == 0 {
			say("ending", id)
			if err := s.EndSession(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			say("ended", id)
		}
	}
}

func openKilled(t *testing.T, dsn string) *sqlstore.Store {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := sqlstore.New(db, sqlstore.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func checkIntegrity(t *testing.T, dsn string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var answer string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&answer); err != nil || answer != "ok" {
		t.Fatalf("integrity_check after a kill: %q, %v", answer, err)
	}
}
