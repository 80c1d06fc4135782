package auth

import "context"

type identityKey struct{}

// WithIdentity returns a context that carries id, as the middleware does for
// the handlers it guards.
func WithIdentity(ctx context.Context, id *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// IdentityFrom returns who the request was made by, or false where no
// middleware has let it in.
func IdentityFrom(ctx context.Context) (*Identity, bool) {
	id, ok := ctx.Value(identityKey{}).(*Identity)
	return id, ok && id != nil
}
