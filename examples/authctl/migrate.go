package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/store/sql"
)

// migrate brings the tables up to date, or says what is due, or writes the
// migrations for another tool.
func (t *tool) migrate(flags *flag.FlagSet) action {
	check := flags.Bool("check", false, "change nothing, and fail if a migration is due")
	dir := flags.String("export", "", "write the migrations to `DIR`, or to standard output for \"-\"")
	return func(ctx context.Context, _ []string) (err error) {
		switch {
		case *check && *dir != "":
			return misuse("migrate", "migrate takes one of -check and -export")
		case *dir != "":
			return t.exportMigrations(*dir)
		}
		open := t.lasting
		if *check {
			open = t.existing
		}
		store, err := open()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		if *check {
			err = upToDate(ctx, store)
		} else {
			err = store.Migrate(ctx)
		}
		if err != nil {
			return err
		}
		return t.print("the tables are up to date\n")
	}
}

// upToDate is an error that names what is due.
func upToDate(ctx context.Context, store *backend.Backend) error {
	due, err := store.Due(ctx)
	if err == nil && due != "" {
		err = fmt.Errorf("migration due: %s: %s", due, migrateRemedy)
	}
	return err
}

const migrateRemedy = "run authctl migrate, or the files of authctl migrate -export"

// exportMigrations writes those of the DSN's dialect.
func (t *tool) exportMigrations(dir string) error {
	dsn, err := t.users()
	if err != nil {
		return err
	}
	dialect, err := backend.DialectOf(dsn)
	if err != nil {
		return err
	}
	files, err := sqlstore.Migrations(dialect, nil)
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	if dir != "-" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("%w: name a directory that is there or can be made", err)
		}
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if dir == "-" {
			err = t.print(fmt.Sprintf("-- %s\n\n%s\n", name, text))
		} else {
			err = t.exportFile(filepath.Join(dir, name), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// exportFile writes a new file and says so. One that is the same is passed
// over, so that the next version adds what is new.
func (t *tool) exportFile(path string, text []byte) error {
	there, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(there, text):
		return nil
	case err == nil:
		return fmt.Errorf("%s is there already and differs: name an empty directory, and compare", path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: name an empty directory", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("%w: name a directory that this user can write", err)
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	_, err = fmt.Fprintln(t.out, path)
	return err
}
