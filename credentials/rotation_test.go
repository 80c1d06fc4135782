package credentials_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// keyOf is the access key of the nth rotation. The number is in its ID and in
// what the mask shows of its secret.
func keyOf(n int) map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID":     fmt.Sprintf("AKIA%016d", n),
		"AWS_SECRET_ACCESS_KEY": fmt.Sprintf("%04d%s%04d", n, strings.Repeat("x", 32), n),
	}
}

// volume does as kubelet's AtomicWriter does with a secret volume.
type volume struct {
	path string
	last string // generation
}

func (v *volume) rotate(t testing.TB, n int, files map[string]string) {
	t.Helper()
	next := fmt.Sprintf("..2026_11_25_01_02_03.%09d", n)
	writeFiles(t, filepath.Join(v.path, next), files)
	temporary := filepath.Join(v.path, "..data_tmp")
	assert.NoError(t, os.Symlink(next, temporary))
	assert.NoError(t, os.Rename(temporary, filepath.Join(v.path, "..data")))
	for name := range files {
		if _, err := os.Lstat(filepath.Join(v.path, name)); err != nil {
			assert.NoError(t, os.Symlink(filepath.Join("..data", name), filepath.Join(v.path, name)))
		}
	}
	if v.last != "" {
		assert.NoError(t, os.RemoveAll(filepath.Join(v.path, v.last)))
	}
	v.last = next
}

func writeFiles(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	assert.NoError(t, os.Mkdir(folder, 0o700))
	for name, content := range files {
		assert.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content+"\n"), 0o600))
	}
}

// replace writes a file beside path and renames it over path.
func replace(t testing.TB, path, content string) {
	t.Helper()
	assert.NoError(t, os.WriteFile(path+".new", []byte(content), 0o600))
	assert.NoError(t, os.Rename(path+".new", path))
}

// rotating is a source whose key a test rotates, in the way that the source
// asks for.
type rotating struct {
	auth.SecretProvider
	rotate func(n int)
}

func rotatingSources(t testing.TB) map[string]rotating {
	lookup, setVariables := variables()
	mounted := func(read func(folder string) auth.SecretProvider) rotating {
		v := &volume{path: t.TempDir()}
		return rotating{read(v.path), func(n int) { v.rotate(t, n, keyOf(n)) }}
	}
	renamed := filepath.Join(t.TempDir(), "current")
	shared := filepath.Join(t.TempDir(), "credentials")
	var current atomic.Int64
	call := credentials.Func(func(context.Context, string) (auth.Secrets, error) {
		return credentials.Static(map[string]map[string]string{"aws": keyOf(int(current.Load()))}).Secrets(context.Background(), "aws")
	})
	id, secret := filepath.Join("..data", "AWS_ACCESS_KEY_ID"), filepath.Join("..data", "AWS_SECRET_ACCESS_KEY")
	return map[string]rotating{
		"variables": {credentials.Env(lookup), setVariables},
		"variables that name files": mounted(func(folder string) auth.SecretProvider {
			return credentials.Env(environ{"AWS_ACCESS_KEY_ID_FILE": filepath.Join(folder, id), "AWS_SECRET_ACCESS_KEY_FILE": filepath.Join(folder, secret)}.lookup)
		}),
		"files": mounted(func(folder string) auth.SecretProvider {
			return credentials.Files(map[string]string{"AWS_ACCESS_KEY_ID": filepath.Join(folder, id), "AWS_SECRET_ACCESS_KEY": filepath.Join(folder, secret)})
		}),
		"a Kubernetes volume": mounted(func(folder string) auth.SecretProvider { return credentials.Dir(folder, nil) }),
		"a chain": mounted(func(folder string) auth.SecretProvider {
			return credentials.Chain(credentials.Env(environ{"AWS_REGION": "eu-west-1"}.lookup), credentials.Dir(folder, nil))
		}),
		"a folder that is renamed": {credentials.Dir(renamed, nil), func(n int) {
			writeFiles(t, fmt.Sprintf("%s-%d", renamed, n), keyOf(n))
			assert.NoError(t, os.Symlink(fmt.Sprintf("current-%d", n), renamed+".new"))
			assert.NoError(t, os.Rename(renamed+".new", renamed))
		}},
		"an AWS profile": {credentials.AWSShared(environ{"AWS_SHARED_CREDENTIALS_FILE": shared}.lookup), func(n int) {
			replace(t, shared, fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
				keyOf(n)["AWS_ACCESS_KEY_ID"], keyOf(n)["AWS_SECRET_ACCESS_KEY"]))
		}},
		"a function": {call, func(n int) { current.Store(int64(n)) }},
	}
}

// variables is an environment that changes in one step.
func variables() (lookup func(string) (string, bool), rotate func(n int)) {
	var now atomic.Pointer[map[string]string]
	lookup = func(name string) (string, bool) {
		value, ok := (*now.Load())[name]
		return value, ok
	}
	return lookup, func(n int) { key := keyOf(n); now.Store(&key) }
}

// endpoint is GET /api/auth/aws-credentials in front of a source.
type endpoint struct {
	http.Handler
	token string
}

