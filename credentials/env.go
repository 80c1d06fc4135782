package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	fileSuffix  = "_FILE"
	maxFile     = 64 << 10 // bytes a secret's file may have
	maxReadings = 8        // tries for two that agree
)

// Env returns a source that reads a set's fields through lookup, for which a
// host gives os.LookupEnv. The library never reads the environment on its own.
//
// A field NAME is the value of NAME, or the content of the file that NAME_FILE
// names, less one trailing newline; to set both is a fault. Files are read
// anew each time, so that a rotated secret shows without a restart, and until
// two readings agree, so that files swapped meanwhile do not mix. A file is at
// most 64 KiB. Errors name the variable, never the path or the content.
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
	last, err := e.read(names)
	for range maxReadings {
		if err != nil {
			return auth.Secrets{}, err
		}
		if err := ctx.Err(); err != nil {
			return auth.Secrets{}, err
		}
		var again map[string]string
		if again, err = e.read(names); err == nil && maps.Equal(last, again) {
			return sealed(again)
		}
		last = again
	}
	return auth.Secrets{}, fmt.Errorf("credentials: the files of set %q change while they are read: replace them in one step", set)
}

// sealed is what Env returns for values that were read together.
func sealed(values map[string]string) (auth.Secrets, error) {
	secrets := seal(values)
	if len(secrets) == 0 {
		return auth.Secrets{}, auth.ErrSecretNotFound
	}
	return auth.Secrets{Values: secrets}, nil
}

// read reads each field once.
func (e env) read(names []string) (map[string]string, error) {
	values := make(map[string]string, len(names))
	for _, name := range names {
		value, _ := e.lookup(name)
		file, _ := e.lookup(name + fileSuffix)
		switch {
		case file == "":
		case value != "":
			return nil, fmt.Errorf("credentials: %s and %s are both set: unset one", name, name+fileSuffix)
		default:
			var err error
			if value, err = readSecretFile(file); err != nil {
				return nil, fmt.Errorf("credentials: the file that %s names: %w", name+fileSuffix, err)
			}
		}
		values[name] = value
	}
	return values, nil
}

// readSecretFile returns a file's content less one trailing newline. Its errors
// leave the path out: somebody may have put the secret itself there.
func readSecretFile(path string) (string, error) {
	// Opening a FIFO would wait for its writer, so look first.
	if info, err := os.Stat(path); err != nil {
		return "", withoutPath(err)
	} else if !info.Mode().IsRegular() {
		return "", errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", withoutPath(err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", withoutPath(err)
	}
	if len(content) > maxFile {
		return "", fmt.Errorf("it has more than %d bytes, which no secret has", maxFile)
	}
	return trimNewline(string(content)), nil
}

// trimNewline drops one line ending, as editors and echo append it.
func trimNewline(s string) string {
	if t, ok := strings.CutSuffix(s, "\r\n"); ok {
		return t
	}
	return strings.TrimSuffix(s, "\n")
}

func withoutPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return errors.New("it cannot be read")
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
	return nil, fmt.Errorf("credentials: set name %q is not a letter, then letters, digits and inner hyphens, all lower-case", set)
}

// keyField names the one field of a set that is an API key: MY_LLM_API_KEY for
// my-llm.
func keyField(set string) string {
	return strings.ToUpper(strings.ReplaceAll(set, "-", "_")) + "_API_KEY"
}
