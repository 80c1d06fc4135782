package otelauth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
)

// stub answers each call as it is told.
type stub struct {
	err   error
	panic any
	does  func(ctx context.Context)
	given []any
}

func (s *stub) do(ctx context.Context) error {
	if s.does != nil {
		s.does(ctx)
	}
	if s.panic != nil {
		panic(s.panic)
	}
	return s.err
}

func (s *stub) Login(ctx context.Context, req auth.LoginRequest) (*auth.Grant, error) {
	s.given = append(s.given, req)
	if err := s.do(ctx); err != nil {
		return nil, err
	}
	return &auth.Grant{Token: "t"}, nil
}

func (s *stub) Validate(ctx context.Context, token string, maxAge time.Duration) (*auth.Identity, error) {
	s.given = append(s.given, token, maxAge)
	if err := s.do(ctx); err != nil {
		return nil, err
	}
	return &auth.Identity{}, nil
}

func (s *stub) Logout(ctx context.Context, token string) error {
	s.given = append(s.given, token)
	return s.do(ctx)
}

func TestWhatIsAskedIsPassedOn(t *testing.T) {
	h, next := build(t, nil), &stub{}
	a, req := h.Authenticator(next), auth.LoginRequest{Login: "jane", Password: "p", UserAgent: "curl"}
	_, err := a.Login(t.Context(), req)
	require.NoError(t, err)
	_, err = a.Validate(t.Context(), "one", 7*time.Second)
	require.NoError(t, err)
	require.NoError(t, a.Logout(t.Context(), "two"))
	require.Equal(t, []any{req, "one", 7 * time.Second, "two"}, next.given)
}

func unavailable(cause error) error {
	return &auth.RetryAfter{Err: fmt.Errorf("%w: read account: %w", auth.ErrUnavailable, cause), After: time.Second}
}

// What came of a call is one of a few words; an error's text is never one.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		err    error
		metric string
		status string
	}{
		{nil, "outcome=ok", "Unset"},
		{auth.ErrCredentialsRequired, "outcome=incomplete", "Unset"},
		{auth.ErrInvalidCredentials, "outcome=failed", "Unset"},
		{auth.ErrInvalidToken, "outcome=invalid", "Unset"},
		{&auth.RetryAfter{Err: auth.ErrThrottled, After: time.Minute}, "outcome=throttled", "Unset"},
		{unavailable(password.ErrBusy), "error.type=busy outcome=busy", "Error"},
		{unavailable(context.Canceled), "error.type=canceled outcome=canceled", "Error"},
		{unavailable(context.DeadlineExceeded), "error.type=unavailable outcome=unavailable", "Error"},
		{unavailable(errors.New("password=hunter2hunter2")), "error.type=unavailable outcome=unavailable", "Error"},
		{errors.New("password=hunter2hunter2"), "error.type=_OTHER outcome=error", "Error"},
	} {
		h := build(t, nil)
		a := h.Authenticator(&stub{err: c.err})
		grant, err := a.Login(t.Context(), auth.LoginRequest{})
		require.Equal(t, c.err, err, "an error is passed on as it is")
		require.Equal(t, err == nil, grant != nil)
		id, err := a.Validate(t.Context(), "", 0)
		require.Equal(t, c.err, err, "an error is passed on as it is")
		require.Equal(t, err == nil, id != nil)
		require.Equal(t, c.err, a.Logout(t.Context(), ""), "an error is passed on as it is")
		var spans []string
		for _, name := range []string{"sallyport.login", "sallyport.logout", "sallyport.validate"} {
			require.Equal(t, map[string]int{c.metric: 1}, h.values(t, name+".duration"))
			spans = append(spans, name+" "+c.status+" "+c.metric)
		}
		require.Equal(t, spans, h.ended())
	}
}

func TestAPanicIsCountedAndGoesOn(t *testing.T) {
	h := build(t, nil)
	a := h.Authenticator(&stub{panic: "hunter2hunter2"})
	require.PanicsWithValue(t, "hunter2hunter2", func() { _, _ = a.Login(t.Context(), auth.LoginRequest{}) })
	require.PanicsWithValue(t, "hunter2hunter2", func() { _, _ = a.Validate(t.Context(), "", 0) })
	require.PanicsWithValue(t, "hunter2hunter2", func() { _ = a.Logout(t.Context(), "") })
	for _, name := range []string{"sallyport.login", "sallyport.logout", "sallyport.validate"} {
		require.Equal(t, map[string]int{"error.type=panic outcome=panic": 1}, h.values(t, name+".duration"))
	}
	require.Len(t, h.spans.Ended(), 3, "a span is ended whatever happens")
}

// What the wrapped one does is within the span, and what was there before is
// still in the context.
func TestTheSpanIsTheParentOfWhatIsDone(t *testing.T) {
	h := build(t, nil)
	var seen trace.SpanContext
	a := h.Authenticator(&stub{does: func(ctx context.Context) {
		seen = trace.SpanContextFromContext(ctx)
		id, ok := auth.IdentityFrom(ctx)
		require.True(t, ok)
		require.Equal(t, "7", id.User.ID)
	}})
	ctx := auth.WithIdentity(t.Context(), authtest.Identity(auth.User{ID: "7"}))
	require.NoError(t, a.Logout(ctx, ""))
	require.Len(t, h.spans.Ended(), 1)
	require.Equal(t, h.spans.Ended()[0].SpanContext().SpanID(), seen.SpanID())
}

func TestDurationsAreInSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, nil)
		a := h.Authenticator(&stub{does: func(context.Context) { time.Sleep(1500 * time.Millisecond) }})
		_, err := a.Validate(t.Context(), "", 0)
		require.NoError(t, err)
		for _, m := range h.collect(t) {
			if m.Name == "sallyport.validate.duration" {
				require.Equal(t, "s", m.Unit)
				require.InDelta(t, 1.5, m.Data.(metricdata.Histogram[float64]).DataPoints[0].Sum, 0)
			}
		}
	})
}

func TestNilStaysNil(t *testing.T) {
	h := build(t, nil)
	require.Nil(t, h.Authenticator(nil), "httpadapter.New refuses it then")
	require.Nil(t, h.Hasher(nil), "auth.New makes its own then")
}
