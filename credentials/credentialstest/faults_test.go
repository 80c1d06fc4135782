package credentialstest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/credentials/credentialstest"
)

// faulty is a sound provider with one fault.
type faulty struct {
	credentials.Provider
	key   string // what a careless provider keeps in a field of its own
	src   auth.SecretProvider
	spoil func(f *faulty, ctx context.Context, m *credentials.Masked, err error) (*credentials.Masked, error)
	name  func() string
	title string

	mu   sync.Mutex
	kept *credentials.Masked
}

func (f *faulty) Name() string {
	if f.name != nil {
		return f.name()
	}
	return f.Provider.Name()
}

func (f *faulty) Title() string {
	if f.title != "" {
		return f.title
	}
	return f.Provider.Title()
}

func (f *faulty) Masked(ctx context.Context, u *auth.User) (*credentials.Masked, error) {
	m, err := f.Provider.Masked(ctx, u)
	if f.spoil == nil {
		return m, err
	}
	if u != nil {
		ctx = context.WithValue(ctx, userRegion{}, u.AWSRegion)
	}
	return f.spoil(f, ctx, m, err)
}

type userRegion struct{}

// secret is the one that the source has, or "".
func (f *faulty) secret() string {
	set, err := f.src.Secrets(context.Background(), "aws")
	if err != nil {
		return ""
	}
	return set.Values["AWS_SECRET_ACCESS_KEY"].Reveal()
}

// shows is a fault that alters a good answer.
func shows(alter func(f *faulty, m *credentials.Masked, secret string)) *faulty {
	return &faulty{spoil: func(f *faulty, _ context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
		if err == nil {
			alter(f, m, f.secret())
		}
		return m, err
	}}
}

// fails is a fault that alters an error.
func fails(alter func(f *faulty, err error) error) *faulty {
	return &faulty{spoil: func(f *faulty, _ context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
		if err != nil {
			err = alter(f, err)
		}
		return m, err
	}}
}

func ends(s string, n int) string {
	if len(s) < 2*n {
		return s
	}
	return s[:n] + "****" + s[len(s)-n:]
}

// faults are mistakes that providers make, and the case that must see each.
var faults = map[string]struct {
	seen string
	open func() *faulty
}{
	"name with a slash":  {"shape/name", func() *faulty { return &faulty{name: func() string { return "a/b" }} }},
	"name that changes":  {"shape/name", func() *faulty { n := 0; return &faulty{name: func() string { n++; return fmt.Sprint("a", n) }} }},
	"title of two lines": {"shape/title", func() *faulty { return &faulty{title: "AWS\nX"} }},
	"nothing shown": {"shape/key_in_use", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.SecretAccessKey = "" })
	}},
	"region of no form": {"shape/region", func() *faulty { return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.Region = "here" }) }},
	"endpoint in the clear": {"shape/urls", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.Endpoint = "http://llm.example.com" })
	}},
	"endpoint with a query": {"shape/urls", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.Endpoint += "?key=x" })
	}},
	"one answer for all": {"shape/fresh", func() *faulty {
		return &faulty{spoil: func(f *faulty, _ context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.kept == nil {
				f.kept = m
			}
			return f.kept, err
		}}
	}},
	"answer and error": {"faults/source_fails", func() *faulty {
		return &faulty{spoil: func(_ *faulty, _ context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
			return &credentials.Masked{}, err
		}}
	}},
	"neither answer nor error": {"shape/no_user", func() *faulty {
		return &faulty{spoil: func(*faulty, context.Context, *credentials.Masked, error) (*credentials.Masked, error) {
			return nil, nil
		}}
	}},

	"eight characters at each end": {"mask/middle", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, s string) { m.SecretAccessKey = ends(s, 10) })
	}},
	"secret in an example":  {"mask/middle", func() *faulty { return shows(func(_ *faulty, m *credentials.Masked, s string) { m.CurlExample += s }) }},
	"secret in the version": {"mask/middle", func() *faulty { return shows(func(_ *faulty, m *credentials.Masked, s string) { m.Version = s }) }},
	"a star for each character": {"mask/length", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, s string) { m.SecretAccessKey = strings.Repeat("*", len(s)) })
	}},
	"ends of a short secret": {"mask/short", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, s string) { m.SecretAccessKey = ends(s, 4) })
	}},
	"ends cut in the middle of a letter": {"mask/not_ascii", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, s string) {
			if len(s) >= 24 {
				m.SecretAccessKey = ends(s, 3)
			}
		})
	}},
	"ends with an escape": {"mask/not_ascii", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, s string) {
			if strings.IndexFunc(s, unicode.IsControl) >= 0 {
				m.SecretAccessKey = ends(s, 4)
			}
		})
	}},
	"secret of the first answer": {"mask/rotation", func() *faulty {
		return shows(func(f *faulty, m *credentials.Masked, _ string) {
			if f.kept == nil {
				f.kept = m
			}
			m.SecretAccessKey = f.kept.SecretAccessKey
		})
	}},

	"key in a plain field": {"leak/printed", func() *faulty { return shows(func(f *faulty, _ *credentials.Masked, s string) { f.key = s }) }},
	"key in the log": {"leak/logged", func() *faulty {
		return shows(func(_ *faulty, _ *credentials.Masked, s string) { slog.Debug("got", "key", s) })
	}},
	"region taken as it is": {"leak/region", func() *faulty { return regionAsItIs() }},
	"answer of two rotations": {"leak/concurrent", func() *faulty {
		return shows(func(f *faulty, m *credentials.Masked, s string) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.kept != nil {
				m.AccessKeyID = f.kept.SecretAccessKey[:4]
			}
			f.kept = m
		})
	}},

	"absence taken for a fault": {"faults/not_configured", func() *faulty {
		return fails(func(*faulty, error) error { return errors.New("no such set") })
	}},
	"empty set taken for a fault": {"faults/empty", func() *faulty {
		return fails(func(_ *faulty, err error) error { return errors.New(err.Error()) })
	}},
	"fault taken for absence": {"faults/source_fails", func() *faulty {
		return fails(func(*faulty, error) error { return auth.ErrSecretNotFound })
	}},
	"cause left out": {"faults/source_fails", func() *faulty {
		return fails(func(_ *faulty, err error) error {
			if errors.Is(err, auth.ErrSecretNotFound) {
				return err
			}
			return errors.New("failed")
		})
	}},
	"secret in an error": {"faults/part_missing", func() *faulty {
		return fails(func(f *faulty, err error) error { return fmt.Errorf("%w: key is %s", err, f.secret()) })
	}},
	"fault for ever": {"faults/recovery", func() *faulty {
		var failed error
		return &faulty{spoil: func(_ *faulty, _ context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
			if err != nil {
				failed = err
			}
			if failed != nil {
				return nil, failed
			}
			return m, nil
		}}
	}},
	detachedFault: {"faults/context", func() *faulty { return &faulty{} }},

	"example calls elsewhere": {"examples/host", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.NodeExample = "fetch()" })
	}},
	"quote left open for sh": {"examples/curl", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.CurlExample += "'" })
	}},
	"quote left open for Node": {"examples/node", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.NodeExample += "'" })
	}},
	"indented wrongly for Python": {"examples/python", func() *faulty {
		return shows(func(_ *faulty, m *credentials.Masked, _ string) { m.PythonExample += "  x" })
	}},
}

