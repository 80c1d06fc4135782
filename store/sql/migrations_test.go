package sqlstore_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sallyport-go/sallyport/store/sql"
)

func TestMigrationsIsAFileSystem(t *testing.T) {
	for _, d := range dialects {
		files, err := sqlstore.Migrations(d, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := fstest.TestFS(files, "0001_users.sql", "0002_sessions.sql", "0003_throttle.sql", "0004_audit.sql"); err != nil {
			t.Errorf("%v: %v", d, err)
		}
	}
}

var created = regexp.MustCompile(`(?:TABLE|INDEX|INTO|EXISTS|ON) ("auth"\.)?([a-z_]+)`)

// A migration is whole as it is handed out: no placeholder is left, every
// table has the prefix, and its last statement records it, once.
func TestMigrationFiles(t *testing.T) {
	for _, d := range dialects {
		opts := &sqlstore.Options{Prefix: "zz_"}
		if d == sqlstore.Postgres {
			opts.Schema = "auth"
		}
		files, err := sqlstore.Migrations(d, opts)
		if err != nil {
			t.Fatal(err)
		}
		names, _ := fs.Glob(files, "*")
		for i, name := range names {
			bytes, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(bytes)
			if strings.ContainsAny(text, "{}?") {
				t.Errorf("%v %s: a placeholder is left", d, name)
			}
			if !strings.HasPrefix(name, fmt.Sprintf("%04d_", i+1)) {
				t.Errorf("%v %s is number %d in order", d, name, i+1)
			}
			for _, m := range created.FindAllStringSubmatch(text, -1) {
				if !strings.HasPrefix(m[2], "zz_") {
					t.Errorf("%v %s: %q has no prefix", d, name, m[0])
				}
			}
			record := fmt.Sprintf("(version, name, applied_at) VALUES (%d, '%s', ", i+1, name)
			last := text[strings.LastIndex(strings.TrimSuffix(text, ";\n"), ";\n")+2:]
			if strings.Count(text, record) != 1 || !strings.Contains(last, record) {
				t.Errorf("%v %s: its last statement does not record it as number %d", d, name, i+1)
			}
		}
	}
}

// Migrate splits where a line ends with a semicolon; in a comment that would
// cut a statement in two.
func TestMigrationComments(t *testing.T) {
	for _, d := range dialects {
		files, err := sqlstore.Migrations(d, nil)
		if err != nil {
			t.Fatal(err)
		}
		names, _ := fs.Glob(files, "*")
		for _, name := range names {
			text, _ := fs.ReadFile(files, name)
			for line := range strings.Lines(string(text)) {
				if _, comment, ok := strings.Cut(line, "--"); ok && strings.Contains(comment, ";") {
					t.Errorf("%v %s: a comment with a semicolon: %s", d, name, line)
				}
			}
		}
	}
}
