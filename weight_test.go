package sallyport_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What an importer pays, in linked modules and in bytes over a net/http server
// that does nothing, as go build leaves both.
func TestWhatAnImporterPays(t *testing.T) {
	hello, _ := build(t, "hello")
	embed, modules := build(t, "embed")
	t.Logf("%d modules linked, %.2f MB over net/http: %s", len(modules), float64(embed-hello)/1e6, strings.Join(modules, " "))
	require.LessOrEqual(t, len(modules), 12, "linked modules, this one included")
	require.LessOrEqual(t, embed-hello, int64(2e6), "bytes over a net/http server")
}

// build returns the size of a program and the modules in it.
func build(t *testing.T, name string) (int64, []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-o", file, "./testdata/weigh/"+name)
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	info, err := buildinfo.ReadFile(file)
	require.NoError(t, err)
	modules := []string{info.Main.Path}
	for _, dep := range info.Deps {
		modules = append(modules, dep.Path)
	}
	stat, err := os.Stat(file)
	require.NoError(t, err)
	return stat.Size(), modules
}

// The embedding in the README is the one in the Example, and is short.
func TestTheEmbeddingIsShort(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(source), "// embedding begins\n")
	embedding, _, found := strings.Cut(rest, "\t// embedding ends")
	require.True(t, found)
	lines := strings.Count(embedding, "\n")
	require.LessOrEqual(t, lines, 12)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), strings.ReplaceAll("\n"+embedding, "\n\t", "\n"), "the README shows what runs")
}
