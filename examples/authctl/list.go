package main

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// listUsers prints a user a line, the username first.
func (t *tool) listUsers(flags *flag.FlagSet) action {
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, _ []string) error {
		return t.within(ctx, func(h *house) error {
			if *asJSON {
				return h.everyUser(ctx, func(u *auth.User) error { return t.object(userObject(u)) })
			}
			w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
			err := h.everyUser(ctx, func(u *auth.User) error {
				_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plain(u.Username), plain(u.Email), plain(string(u.Role)), state(u), since(u.LastLogin))
				return err
			})
			if err != nil {
				return err
			}
			return w.Flush()
		})
	}
}

// everyUser calls do for each, a page at a time.
func (h *house) everyUser(ctx context.Context, do func(*auth.User) error) error {
	const page = 500
	for after := ""; ; {
		users, err := h.accounts.List(ctx, after, page)
		if err != nil {
			return err
		}
		for i := range users {
			if err := do(&users[i]); err != nil {
				return err
			}
		}
		if len(users) < page {
			return nil
		}
		after = users[len(users)-1].ID
	}
}

func state(u *auth.User) string {
	if !u.Active {
		return "disabled"
	}
	return "active"
}

func since(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}
