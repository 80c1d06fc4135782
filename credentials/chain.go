package credentials

import (
	"context"
	"errors"

	"github.com/sallyport-go/sallyport/auth"
)

// Func is a source that is a function: the credentials of the AWS SDK, of Vault
// or OpenBao, or of a host's own database. Its errors reach the host's log and
// health page, so they must not hold a secret. Use it behind a [Cache].
type Func func(ctx context.Context, set string) (auth.Secrets, error)

// Secrets calls f.
func (f Func) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	if f == nil {
		return auth.Secrets{}, errors.New("credentials: Func is nil: give it a function")
	}
	return f(ctx, set)
}

// Chain returns a source that has each set from the first of sources in which
// it is configured, and whole: no field is filled from a later one. AWS_REGION
// alone does not make a set configured.
//
// The set keeps the Source of the one that had it.
//
// A fault in a source is the answer, and later ones are not asked: a program
// must not change to another identity because a disk or a network failed.
func Chain(sources ...auth.SecretProvider) auth.SecretProvider {
	return chain(append([]auth.SecretProvider(nil), sources...))
}

type chain []auth.SecretProvider

func (c chain) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	for _, src := range c {
		if src == nil {
			return auth.Secrets{}, errNoSource
		}
		s, err := src.Secrets(ctx, set)
		switch {
		case errors.Is(err, auth.ErrSecretNotFound):
		case err != nil:
			return auth.Secrets{}, err
		case configured(s):
			return s, nil
		}
	}
	return auth.Secrets{}, auth.ErrSecretNotFound
}

// configured reports whether s has more than a region.
func configured(s auth.Secrets) bool {
	for field, value := range s.Values {
		if field != awsRegion && !value.Empty() {
			return true
		}
	}
	return false
}
