package main

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// listSessions prints a live session a line, the ID first.
func (t *tool) listSessions(flags *flag.FlagSet) action {
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, args []string) error {
		return t.within(ctx, func(h *house) error {
			u, err := h.find(ctx, args[0])
			if err != nil {
				return err
			}
			all, err := h.svc.Sessions(ctx, u.ID)
			if err != nil {
				return err
			}
			if *asJSON {
				return t.sessionObjects(all)
			}
			w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
			for _, s := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plain(s.ID), s.CreatedAt.Format(time.RFC3339), s.LastSeen.Format(time.RFC3339), plain(address(&s)), plain(s.UserAgent))
			}
			return w.Flush()
		})
	}
}

// endSession ends one, whosever it is.
func (t *tool) endSession(*flag.FlagSet) action {
	return func(ctx context.Context, args []string) error {
		return t.within(ctx, func(h *house) error {
			s, err := h.Store.SessionByID(ctx, args[0])
			if err != nil {
				return fmt.Errorf("%s: %w: see authctl sessions list", args[0], err)
			}
			if err := h.svc.EndSession(ctx, s.UserID, s.ID); err != nil {
				return err
			}
			_, err = fmt.Fprintf(t.out, "%s: ended\n", plain(s.ID))
			return err
		})
	}
}

func address(s *auth.Session) string {
	if !s.Remote.IsValid() {
		return ""
	}
	return s.Remote.String()
}
