package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// auditFlags choose what to print.
type auditFlags struct {
	user, kind string
	since      time.Duration
	most       int
}

// audit prints the latest events, the newest last, as a log has them.
func (t *tool) audit(flags *flag.FlagSet) action {
	var f auditFlags
	flags.StringVar(&f.user, "user", "", "about `U`, a username, an e-mail or the ID of one who is gone")
	flags.StringVar(&f.kind, "kind", "", "of kind `K` alone, such as login.failed")
	flags.DurationVar(&f.since, "since", 0, "no older than `24h`")
	flags.IntVar(&f.most, "n", 50, "at most so `many`")
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, _ []string) error {
		if f.most < 1 || f.since < 0 {
			return misuse("audit", "audit takes -n above zero and -since not below it")
		}
		return t.within(ctx, func(h *house) error {
			filter, err := f.filter(ctx, h)
			if err != nil {
				return err
			}
			records, err := latest(ctx, h.SQL, filter, f.most)
			if err == nil && len(records) == 0 {
				err = f.known()
			}
			if err != nil {
				return err
			}
			if *asJSON {
				return t.eventObjects(records)
			}
			return t.eventTable(records)
		})
	}
}

// kinds are those that the library tells of.
var kinds = []auth.EventKind{
	auth.EventLogin, auth.EventLoginFailed, auth.EventLoginThrottled, auth.EventLogout, auth.EventSessionEnded,
	auth.EventAccountCreated, auth.EventAccountDeleted, auth.EventAccountsImported, auth.EventAccountUnlocked,
	auth.EventPasswordChanged, auth.EventPasswordRefused, auth.EventPasswordUpgraded, auth.EventRoleChanged, auth.EventActiveChanged,
	auth.EventCredentialViewed, auth.EventKeyRotated, auth.EventProxyUnset, auth.EventFault,
}

// known fails where nothing was found of a kind that the library has none of. A
// host may have others.
func (f *auditFlags) known() error {
	if f.kind == "" || slices.Contains(kinds, auth.EventKind(f.kind)) {
		return nil
	}
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return misuse("audit", "no event of kind %q was found, and the library tells of none such: its kinds are %s", f.kind, strings.Join(names, ", "))
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

// eventTable prints an event a line.
func (t *tool) eventTable(records []sqlstore.Record) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
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

// eventObjects prints an object a line; empty fields are left out.
func (t *tool) eventObjects(records []sqlstore.Record) error {
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
		if err := t.object(line); err != nil {
			return err
		}
	}
	return nil
}
