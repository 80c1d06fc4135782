package sallyport_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// imported are the modules that the packages of the published module import,
// tests aside: a program gets some of them, never others.
var imported = []string{
	"github.com/lestrrat-go/blackmagic", // with jwx, as all of its author
	"github.com/lestrrat-go/httpcc",
	"github.com/lestrrat-go/iter",
	"github.com/lestrrat-go/option",
	"github.com/lestrrat-go/httprc",
	"github.com/lestrrat-go/jwx/v2",
	"golang.org/x/crypto",
	"golang.org/x/sys", // with x/crypto
	"golang.org/x/text",
}

// resolved are the others in the module graph, which go get looks at and no
// program links: what the tests need, and what those above require.
var resolved = []string{
	"github.com/davecgh/go-spew",
	"github.com/decred/dcrd/crypto/blake256",
	"github.com/decred/dcrd/dcrec/secp256k1/v4",
	"github.com/goccy/go-json",
	"github.com/pmezard/go-difflib",
	"github.com/segmentio/asm",
	"github.com/stretchr/objx",
	"github.com/stretchr/testify",
	"go.yaml.in/yaml/v3",
	"golang.org/x/mod",
	"golang.org/x/net",
	"golang.org/x/sync",
	"golang.org/x/term",
	"golang.org/x/tools",
	"gopkg.in/check.v1",
	"gopkg.in/yaml.v3",
	"pgregory.net/rapid",
}

// No driver, exporter, web framework or client of a service, and none of our
// own modules that have such, gets into anybody's module graph.
func TestTheModuleGraphIsShort(t *testing.T) {
	cmd := exec.Command("go", "mod", "graph")
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	require.NoError(t, err)
	var graph []string
	for node := range strings.FieldsSeq(string(out)) {
		name, _, _ := strings.Cut(node, "@")
		if name == module || name == "go" || name == "toolchain" || slices.Contains(graph, name) {
			continue
		}
		require.False(t, strings.HasPrefix(name, module+"/"), "%s is a module of its own so that no importer sees it", name)
		graph = append(graph, name)
	}
	require.ElementsMatch(t, slices.Concat(imported, resolved), graph,
		"what an importer resolves: a new module needs a row, and a reason in docs/dependencies.md")
}

func TestTheLibraryImportsFewModules(t *testing.T) {
	var found []string
	for _, p := range list(t, "-deps", "./...") {
		if p.Module.Path == module || p.Module.Path == "" || slices.Contains(found, p.Module.Path) {
			continue // ours, or the standard library
		}
		found = append(found, p.Module.Path)
	}
	require.ElementsMatch(t, imported, found)
}

// apart are the folders that import what no importer may get.
var apart = []string{"examples", "store/redis", "store/sql/drivertest", "auth/token/josetest", "httpadapter/openapitest", "otelauth", "bench"}

// A folder without a go.mod would be a part of the published module.
func TestHeavyFoldersAreModulesOfTheirOwn(t *testing.T) {
	seen := 0
	for _, folder := range apart {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			continue // not made yet
		}
		text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "module "+module+"/"+folder+"\n"), "%s/go.mod names itself", folder)
		seen++
	}
	require.GreaterOrEqual(t, seen, 5)
}