// regionAsItIs puts a user's region into the endpoint unseen.
func regionAsItIs() *faulty {
	return &faulty{spoil: func(_ *faulty, ctx context.Context, m *credentials.Masked, err error) (*credentials.Masked, error) {
		if region, ok := ctx.Value(userRegion{}).(string); ok && err == nil && region != "" {
			m.Endpoint = "https://bedrock-runtime." + region + ".amazonaws.com"
		}
		return m, err
	}}
}

// plant names the fault for the child process that runs the suite on it.
const plant = "CREDENTIALSTEST_PLANT"

// parsers are the programs without which a case sees nothing.
var parsers = map[string]string{"examples/curl": "sh", "examples/node": "node", "examples/python": "python3"}

// Each fault has the suite fail, in the case that is about it and in words.
func TestSuiteSeesFaults(t *testing.T) {
	if os.Getenv(plant) != "" {
		t.Skip("a child runs TestFaulty alone")
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			if program := parsers[f.seen]; program != "" && !requireTools {
				if _, err := exec.LookPath(program); err != nil {
					t.Skipf("%s is missing", program)
				}
			}
			part, of, _ := strings.Cut(f.seen, "/")
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^TestFaulty$/^"+part+"$/^"+of+"$")
			child.Env = append(os.Environ(), plant+"="+name)
			out, err := child.CombinedOutput()
			if err == nil {
				t.Fatalf("credentialstest found no fault in a provider with one: %s\n%s", name, out)
			}
			for _, want := range []string{"--- FAIL: TestFaulty/" + f.seen + " ", "broken promise: ", "got: "} {
				if !strings.Contains(string(out), want) {
					t.Fatalf("want %q in what the suite says of %s:\n%s", want, name, out)
				}
			}
		})
	}
}

// TestFaulty is the suite on one planted fault, in a child process: a test
// cannot expect its own subtests to fail. Without a fault it passes.
func TestFaulty(t *testing.T) {
	name := os.Getenv(plant)
	credentialstest.Run(t, credentialstest.Subject{
		Open: func(src auth.SecretProvider) (credentials.Provider, error) {
			f := &faulty{}
			if name != "" {
				f = faults[name].open()
			}
			inner := src
			if name == detachedFault {
				inner = detached{src}
			}
			p, err := credentials.AWS(inner, nil)
			f.Provider, f.src = p, src
			return f, err
		},
		Secrets: []string{"AWS_SECRET_ACCESS_KEY"},
		Public:  map[string]string{"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"},
	})
}

// detachedFault is one of the source that the provider is given.
const detachedFault = "context of its own"

// detached forgets the caller's context.
type detached struct{ auth.SecretProvider }

func (d detached) Secrets(_ context.Context, set string) (auth.Secrets, error) {
	return d.SecretProvider.Secrets(context.Background(), set)
}
