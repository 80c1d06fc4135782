package sallyport_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/sallyport-go/sallyport"

// mayImport lists, for each package of the published module, what it may
// import beside the standard library. Tests and nested modules are free.
var mayImport = map[string][]string{
	"":                            {},
	"auth/password":               {"golang.org/x/crypto/argon2", "golang.org/x/crypto/bcrypt", "golang.org/x/crypto/scrypt"},
	"auth":                        {"auth/password", "internal/printable", "internal/seldom", "golang.org/x/text/secure/bidirule", "golang.org/x/text/unicode/norm"},
	"auth/token":                  {"auth", "github.com/lestrrat-go/jwx/v2/jwa", "github.com/lestrrat-go/jwx/v2/jws"},
	"auth/authtest":               {"auth"},
	"store":                       {},
	"store/memory":                {"auth"},
	"store/sql":                   {"auth"},
	"store/storetest":             {"auth"},
	"credentials":                 {"auth"},
	"credentials/credentialstest": {"auth", "credentials"},
	"httpadapter":                 {"auth", "credentials", "internal/printable", "internal/seldom"},
	"internal/cable":              {}, // for tests
	"internal/printable":          {},
	"internal/seldom":             {},
}

type pkg struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
	Module     struct{ Path string }
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,GoFiles,Module"}, args...)...)
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	require.NoError(t, err, "go list must see every package")
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else {
			require.NoError(t, err)
		}
		pkgs = append(pkgs, p)
	}
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "./...") {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		seen[name] = true
		allowed, known := mayImport[name]
		require.True(t, known, "package %q is new: give it a row in mayImport", name)
		for _, imp := range p.Imports {
			if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
				continue // standard library
			}
			imp = strings.TrimPrefix(imp, module+"/")
			require.True(t, slices.Contains(allowed, imp), "%s may not import %s", p.ImportPath, imp)
		}
	}
	for name := range mayImport {
		require.True(t, seen[name], "mayImport names %q, which is gone", name)
	}
}

// What nested modules need is in no importer's module graph.
func TestNoNestedModuleReachesTheGraph(t *testing.T) {
	cmd := exec.Command("go", "list", "-m", "all")
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "golang.org/x/crypto")
	for _, unwanted := range []string{module + "/", "redis", "opentelemetry", "prometheus", "modernc.org", "jackc", "go-sql-driver", "golang-jwt"} {
		require.NotContains(t, string(out), unwanted)
	}
}

func TestOnlyOneFileImportsJWX(t *testing.T) {
	out, err := exec.Command("grep", "-rl", "--include=*.go", "--exclude=*_test.go", "--exclude-dir=bench", `"github.com/lestrrat-go/jwx`, ".").Output()
	require.NoError(t, err)
	require.Equal(t, "./auth/token/jose.go\n", string(out), "jwx is replaced by replacing one file")
}

// An importer pays for what it links: auth alone brings no JOSE library, no
// driver and no server.
func TestAuthLinksNoJOSE(t *testing.T) {
	for _, p := range list(t, "-deps", "./auth") {
		require.NotContains(t, p.ImportPath, "jwx", "auth must not link a JOSE library")
		require.NotEqual(t, "net/http", p.ImportPath, "auth must know no HTTP")
		require.NotEqual(t, "database/sql", p.ImportPath, "auth must know no SQL")
	}
}
