package routers_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/examples/routers"
)

// rpc is one of the two kinds of server: it calls a method as a client does,
// and returns who the method was called by and gRPC's number of the error.
type rpc func(ctx context.Context, authorization ...string) (name string, code codes.Code, text string)

// Connect has gRPC's codes by the same numbers.
var kinds = map[string]func(*testing.T, *routers.Calls) map[string]rpc{"gRPC": newGRPC, "Connect": newConnect}

func TestCalls(t *testing.T) {
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			var svc authtest.Fake
			calls := &routers.Calls{
				Auth:  &svc,
				Open:  map[string]bool{},
				Allow: func(_ string, id *auth.Identity) bool { return id.User.Role == auth.RoleAdmin },
			}
			ada := "Bearer " + svc.SignIn(auth.User{Username: "ada", Role: auth.RoleAdmin})
			ben := "Bearer " + svc.SignIn(auth.User{Username: "ben"})
			for form, call := range open(t, calls) {
				refused := func(code codes.Code, text string, authorization ...string) {
					t.Helper()
					name, got, message := call(t.Context(), authorization...)
					require.Equal(t, code, got, form)
					require.Equal(t, text, message, form)
					require.Empty(t, name, form)
				}
				name, code, _ := call(t.Context(), ada)
				require.Equal(t, codes.OK, code, form)
				require.Equal(t, "ada", name, form)
				refused(codes.Unauthenticated, "No token provided")
				refused(codes.Unauthenticated, "Invalid or expired token", "Bearer guess")
				refused(codes.Unauthenticated, "Invalid or expired token", "Basic "+ada[len("Bearer "):])
				refused(codes.Unauthenticated, "Invalid or expired token", ben, ada)
				refused(codes.PermissionDenied, "Access denied", ben)

				svc.Fail(fmt.Errorf("%w: %s", auth.ErrUnavailable, private))
				refused(codes.Unavailable, "Service temporarily unavailable", ada)
				svc.Fail(errors.New(private))
				refused(codes.Internal, "Internal error", ada)
				svc.Fail(nil)
			}
		})
	}
}

func TestOnlyOpenMethodsAreOpen(t *testing.T) {
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			var svc authtest.Fake
			methods := open(t, &routers.Calls{Auth: &svc, Open: map[string]bool{"/grpc.health.v1.Health/Check": true}})
			name, code, _ := methods["unary"](t.Context())
			require.Equal(t, codes.OK, code)
			require.Equal(t, "nobody", name)
			_, code, _ = methods["stream"](t.Context())
			require.Equal(t, codes.Unauthenticated, code)
			_, code, _ = methods["stream"](t.Context(), "Bearer "+svc.SignIn(auth.User{Username: "ada", Role: auth.RoleSuperAdmin}))
			require.Equal(t, codes.PermissionDenied, code, "a nil Allow lets nobody in")
		})
	}
}

func caller(ctx context.Context) string {
	if id, ok := auth.IdentityFrom(ctx); ok {
		return id.User.Username
	}
	return "nobody"
}

// told is a service that tells in a header who calls it.
type told struct {
	grpc_health_v1.UnimplementedHealthServer
}

func (told) Check(ctx context.Context, _ *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	return &grpc_health_v1.HealthCheckResponse{}, grpc.SetHeader(ctx, metadata.Pairs("caller", caller(ctx)))
}

func (told) Watch(_ *grpc_health_v1.HealthCheckRequest, s grpc_health_v1.Health_WatchServer) error {
	if err := s.SetHeader(metadata.Pairs("caller", caller(s.Context()))); err != nil {
		return err
	}
	return s.Send(&grpc_health_v1.HealthCheckResponse{})
}

func newGRPC(t *testing.T, calls *routers.Calls) map[string]rpc {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(routers.GRPC(calls)...)
	grpc_health_v1.RegisterHealthServer(server, told{})
	go server.Serve(l)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	health := grpc_health_v1.NewHealthClient(conn)

	with := func(ctx context.Context, authorization []string) context.Context {
		return metadata.NewOutgoingContext(ctx, metadata.MD{"authorization": authorization})
	}
	result := func(header metadata.MD, err error) (string, codes.Code, string) {
		name := ""
		if names := header.Get("caller"); len(names) > 0 {
			name = names[0]
		}
		return name, status.Code(err), status.Convert(err).Message()
	}
	return map[string]rpc{
		"unary": func(ctx context.Context, authorization ...string) (string, codes.Code, string) {
			var header metadata.MD
			_, err := health.Check(with(ctx, authorization), nil, grpc.Header(&header))
			return result(header, err)
		},
		"stream": func(ctx context.Context, authorization ...string) (string, codes.Code, string) {
			stream, err := health.Watch(with(ctx, authorization), &grpc_health_v1.HealthCheckRequest{})
			require.NoError(t, err, "a stream opens before it is answered")
			_, err = stream.Recv()
			header, _ := stream.Header()
			return result(header, err)
		},
	}
}

func newConnect(t *testing.T, calls *routers.Calls) map[string]rpc {
	const unary, stream = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
	mux := http.NewServeMux()
	mux.Handle(unary, connect.NewUnaryHandler(unary,
		func(ctx context.Context, _ *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			return connect.NewResponse(wrapperspb.String(caller(ctx))), nil
		}, routers.Connect(calls)))
	mux.Handle(stream, connect.NewServerStreamHandler(stream,
		func(ctx context.Context, _ *connect.Request[emptypb.Empty], s *connect.ServerStream[wrapperspb.StringValue]) error {
			return s.Send(wrapperspb.String(caller(ctx)))
		}, routers.Connect(calls)))
	url := listen(t, mux)

	request := func(authorization []string) *connect.Request[emptypb.Empty] {
		r := connect.NewRequest(&emptypb.Empty{})
		for _, value := range authorization {
			r.Header().Add("Authorization", value)
		}
		return r
	}
	result := func(name string, err error) (string, codes.Code, string) {
		if err == nil {
			return name, codes.OK, ""
		}
		var e *connect.Error
		require.ErrorAs(t, err, &e)
		return name, codes.Code(e.Code()), e.Message()
	}
	one := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, url+unary)
	many := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, url+stream)
	return map[string]rpc{
		"unary": func(ctx context.Context, authorization ...string) (string, codes.Code, string) {
			res, err := one.CallUnary(ctx, request(authorization))
			if err != nil {
				return result("", err)
			}
			return result(res.Msg.Value, nil)
		},
		"stream": func(ctx context.Context, authorization ...string) (string, codes.Code, string) {
			s, err := many.CallServerStream(ctx, request(authorization))
			require.NoError(t, err)
			defer s.Close()
			name := ""
			for s.Receive() {
				name = s.Msg().Value
			}
			return result(name, s.Err())
		},
	}
}
