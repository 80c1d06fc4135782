package sqlstore

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed migrations
var migrationFiles embed.FS

// Migrations returns the migrations of a dialect as they have to be run with
// these options, for a host that applies them by a tool of its own: files such
// as 0001_users.sql, to be run once each in the order of their names. The last
// statement of each records it where Check looks. On MySQL several statements
// in one call need multiStatements in the DSN, or a tool that splits them.
func Migrations(d Dialect, opts *Options) (fs.FS, error) {
	spoken, n, err := resolve(d, opts)
	if err != nil {
		return nil, err
	}
	all, err := migrationsOf(spoken, n)
	if err != nil {
		return nil, err
	}
	files := make(textFS, len(all))
	for i, m := range all {
		files[i] = textFile{name: m.file, text: m.text}
	}
	return files, nil
}

// migration is one file, with the names filled in.
type migration struct {
	version int
	file    string // such as 0001_users.sql: the version and what it is about
	text    string
}

// migrationsOf reads the embedded files of a dialect in their order.
func migrationsOf(d *dialect, n names) ([]migration, error) {
	dir := path.Join("migrations", d.dir)
	entries, err := migrationFiles.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, e := range entries {
		text, err := migrationFiles.ReadFile(path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(e.Name(), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s: begin its name with a number", e.Name())
		}
		all = append(all, migration{version, e.Name(), n.replacer.Replace(string(text))})
	}
	return all, nil
}

// statements splits the text where a line ends with a semicolon, which no
// comment in these files does.
func (m migration) statements() []string {
	var all []string
	for statement := range strings.SplitSeq(m.text, ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			all = append(all, statement)
		}
	}
	return all
}
