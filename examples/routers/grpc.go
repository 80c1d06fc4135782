package routers

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/sallyport-go/sallyport/auth"
)

// GRPC guards every method of a server made with these options.
func GRPC(c *Calls) []grpc.ServerOption {
	unary := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		ctx, err := c.grpc(ctx, info.FullMethod)
		if err != nil {
			return nil, err
		}
		return next(ctx, req)
	}
	stream := func(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		ctx, err := c.grpc(s.Context(), info.FullMethod)
		if err != nil {
			return err
		}
		return next(srv, &identified{s, ctx})
	}
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}
}

// identified is a stream whose context has the identity in it.
type identified struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *identified) Context() context.Context { return s.ctx }

func (c *Calls) grpc(ctx context.Context, method string) (context.Context, error) {
	admitted, err := c.admit(ctx, method, metadata.ValueFromIncomingContext(ctx, "authorization"))
	switch {
	case err == nil:
		return admitted, nil
	case errors.Is(err, errNoToken):
		return nil, status.Error(codes.Unauthenticated, "No token provided")
	case errors.Is(err, auth.ErrInvalidToken):
		return nil, status.Error(codes.Unauthenticated, "Invalid or expired token")
	case errors.Is(err, errDenied):
		return nil, status.Error(codes.PermissionDenied, "Access denied")
	case errors.Is(err, auth.ErrUnavailable):
		return nil, status.Error(codes.Unavailable, "Service temporarily unavailable")
	}
	return nil, status.Error(codes.Internal, "Internal error") // the cause is nothing for a client
}
