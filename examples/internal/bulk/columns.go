package bulk

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/sallyport-go/sallyport/auth"
)

// column is a field of an account by its documented name.
type column struct {
	name string
	get  func(a *auth.Account) string // empty: none
	set  func(a *auth.Account, text string) error
}

// columns are all there are, in the order in which they are written; the hash
// is the last and is left out where it is not asked for.
var columns = []column{
	text("id", func(a *auth.Account) *string { return &a.ID }),
	text("username", func(a *auth.Account) *string { return &a.Username }),
	text("email", func(a *auth.Account) *string { return &a.Email }),
	text("name", func(a *auth.Account) *string { return &a.Name }),
	text("organization", func(a *auth.Account) *string { return &a.Organization }),
	text("aws_region", func(a *auth.Account) *string { return &a.AWSRegion }),
	text("role", func(a *auth.Account) *string { return (*string)(&a.Role) }),
	{activeColumn, getActive, setActive},
	moment("created_at", func(a *auth.Account) *time.Time { return &a.CreatedAt }),
	moment("updated_at", func(a *auth.Account) *time.Time { return &a.UpdatedAt }),
	moment("last_login", func(a *auth.Account) *time.Time { return &a.LastLogin }),
	{
		"password_hash",
		func(a *auth.Account) string { return a.PasswordHash.Reveal() },
		func(a *auth.Account, text string) error { a.PasswordHash = auth.NewSecret(text); return nil },
	},
}

const activeColumn = "is_active" // the one that is no string in JSON

func text(name string, field func(a *auth.Account) *string) column {
	return column{
		name,
		func(a *auth.Account) string { return *field(a) },
		func(a *auth.Account, text string) error { *field(a) = text; return nil },
	}
}

func moment(name string, field func(a *auth.Account) *time.Time) column {
	return column{
		name,
		func(a *auth.Account) string {
			if field(a).IsZero() {
				return ""
			}
			return field(a).UTC().Format(time.RFC3339Nano)
		},
		func(a *auth.Account, text string) error {
			var t time.Time
			err := t.UnmarshalText([]byte(text)) // RFC 3339 to the letter
			if t = t.UTC(); err != nil || t.Year() < 1 || t.Year() > 9999 {
				return fmt.Errorf("%s is not a time like 2024-05-06T12:00:00Z", name)
			}
			*field(a) = t
			return nil
		},
	}
}

func getActive(a *auth.Account) string { return strconv.FormatBool(a.Active) }

func setActive(a *auth.Account, text string) (err error) {
	if a.Active, err = strconv.ParseBool(text); err != nil {
		return fmt.Errorf("%s is neither true nor false", activeColumn)
	}
	return nil
}

var errPlain = errors.New("passwords as they were typed are not taken: bring password_hash, or leave it out and let people set new passwords")

// columnNamed finds a column.
func columnNamed(name string) (column, error) {
	if i := slices.IndexFunc(columns, func(c column) bool { return c.name == name }); i >= 0 {
		return columns[i], nil
	}
	switch strings.ToLower(name) {
	case "password", "passwd", "pwd", "pass", "plain_password":
		return column{}, errPlain
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	return column{}, fmt.Errorf("%s is none of %s", shown(name), strings.Join(names, ", "))
}

// shown quotes a column's name. In a file without a line of names, a hash may
// stand in its place, and is not repeated.
func shown(name string) string {
	other := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_- ", r)
	}
	if len(name) > 24 || strings.ContainsFunc(name, other) {
		return fmt.Sprintf("a name of %d bytes", len(name))
	}
	return strconv.Quote(name)
}

// written are the columns of a file with or without hashes.
func written(hashes bool) []column {
	if hashes {
		return columns
	}
	return columns[:len(columns)-1]
}
