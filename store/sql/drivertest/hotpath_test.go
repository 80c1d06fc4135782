package drivertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

const strictByHand = `SELECT u.id, u.username, u.email, u.name, u.organization, u.aws_region, u.role, u.active, u.password_hash,
	u.created_at, u.updated_at, u.last_login,
	s.id, s.user_id, s.stamp, s.user_agent, s.remote, s.created_at, s.expires_at, s.last_seen
	FROM %[1]ssessions s JOIN %[1]susers u ON u.id = s.user_id WHERE s.id = %[2]s AND s.expires_at > %[3]s`

// strictReads are what a strict validation asks the database, by a Store and by
// one prepared statement.
func strictReads(t testing.TB, p place) (ours, byHand func() error) {
	t.Helper()
	s, db := p.migrated(t)
	now := time.Now()
	jane := &auth.Account{
		User: auth.User{
			ID: "u", Username: "jane", Email: "jane@example.com", Name: "Jane", Organization: "Example Ltd", AWSRegion: "eu-north-1",
			Role: auth.RoleUser, Active: true, CreatedAt: now, UpdatedAt: now,
		},
		PasswordHash: auth.NewSecret("x"),
	}
	if err := s.CreateAccount(t.Context(), jane); err != nil {
		t.Fatal(err)
	}
	session := &auth.Session{ID: "s", UserID: "u", UserAgent: "Lynx/2.9", CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(time.Hour)}
	if err := s.CreateSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	marks := [2]any{"?", "?"}
	if p.driver == "pgx" {
		marks = [2]any{"$1", "$2"}
	}
	stmt, err := db.PrepareContext(t.Context(), fmt.Sprintf(strictByHand, p.prefix, marks[0], marks[1]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stmt.Close() })
	ctx := t.Context()
	ours = func() error {
		_, err := s.IdentityBySession(ctx, "s")
		return err
	}
	byHand = func() error {
		var text [12]string
		var agent []byte
		var active bool
		var at [6]int64
		return stmt.QueryRowContext(ctx, "s", time.Now().UnixMicro()).Scan(
			&text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &active, &text[7], &at[0], &at[1], &at[2],
			&text[8], &text[9], &text[10], &agent, &text[11], &at[3], &at[4], &at[5])
	}
	return ours, byHand
}

// What a driver makes is its own; the rest is exact.
func TestAllocationsOnHotPaths(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes more")
	}
	const most = 6
	each(t, func(t *testing.T, p place) {
		ours, byHand := strictReads(t, p)
		count := func(f func() error) float64 {
			return testing.AllocsPerRun(100, func() {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			})
		}
		if n, floor := count(ours), count(byHand); n > floor+most {
			t.Errorf("a strict read makes %v allocations and one by hand %v: more than %d beyond that", n, floor, most)
		}
	})
}

func BenchmarkHotPaths(b *testing.B) {
	for _, e := range all[:3] {
		b.Run(e.name, func(b *testing.B) {
			ours, byHand := strictReads(b, newPlace(b, e))
			for name, f := range map[string]func() error{"strict read": ours, "by hand": byHand} {
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if err := f(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
