package drivertest

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

var began = time.Date(2026, 3, 4, 5, 6, 7, 891011000, time.UTC)

// event returns the nth: a second after the one before, of one of two users.
func event(n int) auth.Event {
	return auth.Event{
		Kind: auth.EventLogin, Time: began.Add(time.Duration(n) * time.Second),
		UserID: fmt.Sprint("id-", n%2), Username: "jöhn", ActorID: "id-admin", SessionID: fmt.Sprint("session", n),
		Remote: netip.MustParseAddr("2001:db8::7"), UserAgent: "curl/8.0", Reason: "it's \"so\"", Count: n,
	}
}

func keep(t *testing.T, s *sqlstore.Store, events ...auth.Event) {
	t.Helper()
	for _, e := range events {
		if err := s.Audit(t.Context(), e); err != nil {
			t.Fatalf("Audit: %v", err)
		}
	}
}

// kept returns what Events finds, without the IDs.
func kept(t *testing.T, s *sqlstore.Store, f sqlstore.EventFilter) []auth.Event {
	t.Helper()
	found, err := s.Events(t.Context(), f)
	if err != nil {
		t.Fatalf("Events(%+v): %v", f, err)
	}
	var events []auth.Event
	for _, r := range found {
		events = append(events, r.Event)
	}
	return events
}

func TestAnEventIsReadAsItWasKept(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		keep(t, s, event(1), auth.Event{Kind: auth.EventFault, Time: began, Err: errors.New("connection refused")})
		found := kept(t, s, sqlstore.EventFilter{})
		if len(found) != 2 || !reflect.DeepEqual(found[0], event(1)) {
			t.Errorf("read %+v\nwant first %+v", found, event(1))
		}
		if fault := found[1]; fault.Err == nil || fault.Err.Error() != "connection refused" || fault.Remote.IsValid() {
			t.Errorf("read %+v, want the text of its error and no address", fault)
		}
	})
}

// What a client or a broken driver says must neither fail a login nor be lost.
func TestAnEventWithAnyTextIsKept(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		hostile := "a\x00b\xffc\n\u2028" + strings.Repeat("é", 5000)
		keep(t, s, auth.Event{
			Kind: auth.EventKind(hostile), Time: began, UserID: hostile, Username: hostile, ActorID: hostile, SessionID: hostile,
			UserAgent: hostile, Reason: hostile, Err: errors.New(hostile),
		})
		found := kept(t, s, sqlstore.EventFilter{})
		if len(found) != 1 {
			t.Fatalf("%d events are kept, want 1", len(found))
		}
		for what, text := range map[string]string{
			"username": found[0].Username, "reason": found[0].Reason, "user agent": found[0].UserAgent, "error": found[0].Err.Error(),
		} {
			if !strings.HasPrefix(text, "abc\n\u2028éé") || len(text) > 2048 || len(text) < 2000 {
				t.Errorf("the %s is kept as %.20q and %d bytes, want the text up to 2 KiB", what, text, len(text))
			}
		}
	})
}

func TestEventsAreFoundByWhatTheyAre(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		for n := range 10 {
			e := event(n)
			if n >= 6 {
				e.Kind = auth.EventLogout
			}
			keep(t, s, e)
		}
		for what, want := range map[string]struct {
			filter sqlstore.EventFilter
			counts []int // event n has the count n
		}{
			"all, the newest first":   {sqlstore.EventFilter{}, []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
			"the latest three":        {sqlstore.EventFilter{Limit: 3}, []int{9, 8, 7}},
			"a user's":                {sqlstore.EventFilter{UserID: "id-1"}, []int{9, 7, 5, 3, 1}},
			"nobody's":                {sqlstore.EventFilter{UserID: "id"}, nil},
			"of a kind":               {sqlstore.EventFilter{Kind: auth.EventLogout}, []int{9, 8, 7, 6}},
			"since a moment":          {sqlstore.EventFilter{Since: event(7).Time}, []int{9, 8, 7}},
			"a user's logins, lately": {sqlstore.EventFilter{UserID: "id-0", Kind: auth.EventLogin, Since: event(2).Time}, []int{4, 2}},
		} {
			var got []int
			for _, e := range kept(t, s, want.filter) {
				got = append(got, e.Count)
			}
			if !reflect.DeepEqual(got, want.counts) {
				t.Errorf("%s: %v, want %v", what, got, want.counts)
			}
		}
	})
}

// Pages join without a gap and without an event twice, also where many
// happened in one microsecond.
func TestEventsByPages(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		for n := range 12 {
			e := event(n)
			e.Time = began.Add(time.Duration(n/5) * time.Microsecond)
			keep(t, s, e)
		}
		var got []int
		for f := (sqlstore.EventFilter{Limit: 4}); ; {
			page, err := s.Events(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				got = append(got, r.Count)
			}
			if len(page) < f.Limit {
				break
			}
			f.Before = page[len(page)-1]
		}
		if want := []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}; !reflect.DeepEqual(got, want) {
			t.Errorf("the pages have %v, want %v", got, want)
		}
	})
}

func TestPurgeEvents(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, _ := p.migrated(t)
		for n := range 8 {
			keep(t, s, event(n))
		}
		for _, want := range []int{3, 2, 0} { // five are older
			if n, err := s.PurgeEvents(t.Context(), event(5).Time, 3); n != want || err != nil {
				t.Errorf("PurgeEvents: %d, %v; want %d in this batch", n, err, want)
			}
		}
		if n, err := s.PurgeEvents(t.Context(), event(8).Time, 0); n != 0 || err != nil {
			t.Errorf("PurgeEvents with no limit to delete under: %d, %v", n, err)
		}
		if left := kept(t, s, sqlstore.EventFilter{}); len(left) != 3 || left[2].Count != 5 {
			t.Errorf("%d events are left, want the three that are not older", len(left))
		}
	})
}

// A record that cannot be written is an error: whoever asked for a credential
// gets no answer.
func TestAnEventThatCannotBeKeptIsAFault(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		s, db := p.migrated(t)
		db.Close()
		if err := s.Audit(t.Context(), event(1)); err == nil {
			t.Error("Audit on a closed database: no error")
		}
		if _, err := s.Events(t.Context(), sqlstore.EventFilter{}); err == nil {
			t.Error("Events on a closed database: no error")
		}
	})
}
