package credentials

import (
	"context"
	"maps"

	"github.com/sallyport-go/sallyport/auth"
)

// Static returns a source of fixed values, by set and field:
//
//	credentials.Static(map[string]map[string]string{
//		"nvidia": {"NVIDIA_API_KEY": key},
//	})
//
// It copies what it is given. The set's Source is "static". A set whose fields are all empty is not
// configured.
func Static(sets map[string]map[string]string) auth.SecretProvider {
	s := make(static, len(sets))
	for name, fields := range sets {
		s[name] = seal(fields)
	}
	return s
}

type static map[string]map[string]auth.Secret

func (s static) Secrets(_ context.Context, set string) (auth.Secrets, error) {
	if len(s[set]) == 0 {
		return auth.Secrets{}, auth.ErrSecretNotFound
	}
	return auth.Secrets{Values: maps.Clone(s[set]), Source: "static"}, nil
}

// seal wraps the fields that have a value.
func seal(fields map[string]string) map[string]auth.Secret {
	sealed := make(map[string]auth.Secret, len(fields))
	for name, value := range fields {
		if value != "" {
			sealed[name] = auth.NewSecret(value)
		}
	}
	return sealed
}
