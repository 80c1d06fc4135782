package backend

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// LESSONS 23: whatever is wrong with a DSN, the error does not repeat its password, nor
// any other part of it.
func FuzzDSN(f *testing.F) {
	for _, password := range []string{"s3cr3t-passw0rd", "p%ss:w@rd/with?all#signs", "\x00\xff\n", "%zz%zz%zz", "a b c d e f"} {
		for _, frame := range []string{
			"postgres://john:*@127.0.0.1:1/db", "postgres://john:*@[::1/db", "postgres://*@host:port/db", "postgresql://john:*@h/db?sslmode=*",
			"mysql://john:*@127.0.0.1:1/db", "mysql://john:*@h", "mysql://john:*@:x/db", "mysql:john:*@tcp(h)/db", "mysql://john:*@h/db?tls=*",
			"postgres:host=h password=*", "redis://:*@h", "*", "",
		} {
			f.Add(frame, password)
		}
	}
	f.Fuzz(func(t *testing.T, frame, password string) {
		if scheme, _, _ := strings.Cut(frame, ":"); scheme == "sqlite" || len(password) < 8 {
			t.Skip("makes a file, or has no secret")
		}
		for _, spelled := range []string{password, url.QueryEscape(password), url.PathEscape(password)} {
			dsn := strings.ReplaceAll(frame, "*", spelled)
			if strings.HasPrefix(dsn, "sqlite:") {
				continue
			}
			for _, as := range [][2]string{{dsn, ""}, {"memory:", dsn}} {
				b, err := Open(as[0], as[1])
				if err == nil {
					require.NoError(t, b.Close())
					continue
				}
				repeatsNothing(t, err.Error(), password, spelled)
			}
		}
	})
}

func repeatsNothing(t *testing.T, text string, secrets ...string) {
	t.Helper()
	_, sessions := Open("memory:", "?")
	own := errDSN.Error() + sessions.Error()
	for _, secret := range secrets {
		for i := range len(secret) - 7 {
			if strings.Contains(own, secret[i:i+8]) {
				continue // as in "postgres"
			}
			require.NotContains(t, text, secret[i:i+8], "an error repeats eight bytes of the password")
		}
	}
}
