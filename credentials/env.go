package credentials

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

const fileSuffix = "_FILE"

// Env returns a source that reads a set's fields through lookup, for which a
// host gives os.LookupEnv. The library never reads the environment on its own.
//
// A field NAME is the value of NAME, or the content of the file that NAME_FILE
// names, less one trailing newline; to set both is a fault. Files are read
// anew each time, so that a rotated secret shows without a restart, and until
// two readings agree, so that files swapped meanwhile do not mix. A file is at
// most 64 KiB of UTF-8. Errors name the variable, never the path or the
// content. The set's Source is "environment", or "file" if any field is from
// one; its Version is when a file was last written, and variables have none.
func Env(lookup func(name string) (string, bool)) auth.SecretProvider {
	return env{lookup}
}

type env struct {
	lookup func(string) (string, bool)
}

func (e env) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	if e.lookup == nil {
		return auth.Secrets{}, errors.New("credentials: Env has no lookup: give it os.LookupEnv")
	}
	names, err := fieldsOf(set)
	if err != nil {
		return auth.Secrets{}, err
	}
	return steady(ctx, set, func() (*reading, error) { return e.read(names) })
}

// read reads each field once.
func (e env) read(names []string) (*reading, error) {
	r := newReading("environment")
	for _, name := range names {
		value, _ := e.lookup(name)
		path, _ := e.lookup(name + fileSuffix)
		switch {
		case path == "":
			r.values[name] = value
		case value != "":
			return nil, fmt.Errorf("credentials: %s and %s are both set: unset one", name, name+fileSuffix)
		default:
			r.source = fromFile
			if err := r.addFile(name, path); err != nil {
				return nil, fmt.Errorf("credentials: the file that %s names: %w", name+fileSuffix, err)
			}
		}
	}
	return r, nil
}

// providerName begins with a letter because the name of its variable must.
const providerName = `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`

// matches reports whether s is of a form. Nothing is compiled beforehand: it is
// rarely asked, and a program without a provider does not link regexp.
func matches(form, s string) bool {
	ok, err := regexp.MatchString(form, s)
	return ok && err == nil
}

// fieldsOf names the fields of a set; see the package comment.
func fieldsOf(set string) ([]string, error) {
	switch {
	case set == awsName:
		return []string{awsAccessKeyID, awsSecretAccessKey, awsSessionToken, awsRegion}, nil
	case matches(providerName, set):
		return []string{keyField(set)}, nil
	}
	return nil, fmt.Errorf("credentials: set name %q is not a letter, then letters, digits and inner hyphens, all lower-case: use one such as my-llm", set)
}

// keyField names the one field of a set that is an API key: MY_LLM_API_KEY for
// my-llm.
func keyField(set string) string {
	return strings.ToUpper(strings.ReplaceAll(set, "-", "_")) + "_API_KEY"
}
