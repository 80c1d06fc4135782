package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What export writes is what import reads: on every database, by way of either
// format, and with texts that a spreadsheet would take for formulas.
func TestAnExportIsImportedAsItWas(t *testing.T) {
	const file = `{"id":"1","username":"formula","email":"=1@example.com","name":"=cmd|' /C calc'!A0","organization":"+1","last_login":"2024-05-06T12:00:00.123456Z","created_at":"1999-12-31T23:59:59.999999-08:00"}
{"id":"-2","username":"-minus","name":"-1","organization":"@SUM(A1:A9)","role":"super_admin","password_hash":"` + bcryptHash + `"}
{"id":" 3 ","username":"quotes","name":"Bob \"the builder\" O'Neill, jr.","organization":"  outer  ","aws_region":"eu-north-1","is_active":false}
{"id":"é東京","username":"žofie","email":"žofie@example.com","name":"\ud83e\udd8a\ufffd\\.","organization":"null","created_at":"1970-01-01T00:00:00Z","role":"admin"}
`
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			first := d.open(t).users
			imports(t, first, 4, 0, 0, "-hashes", "bcrypt:5", save(t, "users.jsonl", file))
			addJohn(t, first)
			want := mustExport(t, first, "-with-hashes")
			for _, format := range []string{"csv", "jsonl"} {
				path := filepath.Join(t.TempDir(), "all."+format)
				mustExport(t, first, "-with-hashes", path)
				second := d.open(t).users
				imports(t, second, 5, 0, 0, "-hashes", "bcrypt:5", path)
				require.Equal(t, want, mustExport(t, second, "-with-hashes"), format)
				imports(t, second, 0, 5, 0, "-hashes", "bcrypt:5", path)
			}
			require.Contains(t, mustExport(t, first, "-format", "csv"), "\n1,formula,=1@example.com,=cmd|' /C calc'!A0,+1,", "a cell is as it is")
		})
	}
}

func mustExport(t *testing.T, dsn string, args ...string) string {
	t.Helper()
	stdout, stderr, code := bulkRun(t, dsn, "", append([]string{"user", "export"}, args...)...)
	require.Zero(t, code, stderr)
	return stdout
}

func TestAnExportKeepsHashesToItself(t *testing.T) {
	dsn := fileDSN(t)
	addJohn(t, dsn)
	path := filepath.Join(t.TempDir(), "all.csv")
	require.Empty(t, mustExport(t, dsn, path))
	for _, content := range []string{mustExport(t, dsn), mustExport(t, dsn, "-format", "csv", "-"), load(t, path)} {
		require.Contains(t, content, "john@example.com")
		require.NotContains(t, content, "hash")
		require.NotContains(t, content, "$argon2")
	}
	require.True(t, strings.HasPrefix(load(t, path), "id,username,"), "the name says the format")
	require.Contains(t, mustExport(t, dsn, "-with-hashes"), "$argon2id$")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)

	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	_, stderr, code := bulkRun(t, dsn, "", "user", "export", path)
	require.NotZero(t, code)
	require.Contains(t, stderr, "exists")
	require.Equal(t, "mine", load(t, path), "a file that is there is not written over")
	for _, args := range [][]string{{"-with-hash"}, {"-format", "xml"}, {path, "more"}} {
		_, _, code := bulkRun(t, dsn, "", append([]string{"user", "export"}, args...)...)
		require.Equal(t, 2, code, args)
	}
}