func newEndpoint(t testing.TB, src auth.SecretProvider) *endpoint {
	t.Helper()
	fake := &authtest.Fake{}
	h, err := httpadapter.New(fake, &httpadapter.Options{
		Credentials: []credentials.Provider{newAWS(t, src, credentials.AWSOptions{})},
		Auditor:     &authtest.Recorder{}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return &endpoint{h, fake.SignIn(auth.User{Role: auth.RoleAdmin})}
}

// shows returns the answer's status, and the rotation that the ID is of. It
// fails the test when the secret is of another.
func (e *endpoint) shows(t testing.TB) (status, rotation int) {
	t.Helper()
	r := httptest.NewRequest("GET", "/api/auth/aws-credentials", nil)
	r.Header.Set("Authorization", "Bearer "+e.token)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	var answer struct{ Credentials credentials.Masked }
	if !assert.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer)) || w.Code != 200 {
		return w.Code, 0
	}
	_, err := fmt.Sscanf(answer.Credentials.AccessKeyID, "AKIA%d", &rotation)
	assert.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("%04d%s%04d", rotation, strings.Repeat("*", 28), rotation), answer.Credentials.SecretAccessKey,
		"the ID is shown with the secret of its own rotation")
	return w.Code, rotation
}

func (e *endpoint) mustShow(t testing.TB, rotation int) {
	t.Helper()
	status, got := e.shows(t)
	require.Equal(t, []int{200, rotation}, []int{status, got}, "status and rotation")
}

func TestARotationShowsAtTheNextRequest(t *testing.T) {
	for name, src := range rotatingSources(t) {
		t.Run(name, func(t *testing.T) {
			e := (*endpoint)(nil)
			for n := 1; n <= 5; n++ {
				src.rotate(n)
				if e == nil {
					e = newEndpoint(t, src)
				}
				e.mustShow(t, n)
			}
		})
	}
}

func TestARotationShowsThroughACacheWithinFresh(t *testing.T) {
	for name, src := range rotatingSources(t) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src.rotate(1)
				c := newCache(t, src, nil)
				e := newEndpoint(t, c)
				e.mustShow(t, 1)
				src.rotate(2)
				time.Sleep(40 * time.Second)
				e.mustShow(t, 1) // it is fresh
				time.Sleep(20 * time.Second)
				e.mustShow(t, 2)
				src.rotate(3)
				c.Invalidate("aws")
				e.mustShow(t, 3)
			})
		})
	}
}

// Readers never stop while the key is rotated. Each answer is of one rotation,
// and of none that was over before it was asked for.
func TestRotationsUnderLoadAreNeverJoined(t *testing.T) {
	for name, src := range rotatingSources(t) {
		t.Run(name, func(t *testing.T) {
			src.rotate(1)
			e := newEndpoint(t, src)
			read := func() int {
				s, err := src.Secrets(t.Context(), "aws")
				if !assert.NoError(t, err) {
					return 0
				}
				var n int
				_, err = fmt.Sscanf(s.Values["AWS_ACCESS_KEY_ID"].Reveal(), "AKIA%d", &n)
				assert.NoError(t, err)
				assert.Equal(t, keyOf(n), reveal(s), "ID and secret are of one rotation")
				return n
			}
			look := func() int {
				status, n := e.shows(t)
				assert.Equal(t, 200, status)
				return n
			}
			var done atomic.Bool
			var rotated atomic.Int64
			rotated.Store(1)
			readers := []func() int{look, read, read, read}
			looks := make([]atomic.Int64, len(readers))
			var all sync.WaitGroup
			for i, reader := range readers {
				all.Go(func() {
					for !done.Load() && !t.Failed() {
						least := int(rotated.Load())
						assert.GreaterOrEqual(t, reader(), least, "the rotation before the request shows")
						looks[i].Add(1)
					}
				})
			}
			const last = 12
			for n := 2; n <= last && !t.Failed(); n++ {
				src.rotate(n)
				rotated.Store(int64(n))
				for i := range looks {
					for before, until := looks[i].Load(), time.Now().Add(time.Minute); looks[i].Load() == before && !t.Failed(); time.Sleep(100 * time.Microsecond) {
						assert.True(t, time.Now().Before(until), "a reader stands still")
					}
				}
			}
			done.Store(true)
			all.Wait()
			e.mustShow(t, last)
		})
	}
}

// Between a look at one file and at the next, kubelet swaps and removes the
// folder that is read. The read begins again.
func TestDirReadsAgainWhenKubernetesSwaps(t *testing.T) {
	v := &volume{path: t.TempDir()}
	v.rotate(t, 1, keyOf(1))
	src := credentials.Dir(v.path, nil)
	got, err := src.Secrets(t.Context(), "aws")
	require.NoError(t, err)
	require.Equal(t, keyOf(1), reveal(got))
	require.Equal(t, "2026_11_25_01_02_03.000000001", got.Version, "the version is the generation's name")

	partial := maps.Clone(keyOf(2))
	delete(partial, "AWS_SECRET_ACCESS_KEY")
	v.rotate(t, 2, partial)
	got, err = src.Secrets(t.Context(), "aws")
	require.NoError(t, err)
	require.Equal(t, partial, reveal(got), "a field that a rotation took away is not filled from the one before")

	require.NoError(t, os.RemoveAll(filepath.Join(v.path, v.last)))
	_, err = src.Secrets(t.Context(), "aws")
	require.ErrorContains(t, err, "no such file")
	require.NotErrorIs(t, err, auth.ErrSecretNotFound, "a volume that is broken is a fault")
}
