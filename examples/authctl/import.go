package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/examples/internal/bulk"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

// A batch is one transaction. Its size bounds what is kept in memory.
const (
	batchRows  = 500
	batchBytes = 1 << 20
)

// importUsers adds the accounts of a file.
func (t *tool) importUsers(flags *flag.FlagSet) action {
	format := formatFlag(flags)
	rejected := flags.String("rejected", "", "keep bad rows in a new `FILE`")
	hashes := flags.String("hashes", "", "take the `FORMS` of hashes beside argon2id, such as bcrypt,django:1200000")
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, args []string) error {
		path := args[0]
		file, reader, err := t.openRows(path, *format)
		if err != nil {
			return err
		}
		defer file.Close()
		aside, err := newRejects(*rejected, file, reader.Header)
		if err != nil {
			return err
		}
		hasher, err := hasherOf(*hashes)
		if err != nil {
			return err
		}
		return t.making(ctx, hasher, func(h *house) error {
			im := &importer{accounts: h.accounts, rows: reader, rejects: aside, progress: newProgress(os.Stderr)}
			err := im.run(ctx)
			im.progress.clear()
			return aside.finish(errors.Join(err, t.printCounts(path, im.counts, *asJSON)), im.counts)
		})
	}
}

func (t *tool) printCounts(path string, n counts, asJSON bool) error {
	if asJSON {
		return t.object(map[string]any{"file": path, "added": n.added, "present": n.present, "rejected": n.rejected})
	}
	_, err := fmt.Fprintf(t.out, "%s: %s\n", path, n)
	return err
}

// openRows opens a file, or standard input for "-".
func (t *tool) openRows(path, format string) (*os.File, *bulk.Reader, error) {
	f, err := bulk.FormatOf(format, path, "")
	if err != nil {
		return nil, nil, misuse("user import", "%v", err)
	}
	file, err := t.input(path)
	if err != nil {
		return nil, nil, err
	}
	reader, err := bulk.NewReader(file, f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w: see authctl help user import", path, err), file.Close())
	}
	return file, reader, nil
}

func (t *tool) input(path string) (*os.File, error) {
	if path == "-" {
		return t.in, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: name a file that is there and that this user can read", err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%s is a directory: name a file in it", path), file.Close())
	}
	return file, nil
}

// hasherOf returns one that reads the forms of a list beside argon2id.
func hasherOf(list string) (auth.PasswordHasher, error) {
	if list == "" {
		return nil, nil
	}
	formats, err := setting.Hashes(list)
	if err != nil {
		return nil, misuse("user import", "-hashes: %v", err)
	}
	return password.New(&password.Options{Legacy: formats})
}

// counts are the rows that are dealt with.
type counts struct{ added, present, rejected int }

func (n counts) rows() int { return n.added + n.present + n.rejected }

func (n counts) String() string {
	return fmt.Sprintf("%d added, %d already there, %d rejected", n.added, n.present, n.rejected)
}

// importer is one run over a file.
type importer struct {
	accounts *auth.Accounts
	rows     *bulk.Reader
	rejects  *rejects
	progress *progress
	pending  []bulk.Row
	bytes    int
	counts   counts
}

// errInterrupted ends a run between two batches.
var errInterrupted = errors.New("interrupted")

// run reads to the end of the file, or to the end of ctx. What was read and not
// yet added then is read again the next time.
func (im *importer) run(ctx context.Context) error {
	for {
		row, err := im.rows.Next()
		if ctx.Err() != nil {
			return errInterrupted // also when the interrupt ended a pipe
		}
		if errors.Is(err, io.EOF) {
			return im.flush(ctx)
		}
		if err != nil {
			return err
		}
		im.pending, im.bytes = append(im.pending, row), im.bytes+len(row.Raw)
		if row.Rest != nil || len(im.pending) == batchRows || im.bytes >= batchBytes {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// flush adds the batch, whole whatever ctx does meanwhile, and deals with its
// rows in their order.
func (im *importer) flush(ctx context.Context) error {
	var batch []auth.Account
	for _, row := range im.pending {
		if row.Err == nil {
			batch = append(batch, row.Account)
		}
	}
	results, err := im.accounts.Import(context.WithoutCancel(ctx), batch)
	if err != nil {
		return err
	}
	for _, row := range im.pending {
		outcome := row.Err
		if outcome == nil {
			outcome, results = results[0], results[1:]
		}
		if err := im.settle(row, outcome); err != nil {
			return err
		}
	}
	im.pending, im.bytes = im.pending[:0], 0
	im.progress.show(im.counts)
	return nil
}

// settle counts a row, and reports and keeps a bad one.
func (im *importer) settle(row bulk.Row, outcome error) error {
	switch {
	case outcome == nil:
		im.counts.added++
	case errors.Is(outcome, auth.ErrUserPresent):
		im.counts.present++
	default:
		im.counts.rejected++
		im.progress.line(fmt.Sprintf("line %d: %s", row.Line, reason(outcome)))
		return im.rejects.keep(row)
	}
	return nil
}

// reason is an error in one line, without the names of the library's own.
func reason(err error) string {
	text := strings.ReplaceAll(err.Error(), auth.ErrInvalidAccount.Error()+": ", "")
	text = strings.ReplaceAll(text, auth.ErrUserExists.Error()+": ", "")
	return visible(strings.ReplaceAll(text, "\n", "; "))
}
