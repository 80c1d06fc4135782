package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// auditFlags choose what to print.
type auditFlags struct {
	user, kind string
	since      time.Duration
	most       int
	json       bool
}

// audit prints the latest events, the newest last, as a log has them.
func (c *command) audit(ctx context.Context, args []string) (err error) {
	var f auditFlags
	flags := newFlags("audit")
	flags.StringVar(&f.user, "user", "", "")
	flags.StringVar(&f.kind, "kind", "", "")
	flags.DurationVar(&f.since, "since", 0, "")
	flags.IntVar(&f.most, "n", 50, "")
	flags.BoolVar(&f.json, "json", false, "")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 || f.most < 1 || f.since < 0 {
		return fmt.Errorf("audit takes -user U, -kind K, -since DURATION, -n COUNT above zero, -json: %w", errUsage)
	}
	h, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if h.SQL == nil {
		return errors.New("memory: keeps no events")
	}
	filter, err := f.filter(ctx, h)
	if err != nil {
		return err
	}
	records, err := latest(ctx, h.SQL, filter, f.most)
	if err != nil {
		return err
	}
	if f.json {
		return c.printJSON(records)
	}
	return c.printTable(records)
}

// filter turns the flags into a question. A user that is gone is asked for by
// ID.
func (f *auditFlags) filter(ctx context.Context, h *house) (sqlstore.EventFilter, error) {
	filter := sqlstore.EventFilter{Kind: auth.EventKind(f.kind)}
	if f.since > 0 {
		filter.Since = time.Now().Add(-f.since)
	}
	if f.user == "" {
		return filter, nil
	}
	u, err := h.accounts.Find(ctx, f.user)
	switch {
	case err == nil:
		filter.UserID = u.ID
	case errors.Is(err, auth.ErrUserNotFound):
		filter.UserID = f.user
	default:
		return filter, err
	}
	return filter, nil
}

// latest reads so many records by pages and returns the oldest first.
func latest(ctx context.Context, store *sqlstore.Store, filter sqlstore.EventFilter, most int) ([]sqlstore.Record, error) {
	var all []sqlstore.Record
	for len(all) < most {
		filter.Limit = min(most-len(all), 500)
		page, err := store.Events(ctx, filter)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < filter.Limit {
			break
		}
		filter.Before = page[len(page)-1]
	}
	slices.Reverse(all)
	return all, nil
}

// printTable prints an event a line.
func (c *command) printTable(records []sqlstore.Record) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, r := range records {
		who := r.Username
		if who == "" {
			who = r.UserID
		}
		remote := ""
		if r.Remote.IsValid() {
			remote = r.Remote.String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Time.Format(time.RFC3339), plain(string(r.Kind)), plain(who), plain(remote), details(r))
	}
	return w.Flush()
}

// details are what only some events have. What a client or an error says could
// pass for another of them, and is quoted.
func details(r sqlstore.Record) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+phrase(value))
		}
	}
	add("", r.Reason)
	if r.Count > 1 {
		add("", fmt.Sprintf("%d times", r.Count))
	}
	add("by ", r.ActorID)
	if r.Err != nil {
		add("", r.Err.Error())
	}
	add("with ", r.UserAgent)
	return strings.Join(parts, ", ")
}

// printJSON prints an object a line, in ASCII; empty fields are left out.
func (c *command) printJSON(records []sqlstore.Record) error {
	for _, r := range records {
		line := struct {
			ID        int64          `json:"id"`
			Time      time.Time      `json:"time"`
			Kind      auth.EventKind `json:"kind"`
			UserID    string         `json:"user_id,omitempty"`
			Username  string         `json:"username,omitempty"`
			ActorID   string         `json:"actor_id,omitempty"`
			SessionID string         `json:"session_id,omitempty"`
			Remote    string         `json:"remote,omitempty"`
			UserAgent string         `json:"user_agent,omitempty"`
			Reason    string         `json:"reason,omitempty"`
			Count     int            `json:"count,omitempty"`
			Error     string         `json:"error,omitempty"`
		}{r.ID, r.Time, r.Kind, r.UserID, r.Username, r.ActorID, r.SessionID, "", r.UserAgent, r.Reason, r.Count, ""}
		if r.Remote.IsValid() {
			line.Remote = r.Remote.String()
		}
		if r.Err != nil {
			line.Error = r.Err.Error()
		}
		text, err := json.Marshal(line)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.out, "%s\n", ascii(text)); err != nil {
			return err
		}
	}
	return nil
}

// ascii escapes what JSON leaves as it is: it may steer a terminal, too.
func ascii(text []byte) []byte {
	var b []byte
	for _, r := range string(text) {
		switch {
		case r < unicode.MaxASCII: // DEL is not
			b = append(b, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}
