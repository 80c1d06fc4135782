// Package setting reads what the example programs are configured with.
package setting

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Env returns the variable name, or the content of the file that name_FILE
// names, less one trailing newline. Neither set is ok == false.
func Env(name string) (value string, ok bool, err error) {
	value, ok = os.LookupEnv(name)
	path := os.Getenv(name + "_FILE")
	switch {
	case path == "":
		return strings.TrimSuffix(value, "\n"), ok, nil
	case ok:
		return "", false, fmt.Errorf("%s and %s_FILE are both set: keep one", name, name)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", false, fmt.Errorf("%s_FILE: %w: name a file that this user can read", name, err)
	}
	return strings.TrimSuffix(string(content), "\n"), true, nil
}

// QuickstartDSN is the database of the quickstart where nobody names one.
const QuickstartDSN = "sqlite:quickstart.db"

// DSN returns the flag's value, else SALLYPORT_DB, else SALLYPORT_DB_FILE,
// else the one that is the program's own.
func DSN(flag, own string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	dsn, _, err := Env("SALLYPORT_DB")
	if err == nil && dsn == "" {
		dsn = own
	}
	return dsn, err
}

// Sessions returns the flag's value, else SALLYPORT_SESSIONS, else
// SALLYPORT_SESSIONS_FILE, else nothing: sessions stay with the users.
func Sessions(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	dsn, _, err := Env("SALLYPORT_SESSIONS")
	return dsn, err
}

// Key returns SALLYPORT_JWT_SECRET, or that of the file SALLYPORT_JWT_SECRET_FILE.
// Where neither is set and beside names a file, the key is kept there: made
// by the first process that needs it and readable to its owner only.
func Key(beside string, generate func() string) ([]byte, error) {
	key, ok, err := Env("SALLYPORT_JWT_SECRET")
	if ok || err != nil {
		return []byte(key), err
	}
	if beside == "" {
		return nil, errors.New("SALLYPORT_JWT_SECRET is not set: give all processes of one database the same key, made with authctl key new")
	}
	if err := create(beside, generate()+"\n"); err != nil {
		return nil, fmt.Errorf("cannot keep a signing key: %w: make the directory writable, or set SALLYPORT_JWT_SECRET", err)
	}
	content, err := os.ReadFile(beside)
	if err != nil {
		return nil, fmt.Errorf("cannot read the signing key: %w: let this user read it, or set SALLYPORT_JWT_SECRET", err)
	}
	return []byte(strings.TrimSuffix(string(content), "\n")), nil
}

// create writes a file that does not exist yet, whole or not at all; where
// another process was faster, its file stays.
func create(path, content string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(content)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}
