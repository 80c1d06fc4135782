package credentialstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
)

var faultCases = []testCase{
	{"faults/not_configured", "what the source does not have is auth.ErrSecretNotFound", notConfigured},
	{"faults/empty", "a set with no secret in it is auth.ErrSecretNotFound", emptySet},
	{"faults/source_fails", "a source that fails is a fault that says why, and not auth.ErrSecretNotFound", sourceFails},
	{"faults/part_missing", "where a part is missing, an error shows no value of the others", partMissing},
	{"faults/recovery", "after a fault the next answer is whole", recovery},
	{"faults/context", "the source is asked with the caller's context", contextIsPassedOn},
}

func notConfigured(c *check) {
	c.src.set(nil, fmt.Errorf("vault: %w", auth.ErrSecretNotFound))
	if _, err := c.ask(""); !errors.Is(err, auth.ErrSecretNotFound) {
		c.broken("error %v", err)
	}
}

func emptySet(c *check) {
	c.src.set(nil, nil)
	if _, err := c.ask(""); !errors.Is(err, auth.ErrSecretNotFound) {
		c.broken("error %v", err)
	}
}

func sourceFails(c *check) {
	sealed := errors.New("vault is sealed")
	c.src.set(nil, sealed)
	_, err := c.ask("")
	if errors.Is(err, auth.ErrSecretNotFound) || !errors.Is(err, sealed) {
		c.broken("error %v, want one that wraps %q", err, sealed)
	}
}

// eachPartMissing asks once without each field.
func (c *check) eachPartMissing(see func(field string, err error)) {
	for field := range c.fields("") {
		fields := c.fields(sample(1))
		delete(fields, field)
		c.src.set(fields, nil)
		_, err := c.ask("")
		see(field, err)
	}
	c.hold(sample(1))
}

func partMissing(c *check) {
	c.eachPartMissing(func(field string, err error) {
		if err == nil {
			return
		}
		c.hides("the error without "+field, printed(err), sample(1))
		if seen := window(err.Error(), sample(1), shown); seen != "" {
			c.broken("the error without %s shows %q", field, seen)
		}
	})
}

func recovery(c *check) {
	want := text(c.masked(""))
	c.src.set(nil, errors.New("vault is sealed"))
	c.ask("")
	c.hold(sample(1))
	if got := text(c.masked("")); got != want {
		c.broken("another answer than before the fault")
	}
}

type contextKey struct{}

func contextIsPassedOn(c *check) {
	ctx := context.WithValue(c.Context(), contextKey{}, "caller's")
	if _, err := c.p.Masked(ctx, nil); err != nil {
		c.broken("error %v", err)
	}
	if got := c.src.asked(); got == nil || got.Value(contextKey{}) == nil {
		c.broken("the source was asked with another context, or not at all")
	}
}
