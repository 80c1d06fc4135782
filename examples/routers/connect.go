package routers

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"github.com/sallyport-go/sallyport/auth"
)

// Connect guards every method of the handlers made with this option, those
// that stream too.
func Connect(c *Calls) connect.HandlerOption {
	return connect.WithInterceptors(&connectGuard{c})
}

// connectGuard is not a connect.UnaryInterceptorFunc, which lets streams pass.
type connectGuard struct{ calls *Calls }

func (g *connectGuard) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		ctx, err := g.calls.admit(ctx, req.Spec().Procedure, req.Header().Values("Authorization"))
		if err != nil {
			return nil, connectError(err)
		}
		return next(ctx, req)
	}
}

func (g *connectGuard) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, err := g.calls.admit(ctx, conn.Spec().Procedure, conn.RequestHeader().Values("Authorization"))
		if err != nil {
			return connectError(err)
		}
		return next(ctx, conn)
	}
}

func (*connectGuard) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func connectError(err error) error {
	code, text := connect.CodeInternal, "Internal error" // the cause is nothing for a client
	switch {
	case errors.Is(err, errNoToken):
		code, text = connect.CodeUnauthenticated, "No token provided"
	case errors.Is(err, auth.ErrInvalidToken):
		code, text = connect.CodeUnauthenticated, "Invalid or expired token"
	case errors.Is(err, errDenied):
		code, text = connect.CodePermissionDenied, "Access denied"
	case errors.Is(err, auth.ErrUnavailable):
		code, text = connect.CodeUnavailable, "Service temporarily unavailable"
	}
	return connect.NewError(code, errors.New(text))
}
