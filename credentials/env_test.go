package credentials_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// environ is an environment of a test's own.
type environ map[string]string

func (e environ) lookup(name string) (string, bool) {
	value, ok := e[name]
	return value, ok
}

func (e environ) read(t *testing.T, set string) (auth.Secrets, error) {
	t.Helper()
	return credentials.Env(e.lookup).Secrets(context.Background(), set)
}

// file writes a secret's file and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func reveal(s auth.Secrets) map[string]string {
	values := map[string]string{}
	for name, secret := range s.Values {
		values[name] = secret.Reveal()
	}
	return values
}

func TestEnvReadsTheFieldsOfASet(t *testing.T) {
	e := environ{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "other",
		"AWS_REGION_FILE": file(t, "eu-west-1\n"), "NVIDIA_API_KEY": "key", "MY_LLM_API_KEY": "mine"}
	for set, want := range map[string]map[string]string{
		"aws":    {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"},
		"nvidia": {"NVIDIA_API_KEY": "key"},
		"my-llm": {"MY_LLM_API_KEY": "mine"},
	} {
		got, err := e.read(t, set)
		require.NoError(t, err)
		assert.Equal(t, want, reveal(got), "set %s", set)
	}
}

func TestEnvFilesLoseOneNewline(t *testing.T) {
	for content, want := range map[string]string{
		"k": "k", "k\n": "k", "k\r\n": "k", "k\n\n": "k\n", " k ": " k ", "a\nb\n": "a\nb",
		strings.Repeat("x", 64<<10): strings.Repeat("x", 64<<10),
	} {
		got, err := environ{"NVIDIA_API_KEY_FILE": file(t, content)}.read(t, "nvidia")
		require.NoError(t, err)
		assert.Equal(t, want, got.Values["NVIDIA_API_KEY"].Reveal())
	}
}

func TestEnvEmptyIsNotConfigured(t *testing.T) {
	for _, e := range []environ{{}, {"NVIDIA_API_KEY": ""}, {"NVIDIA_API_KEY_FILE": ""},
		{"NVIDIA_API_KEY_FILE": file(t, "")}, {"NVIDIA_API_KEY_FILE": file(t, "\n")}} {
		_, err := e.read(t, "nvidia")
		assert.ErrorIs(t, err, auth.ErrSecretNotFound, "%v", e)
	}
}

func TestEnvFaultsNameTheVariableAndShowNothing(t *testing.T) {
	const name = "NVIDIA_API_KEY"
	folder := t.TempDir()
	for says, e := range map[string]environ{
		name + " and " + name + "_FILE are both set": {name: docNVIDIA, name + "_FILE": file(t, "x")},
		"no such file":        {name + "_FILE": filepath.Join(folder, "gone")},
		"not a regular file":  {name + "_FILE": folder},
		"more than 65536":     {name + "_FILE": file(t, strings.Repeat(docNVIDIA, 1000))},
		"file name too long":  {name + "_FILE": strings.Repeat(docNVIDIA, 100)},
		"invalid argument":    {name + "_FILE": docNVIDIA + "\x00"},
		"no such file or dir": {name + "_FILE": docNVIDIA}, // LESSONS 23: the secret itself where its path belongs
	} {
		_, err := e.read(t, "nvidia")
		require.Error(t, err, says)
		assert.NotErrorIs(t, err, auth.ErrSecretNotFound, "a file that cannot be read is a fault")
		assert.ErrorContains(t, err, name, "the error names the variable")
		assert.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), docNVIDIA[:8], "the error shows no secret")
		assert.NotContains(t, err.Error(), folder, "the error shows no path")
	}
	_, err := environ{}.read(t, "../aws")
	assert.ErrorContains(t, err, "set name")
	_, err = credentials.Env(nil).Secrets(context.Background(), "aws")
	assert.ErrorContains(t, err, "os.LookupEnv")
}

func TestEnvHonoursTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := credentials.Env(environ{"NVIDIA_API_KEY": "k"}.lookup).Secrets(ctx, "nvidia")
	assert.ErrorIs(t, err, context.Canceled)
}

func TestEnvShowsARotationWithoutARestart(t *testing.T) {
	path := file(t, docNVIDIA)
	p, err := credentials.NVIDIA(credentials.Env(environ{"NVIDIA_API_KEY_FILE": path}.lookup), nil)
	require.NoError(t, err)
	assert.Equal(t, "xxxx", masked(t, p, "").APIKey[40:])
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(docNVIDIA, "xxxx", "yyyy", 1)), 0o600))
	assert.Equal(t, "yyyy", masked(t, p, "").APIKey[40:])
}

// Kubernetes swaps a folder of secrets by renaming one symbolic link. No
// reading may join one rotation's ID with another's secret.
func TestEnvNeverJoinsTwoRotations(t *testing.T) {
	folder := t.TempDir()
	for _, r := range []string{"a", "b"} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, r), 0o700))
		for _, name := range []string{"id", "secret"} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, r, name), []byte(r), 0o600))
		}
	}
	swap := func(to string) {
		next := filepath.Join(folder, "next")
		assert.NoError(t, os.Symlink(to, next))
		assert.NoError(t, os.Rename(next, filepath.Join(folder, "..data")))
	}
	swap("a")
	paths := environ{"AWS_ACCESS_KEY_ID_FILE": filepath.Join(folder, "..data", "id"), "AWS_SECRET_ACCESS_KEY_FILE": filepath.Join(folder, "..data", "secret")}
	var swapped sync.Once
	// The swap comes between the two files of the first reading.
	src := credentials.Env(func(name string) (string, bool) {
		if name == "AWS_SECRET_ACCESS_KEY" {
			swapped.Do(func() { swap("b") })
		}
		return paths.lookup(name)
	})
	got, err := src.Secrets(context.Background(), "aws")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"AWS_ACCESS_KEY_ID": "b", "AWS_SECRET_ACCESS_KEY": "b"}, reveal(got), "both are of the second rotation")

	// A host that rotates without end is told so.
	n := 0
	src = credentials.Env(func(name string) (string, bool) {
		if name == "AWS_SECRET_ACCESS_KEY" {
			n++
			swap([]string{"a", "b"}[n%2])
		}
		return paths.lookup(name)
	})
	_, err = src.Secrets(context.Background(), "aws")
	assert.ErrorContains(t, err, "replace them in one step")
}

func TestStaticKeepsACopyAndPrintsNothing(t *testing.T) {
	given := map[string]map[string]string{"nvidia": {"NVIDIA_API_KEY": docNVIDIA, "EMPTY": ""}, "none": {"X": ""}}
	src := credentials.Static(given)
	given["nvidia"]["NVIDIA_API_KEY"] = "changed"
	got, err := src.Secrets(context.Background(), "nvidia")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"NVIDIA_API_KEY": docNVIDIA}, reveal(got))

	clear(got.Values)
	again, err := src.Secrets(context.Background(), "nvidia")
	require.NoError(t, err)
	assert.Len(t, again.Values, 1, "a caller may change what it was given")

	for _, set := range []string{"none", "unknown"} {
		_, err := src.Secrets(context.Background(), set)
		assert.ErrorIs(t, err, auth.ErrSecretNotFound)
	}
	assertPrintsNothing(t, src)
}
