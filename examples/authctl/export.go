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
func (c *command) exportUsers(ctx context.Context, args []string) (err error) {
	flags := newFlags("user export")
	format := flags.String("format", "", "")
	hashes := flags.Bool("with-hashes", false, "")
	path, err := parseFile(flags, args)
	if err != nil {
		return err
	}
	f, err := bulk.FormatOf(*format, path, bulk.JSONL)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errUsage)
	}
	h, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if path == "" || path == "-" {
		return export(ctx, h, c.out, f, *hashes)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = export(ctx, h, file, f, *hashes)
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

// parseFile takes flags before and behind the one file that may be named.
func parseFile(flags *flag.FlagSet, args []string) (path string, err error) {
	if err := parse(flags, args); err != nil || flags.NArg() == 0 {
		return "", err
	}
	path = flags.Arg(0)
	if err := parse(flags, flags.Args()[1:]); err != nil {
		return "", err
	}
	if flags.NArg() > 0 {
		return "", fmt.Errorf("unexpected argument %q: %w", flags.Arg(0), errUsage)
	}
	return path, nil
}
