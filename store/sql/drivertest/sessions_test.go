package drivertest

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func isCancelled(err error) bool { return errors.Is(err, context.Canceled) }

// A header is any bytes: a client must not turn its own login into a fault, on
// one engine and not on another.
func TestSessionFields(t *testing.T) {
	eachDSN(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		agents := []string{"", "curl/8.0", "\xff\xfe\x00", `\x41 \\ '`, strings.Repeat("ü", 128)}
		remotes := []netip.Addr{
			{}, netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("::ffff:192.0.2.7"),
			netip.MustParseAddr("2001:db8::7"), netip.MustParseAddr("fe80::1%eth0"),
		}
		for i, agent := range agents {
			want := session("s"+string(rune('0'+i)), "u", time.Hour)
			want.UserAgent, want.Remote = agent, remotes[i]
			begin(t, s, want)
			got, err := s.SessionByID(t.Context(), want.ID)
			if err != nil || *got != *want {
				t.Errorf("SessionByID: %+v, %v; want what was stored, %+v", got, err, want)
			}
		}
	})
}

// The engines quote a key that is taken in their errors; a session's ID is
// half a credential and stays out of the log.
func TestSessionIDNotInErrors(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		one := session("Secret-Session-ID", "u", time.Hour)
		begin(t, s, one)
		err := s.CreateSession(t.Context(), one)
		if err == nil || strings.Contains(err.Error(), one.ID) {
			t.Errorf("CreateSession with an ID that is taken: %v; want an error without the ID", err)
		}
	})
}

// CountSessions counts the sessions that SessionByID finds.
func TestCountSessions(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		count := func(want int64) {
			t.Helper()
			if got, err := s.CountSessions(t.Context()); err != nil || got != want {
				t.Errorf("CountSessions: %d, %v; want %d", got, err, want)
			}
		}
		count(0)
		for i, id := range []string{"a", "b", "c"} {
			begin(t, s, session(id, "u", time.Hour))
			count(int64(i + 1))
		}
		begin(t, s, session("over", "u", -time.Second))
		count(3)
		if err := s.EndSession(t.Context(), "b"); err != nil {
			t.Error(err)
		}
		count(2)
	})
}
