package main

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/examples/internal/backend"
	"github.com/sallyport-go/sallyport/store/sql"
)

// tables has each table as its own program makes it on each database, and
// people to put in it.
//
//go:embed tables
var tables embed.FS

var tableExists = map[sqlstore.Dialect]string{
	sqlstore.SQLite:   `SELECT COUNT(*) FROM sqlite_master WHERE name = '%s'`,
	sqlstore.Postgres: `SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('%s')`,
	sqlstore.MySQL:    `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '%s'`,
}

// makeSample makes the table, with people whose password it returns. If there
// is one already, it leaves it alone and returns "".
func makeSample(ctx context.Context, db *backend.Backend, kind string) (string, error) {
	var there int
	table := hosts[kind].schema.From
	err := db.DB.QueryRowContext(ctx, fmt.Sprintf(tableExists[db.Dialect], table)).Scan(&there)
	if err != nil || there > 0 {
		return "", err
	}
	secret := rand.Text()
	script, err := sampleSQL(ctx, kind, strings.ToLower(db.Dialect.String()), secret)
	if err != nil {
		return "", err
	}
	tx, err := db.DB.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer tx.Rollback()
	for statement := range strings.SplitSeq(script, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return "", fmt.Errorf("the sample %s: %w", table, err)
		}
	}
	return secret, tx.Commit()
}

var hashMark = regexp.MustCompile(`\{[a-z0-9]+\}`)

// sampleSQL reads the script, and writes a hash of secret for each mark.
func sampleSQL(ctx context.Context, kind, dialect, secret string) (string, error) {
	table, err1 := tables.ReadFile("tables/" + kind + "." + dialect + ".sql")
	people, err2 := tables.ReadFile("tables/" + kind + ".people.sql")
	err := errors.Join(err1, err2)
	return hashMark.ReplaceAllStringFunc(string(table)+string(people), func(form string) string {
		hash, failed := hashAs(ctx, form, secret)
		err = errors.Join(err, failed)
		return hash
	}), err
}

// hashAs hashes a password as the program does that the table belongs to.
func hashAs(ctx context.Context, form, secret string) (string, error) {
	switch form {
	case "{pbkdf2}":
		const iterations = 870_000
		salt := rand.Text()[:22]
		key, err := pbkdf2.Key(sha256.New, secret, []byte(salt), iterations, sha256.Size)
		return fmt.Sprintf("pbkdf2_sha256$%d$%s$%s", iterations, salt, base64.StdEncoding.EncodeToString(key)), err
	case "{argon2id}":
		hasher, err := password.New(nil)
		if err != nil {
			return "", err
		}
		return hasher.Hash(ctx, secret)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), 10)
	if form == "{bcrypt2y}" {
		return "$2y$" + strings.TrimPrefix(string(hash), "$2a$"), err // as PHP calls it
	}
	return string(hash), err
}

// introduce says who of a new sample can log in.
func introduce(ctx context.Context, w io.Writer, users auth.UserStore, kind string) error {
	for _, login := range hosts[kind].people {
		account, err := users.AccountByLogin(ctx, login)
		switch {
		case errors.Is(err, auth.ErrUserNotFound):
			fmt.Fprintf(w, "  %-16s  is not there to log in\n", login)
		case err != nil:
			return err
		case !account.Active:
			fmt.Fprintf(w, "  %-16s  may not log in\n", login)
		default:
			fmt.Fprintf(w, "  %-16s  logs in, role %s\n", login, account.Role)
		}
	}
	fmt.Fprintln(w)
	return nil
}
