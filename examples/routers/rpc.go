package routers

import (
	"context"
	"errors"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// Calls says who may call the methods of an RPC server, which are named as in
// "/acme.v1.Reports/Delete".
type Calls struct {
	Auth auth.Authenticator // such as an auth.Service

	// Open are the methods that anybody may call, health checks say. Nil: none.
	Open map[string]bool

	// Allow is asked about all others, with whoever has a live session. Nil
	// lets nobody in.
	Allow func(method string, id *auth.Identity) bool
}

var (
	errNoToken = errors.New("no token provided")
	errDenied  = errors.New("access denied")
)

// admit returns the context for a call, which has the identity in it, or why
// the call is refused.
func (c *Calls) admit(ctx context.Context, method string, authorization []string) (context.Context, error) {
	if c.Open[method] {
		return ctx, nil
	}
	if len(authorization) == 0 {
		return nil, errNoToken
	}
	scheme, token, _ := strings.Cut(authorization[0], " ")
	if len(authorization) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return nil, auth.ErrInvalidToken
	}
	id, err := c.Auth.Validate(ctx, token, 0)
	if err != nil {
		return nil, err
	}
	if c.Allow == nil || !c.Allow(method, id) {
		return nil, errDenied
	}
	return auth.WithIdentity(ctx, id), nil
}
