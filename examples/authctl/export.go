package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/internal/bulk"
)

// exportUsers writes all accounts, a page at a time.
func (t *tool) exportUsers(flags *flag.FlagSet) action {
	format := formatFlag(flags)
	hashes := flags.Bool("with-hashes", false, "add the password hashes")
	return func(ctx context.Context, args []string) error {
		path := "-"
		if len(args) > 0 {
			path = args[0]
		}
		f, err := bulk.FormatOf(*format, path, bulk.JSONL)
		if err != nil {
			return misuse("user export", "%v", err)
		}
		return t.within(ctx, func(h *house) error {
			if path == "-" {
				return export(ctx, h, t.out, f, *hashes)
			}
			return exportFile(ctx, h, path, f, *hashes)
		})
	}
}

func formatFlag(flags *flag.FlagSet) *string {
	return flags.String("format", "", "one of `csv|jsonl`; by default what the name of the file says")
}

// exportFile writes a new file, whole or not at all.
func exportFile(ctx context.Context, h *house, path string, f bulk.Format, hashes bool) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%w: name a new file, in a directory that is there", err)
	}
	err = export(ctx, h, file, f, hashes)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half of it would be taken for all
	}
	return nil
}

// export writes the accounts in the order of their IDs.
func export(ctx context.Context, h *house, to io.Writer, f bulk.Format, hashes bool) error {
	w, err := bulk.NewWriter(to, f, hashes)
	if err != nil {
		return err
	}
	const page = 500
	for after := ""; ; {
		accounts, err := h.page(ctx, after, page, hashes)
		if err != nil {
			return err
		}
		for i := range accounts {
			if err := w.Write(&accounts[i]); err != nil {
				return err
			}
		}
		if len(accounts) < page {
			return w.Flush()
		}
		after = accounts[len(accounts)-1].ID
	}
}

// page reads accounts, with their hashes only if those are asked for.
func (h *house) page(ctx context.Context, after string, limit int, hashes bool) ([]auth.Account, error) {
	if hashes {
		return h.Users.ListAccounts(ctx, after, limit)
	}
	users, err := h.accounts.List(ctx, after, limit)
	accounts := make([]auth.Account, len(users))
	for i, u := range users {
		accounts[i].User = u
	}
	return accounts, err
}
