package credentialstest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// Subject says how to open the provider that is checked.
type Subject struct {
	// Open returns the provider, which reads its set from src each time it is
	// asked. Required.
	Open func(src auth.SecretProvider) (credentials.Provider, error)

	// Secrets are the fields of the set that nobody may see whole. At least
	// one is required.
	Secrets []string

	// Public are the other fields that the provider needs, with a value that it
	// accepts, such as an access key ID. Nil: it needs no other.
	Public map[string]string

	// RequireTools makes a missing sh, node or python3 a failure. False: the
	// examples that it would parse are skipped, visibly.
	RequireTools bool
}

// Run checks the provider. Under -race it also sees data races.
func Run(t *testing.T, s Subject) {
	t.Helper()
	if s.Open == nil || len(s.Secrets) == 0 {
		t.Fatal("credentialstest: a Subject needs Open and Secrets")
	}
	for _, tc := range slices.Concat(shapeCases, maskCases, leakCases, faultCases, exampleCases) {
		t.Run(tc.name, func(t *testing.T) {
			c := &check{T: t, Subject: s, promise: tc.promise, src: &source{}}
			p, err := s.Open(c.src)
			if err != nil || p == nil {
				t.Fatalf("credentialstest: Subject.Open returned %v and error %v", p, err)
			}
			c.p = p
			c.hold(sample(1))
			tc.run(c)
		})
	}
}

// testCase is one promise and how to see that it is kept.
type testCase struct {
	name    string
	promise string // a sentence
	run     func(c *check)
}

// check is a case under way, on a provider and source of its own.
type check struct {
	*testing.T
	Subject
	promise string
	src     *source
	p       credentials.Provider
}

// broken ends the case: what was promised, and what was got instead.
func (c *check) broken(format string, got ...any) {
	c.Helper()
	c.Fatalf("broken promise: %s\n\tgot: %s", c.promise, fmt.Sprintf(format, got...))
}

// hold has the source hold the public fields and this value in every secret one.
func (c *check) hold(secret string) { c.src.set(c.fields(secret), nil) }

func (c *check) fields(secret string) map[string]string {
	fields := map[string]string{}
	for name, value := range c.Public {
		fields[name] = value
	}
	for _, name := range c.Secrets {
		fields[name] = secret
	}
	return fields
}

// masked asks the provider for a user of that region, and wants an answer.
func (c *check) masked(region string) *credentials.Masked {
	c.Helper()
	m, err := c.ask(region)
	if err != nil {
		c.broken("error %v where everything is configured", err)
	}
	return m
}

// ask asks the provider, and wants either an answer or an error.
func (c *check) ask(region string) (*credentials.Masked, error) {
	c.Helper()
	m, err := c.p.Masked(c.Context(), &auth.User{ID: "1", Username: "ada", Role: auth.RoleAdmin, AWSRegion: region})
	if (m == nil) != (err != nil) {
		c.broken("Masked returned %v together with error %v", m != nil, err)
	}
	return m, err
}
