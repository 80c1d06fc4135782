package credentialstest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// source is an auth.SecretProvider whose one set changes under its reader.
type source struct {
	mu     sync.Mutex
	values map[string]auth.Secret
	err    error
	ctx    context.Context // of the last call
}

func (s *source) set(fields map[string]string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values, s.err = map[string]auth.Secret{}, err
	for name, value := range fields {
		if value != "" {
			s.values[name] = auth.NewSecret(value)
		}
	}
}

func (s *source) Secrets(ctx context.Context, _ string) (auth.Secrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctx = ctx
	if s.err != nil {
		return auth.Secrets{}, s.err
	}
	return auth.Secrets{Values: s.values, Source: "test", Version: "1"}, nil
}

// asked returns the context of the last call, or nil.
func (s *source) asked() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx
}

// alphabet has characters that are rare in an example, so that six of them in
// a row are there because the secret is.
const alphabet = "0123456789QXZJKVWqxzjkvw+/"

// sample is a secret of 48 characters, another for each n.
func sample(n uint64) string { return secretOf(rand.New(rand.NewPCG(n, 48)), 48) }

func secretOf(random *rand.Rand, length int) string {
	b := make([]byte, length)
	for i := range b {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

// text is all that leaves the process with m.
func text(m *credentials.Masked) string {
	answer, err := json.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(answer) + "\n" + m.Source + "\n" + m.Version
}

// window returns n bytes of hidden that are in text, or "".
func window(text, hidden string, n int) string {
	seen := make(map[string]bool, len(text))
	for i := range max(0, len(text)-n+1) {
		seen[text[i:i+n]] = true
	}
	for i := range max(0, len(hidden)-n+1) {
		if seen[hidden[i:i+n]] {
			return hidden[i : i+n]
		}
	}
	return ""
}

// printed is v in every way that Go prints a value.
func printed(v any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	return b.String()
}
