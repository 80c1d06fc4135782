package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const defaultPrefix = "sallyport_"

var (
	validPrefix = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,31}$`)
	validSchema = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)
)

// names turns statements as this package writes them into the dialect's own.
// They write a table as {users}, the prefix of an index as {prefix}, schema and
// prefix as {scope}, the server's clock in Unix microseconds as {now}, and an
// argument as ?.
type names struct {
	scope    string // what a migration lock is named after
	replacer *strings.Replacer
}

// resolve checks what New was given.
func resolve(d Dialect, opts *Options) (*dialect, names, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	var errs []error
	spoken := d.spoken()
	if spoken == nil {
		errs = append(errs, fmt.Errorf("sqlstore: %v is no dialect: pass SQLite, Postgres or MySQL", d))
	}
	if !validPrefix.MatchString(o.Prefix) {
		errs = append(errs, fmt.Errorf("sqlstore: Options.Prefix %q: use at most 32 lower-case letters, digits and underscores, no digit first", o.Prefix))
	}
	if o.Schema != "" && d != Postgres {
		errs = append(errs, fmt.Errorf("sqlstore: Options.Schema is for PostgreSQL: name the database of %v in the DSN", d))
	} else if o.Schema != "" && !validSchema.MatchString(o.Schema) {
		errs = append(errs, fmt.Errorf("sqlstore: Options.Schema %q: use at most 63 letters, digits, underscores and hyphens, a letter or underscore first", o.Schema))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, names{}, err
	}
	return spoken, newNames(spoken, o), nil
}

func newNames(d *dialect, o Options) names {
	qualifier := ""
	if o.Schema != "" {
		qualifier = `"` + o.Schema + `".`
	}
	scope := o.Schema + "." + o.Prefix
	pairs := []string{"{prefix}", o.Prefix, "{scope}", scope, "{now}", d.now}
	for _, table := range []string{"users", "marks", "sessions", "throttle", "audit", "migrations"} {
		pairs = append(pairs, "{"+table+"}", qualifier+o.Prefix+table)
	}
	return names{scope: scope, replacer: strings.NewReplacer(pairs...)}
}

// render writes a statement in the store's dialect.
func (s *Store) render(text string) string {
	text = s.names.replacer.Replace(text)
	if s.dialect.numbered {
		text = number(text)
	}
	return text
}

// number replaces each ? by $1, $2 and so on. No statement of this package has
// a question mark of another kind.
func number(text string) string {
	var b strings.Builder
	parts := strings.Split(text, "?")
	for i, part := range parts[:len(parts)-1] {
		b.WriteString(part)
		b.WriteString("$")
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteString(parts[len(parts)-1])
	return b.String()
}

// storable reports whether every engine could have stored the texts that a
// query asks for: PostgreSQL knows neither NUL nor what is not UTF-8. Asking
// for others finds nothing and is no fault.
func storable(args []any) bool {
	for _, arg := range args {
		text, ok := arg.(string)
		if ok && (!utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0) {
			return false
		}
	}
	return true
}

var quotedText = regexp.MustCompile("'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`")

// identified writes each name that stands in double quotes in backquotes.
func identified(text string) string {
	return quotedText.ReplaceAllStringFunc(text, func(quoted string) string {
		if quoted[0] != '"' {
			return quoted
		}
		name := strings.ReplaceAll(quoted[1:len(quoted)-1], `""`, `"`)
		return "`" + strings.ReplaceAll(name, "`", "``") + "`"
	})
}
